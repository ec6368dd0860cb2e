"""'Co się zmieniło od 1 stycznia?' is answered by quotes of the older and the newer clause."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from chatbot.changed import QUOTE_WORDS, asked, told
from ingestion.changes import DocumentChange
from ingestion.diff import Change
from ingestion.documents import Chunk, Kind, Validity
from ingestion.registry import Version

TODAY = date(2026, 11, 22)


def clause(label: str, text: str, version: str) -> Chunk:
    return Chunk(document="regulamin", version=version, clause=label, title="Regulamin", text=text, position=0,
                 kind=Kind.REGULATION, validity=Validity(), source="regulamin.md")


def changed(*texts: tuple[str, str | None, str | None]) -> DocumentChange:
    changes = tuple(
        Change(label, clause(label, old, "2024") if old else None, clause(label, new, "2026") if new else None)
        for label, old, new in texts
    )
    before, after = (Version(version=name, upload="", name="", source="") for name in ("2024", "2026"))
    return DocumentChange("regulamin", "Regulamin", date(2026, 1, 1), before, after, changes)


@pytest.mark.parametrize(("question", "since"), [
    ("Co się zmieniło od 1 stycznia?", date(2026, 1, 1)),
    ("co sie zmienilo od 1 stycznia 2026 r.", date(2026, 1, 1)),
    ("Co zmieniło się w zwrotach od 2026-03-01?", date(2026, 3, 1)),
    ("Jakie są zmiany w regulaminie od kwietnia?", date(2026, 4, 1)),
    ("Co się zmieniło od grudnia?", date(2025, 12, 1)),
    ("Co się zmieniło od 1 grudnia?", date(2025, 12, 1)),
    ("Co się zmieniło w tym roku?", date(2026, 1, 1)),
    ("Co się zmieniło od 2025 roku?", date(2025, 1, 1)),
    ("Co się zmieniło w ostatnim miesiącu?", TODAY - timedelta(days=31)),
    ("Co się ostatnio zmieniło w regulaminie?", TODAY - timedelta(days=365)),
    ("What has changed since January 1, 2026?", date(2026, 1, 1)),
    ("What changes are there since 1 April 2026?", date(2026, 4, 1)),
    ("Co się zmieniło od 1 stycznia 2026r.?", date(2026, 1, 1)),
    ("Czy zmieniły się zasady zwrotów od stycznia?", date(2026, 1, 1)),
    ("Has anything changed in returns since 1 January?", date(2026, 1, 1)),
])  # fmt: skip
def test_a_question_for_changes_names_its_day(question: str, since: date) -> None:
    found = asked(question, TODAY)
    assert found is not None and found.since == since


@pytest.mark.parametrize("question", [
    "Czy zmienił się regulamin?", "Czy regulamin się zmienił?", "Zmienił się regulamin?", "Co zmienia nowy regulamin?",
    "Jakie zmiany wprowadza nowy cennik?", "Co wprowadza nowy regulamin?", "Czy regulamin uległ zmianie?",
    "Czy regulamin został zmieniony?", "Kiedy zmienił się regulamin?", "Czym różni się nowy regulamin od starego?",
    "Czy to prawda, że zmienił się regulamin?", "Jakie są różnice między starym a nowym regulaminem?",
    "Pokaż zmiany w regulaminie", "czy zmienily sie warunki zwrotu", "What do the new terms change?",
    "When did the terms change?", "Have you changed the price list?", "Are there any changes in the terms?",
])  # fmt: skip
def test_a_question_for_changes_in_the_documents_needs_no_day(question: str) -> None:
    found = asked(question, TODAY)
    assert found is not None and found.since == TODAY - timedelta(days=365)


@pytest.mark.parametrize(("question", "about"), [
    ("Co się zmieniło od 1 stycznia 2026 r.?", set()), ("Co się zmieniło od 1 stycznia 2026r.?", set()),
    ("What has changed since January 1, 2026?", set()), ("What's changed from 1st April 2026?", set()),
    ("Have there been any changes since 1 April 2026?", set()), ("Czy regulamin został zmieniony?", set()),
    ("Jakie zmiany wprowadza nowy cennik?", {"cennik"}), ("Co zmieniło się w zwrotach od 2026-03-01?", {"zwrot"}),
    ("What has changed in delivery since 1 April 2026?", {"delivery", "dostawa", "doreczyc"}),
])  # fmt: skip
def test_the_words_of_the_asking_are_not_its_subject(question: str, about: set[str]) -> None:
    found = asked(question, TODAY)
    assert found is not None and found.about == about


@pytest.mark.parametrize("question", [
    "zmieniłem numer", "co zrobić, gdy zmieniła się cena?", "Co zrobić, gdy zmieniła się cena w cenniku?",
    "Co zrobić, jak zmienił się regulamin?", "Co jeśli regulamin się zmienił po zakupie?", "co ile zmienia się cennik?",
    "Regulamin zmienił się, kiedy paczka była w drodze. Jakie zasady mnie obowiązują?",
    "Zamówiłam wczoraj, dziś zmieniły się ceny transportu. Jaką stawkę zapłacę?",
    "Skoro od 1 stycznia zmieniły się zasady, ile mam na zwrot?", "Jak informujecie o zmianach w regulaminie?",
    "Ile dni przed zmianą regulaminu dajecie znać?", "Jakie są zasady zmiany terminu dostawy?",
    "Jakie zmiany mogę wprowadzić w zamówieniu zgodnie z regulaminem?", "Czy regulamin często się zmienia?",
    "Czy mogę wypowiedzieć umowę, jeśli nie zgadzam się na zmiany w regulaminie?", "Dlaczego zmienił się cennik?",
    "Zmienił się mój adres od 1 stycznia, co zrobić?", "Czy zmienił się status mojego zamówienia od wczoraj?",
    "Czy moje zamówienie zostało zmienione 1 stycznia?", "I have changed my number since 1 January 2026",
    "Can I make any changes to my order after 1 April 2026?", "What if the price list has changed?",
    "Jak zmienić adres dostawy?", "Czy mogę zmienić zamówienie złożone 1 stycznia?", "Ile trwa zwrot od 1 stycznia?",
    "Chcę wymienić towar na nowy", "Od kiedy obowiązuje regulamin?", "Co nowego słychać?", "Zmieniłem zdanie",
    "Co się zmieni od 1 stycznia 2099?", "Co się zmieniło od 0 stycznia?", "Co się zmieniło od 32 maja?",
])  # fmt: skip
def test_other_questions_are_left_to_the_search(question: str) -> None:
    assert asked(question, TODAY) is None


def test_both_sides_are_quoted_as_they_stand_and_cited() -> None:
    question = asked("Co się zmieniło od 1 stycznia?", TODAY)
    assert question is not None
    old = "Klient może zwrócić towar w ciągu 14 dni od dnia jego otrzymania, bez podania przyczyny i bez kosztów."
    answer = told(question, [changed(("§ 3 ust. 1", old, old.replace("14", "30")))], "pl")
    assert answer.sentences[0] == "Oto, co zmieniło się od 1 stycznia 2026 r.:"
    assert answer.sentences[1] == (
        "Regulamin, § 3 ust. 1: było „zwrócić towar w ciągu 14 dni od dnia jego” [1], a od 1 stycznia 2026 r. jest "
        "„zwrócić towar w ciągu 30 dni od dnia jego” [2].")
    assert [(one.version, one.clause) for one in answer.citations] == [("2024", "§ 3 ust. 1"), ("2026", "§ 3 ust. 1")]
    assert all(one.quote in one.text for one in answer.citations)
    assert all(len(one.quote.split()) <= QUOTE_WORDS for one in answer.citations)


def test_of_a_table_the_row_that_changed_is_quoted() -> None:
    question = asked("Co się zmieniło od 1 stycznia?", TODAY)
    assert question is not None
    table = "Opłaty:\n| Sposób | Opłata |\n| Kurier – Opłata: 15 zł |\n| Automat – Opłata: 9 zł |"
    answer = told(question, [changed(("§ 2", table, table.replace("9 zł", "12 zł")))], "pl")
    assert [one.quote for one in answer.citations] == ["Automat – Opłata: 9 zł", "Automat – Opłata: 12 zł"]


def test_what_the_question_is_about_comes_first_and_the_rest_is_counted() -> None:
    question = asked("Co się zmieniło w dostawie od 1 stycznia?", TODAY)
    assert question is not None
    rows = [(f"§ {n}", f"Opłata numer {n} wynosi {n} zł.", f"Opłata numer {n} wynosi {n + 1} zł.") for n in range(1, 6)]
    document = changed(*rows, ("§ 9", "Dostawa kurierem trwa 2 dni.", "Dostawa kurierem trwa 3 dni."))
    answer = told(question, [document], "pl")
    assert "§ 9" in answer.sentences[1] and len(answer.sentences) == 2
    plain = asked("Co się zmieniło od 1 stycznia?", TODAY)
    assert plain is not None
    assert "jeszcze 3" in told(plain, [document], "pl").sentences[-1]


def test_added_and_removed_clauses_and_documents_are_told() -> None:
    question = asked("Co się zmieniło od 1 stycznia?", TODAY)
    assert question is not None
    answer = told(question, [changed(("§ 1", None, "Nowy zapis."), ("§ 2", "Stary zapis.", None))], "pl")
    assert "doszedł zapis „Nowy zapis.” [1]" in answer.sentences[1]
    assert "nie ma już zapisu „Stary zapis.” [2]" in answer.sentences[2]
    new = DocumentChange("klub", "Klub", date(2026, 5, 1), None, Version(version="1", upload="", name="", source=""))
    assert told(question, [new], "pl").sentences[1] == "Od 1 maja 2026 r. obowiązuje nowy dokument: Klub."


def test_nothing_changed_is_said_as_that() -> None:
    question = asked("Co się zmieniło od 1 listopada?", TODAY)
    assert question is not None
    answer = told(question, [], "pl")
    assert answer.sentences == ("Od 1 listopada 2026 r. w naszych obowiązujących dokumentach nic się nie zmieniło.",)
    assert answer.citations == ()
