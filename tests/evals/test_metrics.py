from chatbot.answer import Answer, AnswerKind, Citation, Mode, Reason, Verdict
from evals.case import Case
from evals.metrics import Outcome, auroc, grounded, names, risk_coverage, summarise


def answer(kind: AnswerKind, text: str, p_wrong: float, draft: str = "", reasons: tuple[Reason, ...] = ()) -> Answer:
    cited = Citation("regulamin", "v1", "§ 1", "Masz 14 dni.", "Regulamin", "Masz 14 dni.", "h", "r.md", None, None)
    replied = kind is AnswerKind.REPLY
    mode = Mode.QUOTED if replied else None
    return Answer(kind, text, (cited,) if replied else (), Verdict(kind, p_wrong, reasons), mode,
                  "m", None, "pl", 10.0, 10.0, draft)  # fmt: skip


ANSWERABLE = Case(id="1", question="Ile dni?", answers=("14 dni",), relevant=("regulamin § 1",))
UNANSWERABLE = Case(id="2", question="Ile gwiazd?")
RIGHT = answer(AnswerKind.REPLY, "„Masz 14 dni.” [1]", 0.1)
WRONG = answer(AnswerKind.REPLY, "„Masz 10 dni.” [1]", 0.4)
TICKET = answer(AnswerKind.TICKET, "Przekazuję.", 0.9, draft="„Masz 10 dni.” [1]", reasons=(Reason.WEAK_SUPPORT,))


def test_a_run_is_counted_as_the_contract_says() -> None:
    run = [
        Outcome(ANSWERABLE, RIGHT),
        Outcome(UNANSWERABLE, WRONG),
        Outcome(UNANSWERABLE, TICKET),
        Outcome(ANSWERABLE, TICKET),
    ]
    figures = summarise(run)
    assert (figures["answered"], figures["escalated"], figures["wrong_sent"]) == (2, 2, 1)
    assert (figures["risk"], figures["coverage"], figures["right"]) == (0.5, 0.5, 0.5)
    assert (figures["abstain_precision"], figures["abstain_recall"]) == (0.5, 0.5)
    assert figures["curve"] == [[0.25, 0.0], [0.5, 0.5], [1.0, 0.75]]


def test_a_crash_is_neither_right_nor_wrong() -> None:
    figures = summarise([Outcome(ANSWERABLE, None, "ModelError: down")])
    assert (figures["crashed"], figures["wrong_sent"], figures["right"]) == (1, 0, 0.0)


def test_an_answer_with_a_figure_its_source_lacks_is_not_grounded() -> None:
    assert grounded(RIGHT)
    assert not grounded(WRONG)


def test_risk_is_only_read_where_the_threshold_can_tell_cases_apart() -> None:
    assert risk_coverage([(0.2, True), (0.2, False), (0.5, True)], 3) == [[0.6667, 0.5], [1.0, 0.3333]]


def test_auroc_is_one_when_every_wrong_answer_is_doubted_more() -> None:
    assert auroc([(0.1, True), (0.9, False)]) == 1.0
    assert auroc([(0.5, True), (0.5, False)]) == 0.5
    assert auroc([(0.1, True)]) is None


def test_citing_what_a_case_forbids_is_counted() -> None:
    forbidden = UNANSWERABLE.model_copy(update={"must_not_cite": ("regulamin",)})
    assert summarise([Outcome(forbidden, WRONG), Outcome(forbidden, TICKET)])["cited_forbidden"] == 1


def test_a_citation_counts_for_its_clause_or_a_part_of_it_and_for_no_neighbour() -> None:
    def cites(clause: str, wanted: str) -> bool:
        return names(Citation("regulamin", "v1", clause, "", "", "", "h", "r.md", None, None), (wanted,))

    assert cites("Art. 10 ust. 1–2", "Art. 10") and cites("§ 3 ust. 1", "regulamin § 3")
    assert cites("AFC Ajax 17-2 cz. 1", "17-2") and cites("AFC Ajax 17-2", "17-2")
    assert not cites("Art. 101", "Art. 10") and not cites("AFC Ajax 17-21", "17-2") and not cites("§ 3", "cennik § 3")
