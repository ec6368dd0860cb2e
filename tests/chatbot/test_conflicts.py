"""Documents in force that disagree are listed for the admin, with the one that holds."""

from __future__ import annotations

from chatbot.conflicts import conflicts
from ingestion.documents import Chunk, Kind, Validity


def chunk(document: str, text: str, kind: Kind = Kind.REGULATION, **more: object) -> Chunk:
    return Chunk(document=document, version="1", clause="§ 1", title=document, text=text, position=0, kind=kind,
                 validity=Validity(), source=document, **more)  # type: ignore[arg-type]


REGULATION = chunk("regulamin", "Kupujący może zwrócić towar w terminie 14 dni od jego otrzymania.")


def test_two_documents_with_other_figures_of_one_thing_conflict_and_the_higher_holds() -> None:
    page = chunk("strona", "Towar można zwrócić w terminie 30 dni od otrzymania przez kupującego.", Kind.PAGE)
    (found,) = conflicts([REGULATION, page], lambda reference: None)
    assert (found.quote, found.other_quote) == (REGULATION.text, page.text)
    assert found.holds == "regulamin"
    equal = chunk("zasady", page.text)
    assert conflicts([REGULATION, equal], lambda reference: None)[0].holds is None


def test_the_same_figure_another_subject_or_the_same_document_is_no_conflict() -> None:
    same = chunk("zasady", "Towar można zwrócić w terminie czternastu dni od otrzymania przez kupującego.")
    other = chunk("cennik", "Kurier dostarcza paczkę do domu klienta w ciągu 2 dni roboczych.")
    again = chunk("regulamin", "Towar można zwrócić w terminie 30 dni od otrzymania przez kupującego.")
    assert conflicts([REGULATION, same, other], lambda reference: None) == []
    assert conflicts([REGULATION, again], lambda reference: None) == []


def test_an_answer_whose_figures_its_clause_lacks_is_listed() -> None:
    entry = chunk("faq", "Masz na to 10 dni.", Kind.FAQ, questions=("Ile mam na zwrot?",), rests_on=("regulamin § 1",))
    (found,) = conflicts([REGULATION, entry], lambda reference: REGULATION)
    assert (found.one, found.holds) == (entry, "regulamin")
    right = chunk("faq", "Masz na to 14 dni.", Kind.FAQ, questions=("Ile mam na zwrot?",), rests_on=("regulamin § 1",))
    assert conflicts([REGULATION, right], lambda reference: REGULATION) == []
