"""The demo company's documents say what its FAQ, its cases and its training examples claim they say."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from chatbot.figures import unsupported
from chatbot.grounding import curated_stands
from chatbot.topics import topic_of
from ingestion.company import load
from ingestion.demo.build import build, content
from ingestion.demo.manifest import HERE, DemoVersion, versions
from ingestion.demo.regulation import parse
from ingestion.settings import DEMO_COMPANY

TODAY = date(2026, 11, 22)
REGULATIONS = [version for version in versions() if version.format != "faq"]
FAQ = yaml.safe_load((HERE / "faq.yaml").read_text(encoding="utf-8"))["entries"]
COMPANY = load(DEMO_COMPANY)


def clauses_as_of(day: date) -> dict[str, str]:
    """``"<document> <label>"`` → text, of the versions that hold on the day."""
    return {
        f"{version.document} {label}": text
        for version in REGULATIONS
        if version.validity.covers(day)
        for label, text in parse(version.text()).clauses().items()
    }


@pytest.mark.parametrize("version", REGULATIONS, ids=lambda version: version.file)
def test_every_clause_is_numbered_in_order_and_short_enough_to_quote(version: DemoVersion) -> None:
    sections = parse(version.text()).sections
    assert 5 <= len(sections) <= 12
    assert [section.number for section in sections] == [f"§ {number}" for number in range(1, len(sections) + 1)]
    for section in sections:
        assert [one.number for one in section.paragraphs] == list(range(1, len(section.paragraphs) + 1))
        for paragraph in section.paragraphs:
            assert len(paragraph.text.split()) <= 60, paragraph.text
            assert "{{" not in paragraph.text


@pytest.mark.parametrize("entry", FAQ, ids=lambda entry: entry["question"])
def test_every_figure_of_a_curated_answer_stands_in_the_clauses_it_rests_on(entry: dict[str, object]) -> None:
    clauses = clauses_as_of(TODAY)
    rests_on = entry["rests_on"]
    assert isinstance(rests_on, list) and rests_on
    texts = tuple(clauses[reference] for reference in rests_on)
    assert curated_stands(str(entry["answer"]), texts), unsupported(str(entry["answer"]), texts)
    assert len(str(entry["answer"]).split()) <= 60


def test_the_faq_has_about_sixty_entries_with_three_to_five_paraphrases_each_of_its_own() -> None:
    asked = [text.lower() for entry in FAQ for text in (entry["question"], *entry["paraphrases"])]
    assert 60 <= len(FAQ) <= 70
    assert all(3 <= len(entry["paraphrases"]) <= 5 for entry in FAQ)
    assert len(asked) == len(set(asked))


def test_no_question_of_the_faq_is_swallowed_by_a_topic_that_never_gets_an_answer() -> None:
    swallowed = [
        (text, topic.name)
        for entry in FAQ
        for text in (entry["question"], *entry["paraphrases"])
        if (topic := topic_of(text, COMPANY)) and topic.policy != "answer"
    ]
    assert swallowed == []


def test_faq_topics_are_topics_of_the_company() -> None:
    assert {entry["topic"] for entry in FAQ} <= {topic.name for topic in COMPANY.topics}


@pytest.mark.parametrize(("document", "clause", "before", "after", "changes"), [
    ("regulamin-sklepu", "§ 5 ust. 2", "199 zł", "249 zł", date(2026, 4, 1)),
    ("cennik-dostaw-i-platnosci", "§ 2 ust. 1", "14,99 zł", "16,99 zł", date(2026, 7, 1)),
    ("cennik-dostaw-i-platnosci", "§ 5 ust. 2", "5 zł", "7 zł", date(2026, 7, 1)),
])
def test_the_two_versions_disagree_on_the_amount_from_one_day_to_the_next(
    document: str, clause: str, before: str, after: str, changes: date
) -> None:
    reference = f"{document} {clause}"
    assert before in clauses_as_of(date.fromordinal(changes.toordinal() - 1))[reference]
    assert after in clauses_as_of(changes)[reference]


def test_every_day_since_2024_has_exactly_one_version_of_each_document() -> None:
    for document in {version.document for version in REGULATIONS}:
        for day in (date(2024, 1, 1), date(2026, 3, 31), date(2026, 4, 1), date(2026, 6, 30), date(2026, 7, 1), TODAY):
            assert sum(v.validity.covers(day) for v in REGULATIONS if v.document == document) == 1


def test_the_build_gives_the_same_bytes_every_time(tmp_path: Path) -> None:
    first = {one.path.name: one.path.read_bytes() for one in build(tmp_path / "first")}
    second = {one.path.name: content(one.version) for one in build(tmp_path / "second")}
    assert first == second


def test_a_second_build_writes_nothing(tmp_path: Path) -> None:
    times = {one.path: one.path.stat().st_mtime_ns for one in build(tmp_path)}
    assert {one.path: one.path.stat().st_mtime_ns for one in build(tmp_path)} == times


def test_a_deleted_file_is_built_again(tmp_path: Path) -> None:
    gone = build(tmp_path)[2].path
    gone.unlink()
    build(tmp_path)
    assert gone.is_file()


@pytest.mark.parametrize(("question", "topic"), [
    ("Gdzie jest moja paczka?", "my_order"),
    ("anulujcie moje zamowienie", "my_order"),
    ("Nie dostałam jeszcze paczki nr 12, zamówienie nr 12", "my_order"),
    ("Grill wybuchł i poparzyłem sobie rękę", "product_safety"),
    ("Lampa kopnela mnie pradem", "product_safety"),
    ("Żądam odszkodowania", "legal_claim"),
    ("Pozwę was!", "legal_claim"),
    ("Ktoś włamał się na moje konto", "fraud"),
    ("prosze usunac moje dane", "personal_data_request"),
    ("Dacie mi specjalny rabat?", "individual_money"),
    ("Where is my order?", "my_order"),
    ("Napisz wiersz o jarzębinie", "writing_and_code"),
    ("Na kogo głosować?", "politics"),
])
def test_a_persons_own_case_and_an_off_topic_wish_are_recognised(question: str, topic: str) -> None:
    found = topic_of(question, COMPANY)
    assert found is not None and found.name == topic


@pytest.mark.parametrize("question", [
    "Ile mam czasu na reklamację?",
    "Gdzie wysłać zwrot?",
    "Jak długo przechowujecie dane z zamówień?",
    "Komu przekazujecie moje dane?",
    "Jakie są przepisy na temat zwrotów?",
    "Czy polityka prywatności obejmuje newsletter?",
    "Ile rzędów nasion jest w opakowaniu?",
    "Czy kupię u was sadzonki do sadu?",
    "Kiedy mogę odmówić przyjęcia paczki?",
])
def test_a_question_about_the_rules_is_not_taken_for_a_case_of_its_own(question: str) -> None:
    found = topic_of(question, COMPANY)
    assert found is None or found.policy == "answer"


def test_christmas_eve_is_closed() -> None:
    assert {date(2026, 12, 24), date(2027, 12, 24)} <= set(COMPANY.hours.closed)
