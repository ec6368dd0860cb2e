"""Examples made by rule: of every kind, natural, the same every time, and such that a reviewed set passes the gates."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from chatbot.model.seam import Action
from finetune import checked, gate
from finetune.examples import Example
from finetune.gating.limits import Aim
from finetune.record import Basis, Origin, Record
from finetune.synthesis.asking import question, typed
from finetune.synthesis.compose import Sources
from finetune.synthesis.make import Maker
from finetune.synthesising import unmeasured
from finetune.teaching import to_example
from ingestion.company import Company, Hours, Topic
from ingestion.documents import Chunk, Kind, Validity
from ingestion.settings import Settings
from tests.finetune.cast import ACCEPTED, NoMask

CLAUSES = {
    "§ 1": ("Zwroty", "Na zwrot masz 14 dni od dnia otrzymania produktu. Koszt odesłania produktu ponosi klient."),
    "§ 2": ("Dostawa", "Dostawa do automatu paczkowego kosztuje 9,99 zł. Paczkę wysyłamy w ciągu dwóch dni."),
    "§ 3": ("Konto", "Założenie konta jest bezpłatne. Link do zmiany hasła jest ważny przez 60 minut."),
}
COMPANY = Company(name="Jarzębina", about={"pl": "Sklep."}, hours=Hours(week={}), topics=(
    Topic(name="fraud", title={"pl": "Oszustwo lub kradzież konta"}, policy="human"),))  # fmt: skip


def chunk(clause: str, heading: str, text: str, **values: object) -> Chunk:
    made = Chunk("zasady", "1", clause, "Zasady", text, 0, Kind.REGULATION, Validity(None, None), "z.md", (heading,))
    return replace(made, **values)  # type: ignore[arg-type]


FAQ = chunk("", "", "Masz na to 14 dni od dnia otrzymania produktu.", kind=Kind.FAQ, rests_on=("zasady § 1",),
            questions=("Ile mam czasu na zwrot?", "ile dni na zwrot"))  # fmt: skip


@pytest.fixture(scope="module")
def made() -> list[Record]:
    clauses = [chunk(label, *parts) for label, parts in CLAUSES.items()]
    return Maker(Sources(clauses, [FAQ], COMPANY), "own").records()


@pytest.mark.parametrize(("said", "asked"), [
    ("Na zwrot masz 14 dni od dnia otrzymania produktu.", "Czy na zwrot mam 14 dni od dnia otrzymania produktu?"),
    ("Paczkę wysyłamy w ciągu dwóch dni.", "Czy paczkę wysyłacie w ciągu dwóch dni?"),
    ("O wycofaniu produktu powiadamiamy każdego klienta.", "Czy o wycofaniu produktu powiadamiacie każdego klienta?"),
    ("Możesz zwrócić produkt na nasz koszt.", "Czy mogę zwrócić produkt na wasz koszt?"),
    ("Wyślij produkt na adres sklepu.", None), ("Regulamin obowiązuje od 1 kwietnia 2026 r.", None),
    ("W przypadkach, o których mowa w ust. 1, termin biegnie od nowa.", None), ("Zwrot towaru.", None),
])  # fmt: skip
def test_a_statement_is_asked_as_a_customer_would_or_not_at_all(said: str, asked: str | None) -> None:
    assert question(said) == asked


def test_a_question_is_typed_without_polish_letters() -> None:
    assert typed("Czy mogę zwrócić żółty fotel?") == "czy moge zwrocic zolty fotel"


def test_every_kind_is_made_marked_as_synthetic_and_the_same_every_time(made: list[Record]) -> None:
    kinds = Counter(one.notes[0].partition(":")[0] for one in made)
    assert {"unanswerable", "must escalate", "asks back", "off topic"} <= set(kinds)
    assert kinds["faq"] + kinds["faq, paraphrased"] == 2 and kinds["clause"] + kinds["clause, typed"] >= 1
    assert {(one.origin, one.consent.basis, one.review) for one in made} == {(Origin.SYNTHETIC, Basis.COMPANY, None)}
    assert len({one.id for one in made}) == len(made)
    clauses = [chunk(label, *parts) for label, parts in CLAUSES.items()]
    assert Maker(Sources(clauses, [FAQ], COMPANY), "own").records() == made


def test_an_answer_quotes_its_clause_and_an_unanswerable_question_is_not_shown_it(made: list[Record]) -> None:
    for one in made:
        example = to_example(one)
        assert isinstance(example, Example), one
        if one.action is Action.QUOTE:
            assert example.quote and all(part in one.passages[0].text + one.passages[-1].text + one.passages[len(
                one.passages) // 2].text for part in example.quote)  # fmt: skip
            assert example.source is not None and example.source.key in one.clauses
        if one.notes[0] == "unanswerable: clause not shown":
            asked = one.question.lower()
            assert not any("14 dni" in asked and "14 dni" in passage.text for passage in one.passages)
    escalated = [one for one in made if one.notes[0].startswith("must escalate")]
    assert {one.action for one in escalated} == {Action.HAND_OVER} and "kradzież konta" in escalated[0].question


def test_once_reviewed_no_gate_but_the_one_for_size_refuses_them(made: list[Record], tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    unseen = checked.of_records(made, Aim.PROVIDER, settings, NoMask())
    assert "review" in {one.gate for one in gate.refusals(unseen)}
    accepted = [replace(one, review=ACCEPTED) for one in unmeasured(made)]
    seen = checked.of_records(accepted, Aim.PROVIDER, settings, NoMask())
    assert {one.gate for one in gate.refusals(seen)} <= {"giving_up"}
