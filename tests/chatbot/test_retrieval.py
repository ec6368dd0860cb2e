import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from chatbot.answer import Question
from chatbot.model.seam import Turn
from chatbot.retrieval import leant_on, parse_reference, retrieve, search_text
from ingestion.documents import Chunk
from ingestion.search import Found, SearchRequest

EARLIER = (Turn("customer", "Ile kosztuje kurier?"), Turn("ai", "16,99 zł"))


@pytest.mark.parametrize("question", ["A za granicę?", "I ile to trwa?", "Do kiedy?", "Czy jest od tego wyjątek?",
                                      "Jak długo to trwa w święta?"])
def test_a_question_that_leans_on_the_last_one_is_searched_with_it(question: str) -> None:
    assert search_text(question, EARLIER) == f"Ile kosztuje kurier? {question}"


@pytest.mark.parametrize("question", ["Jak złożyć reklamację?", "Czy mogę zapłacić BLIKIEM przy odbiorze?"])
def test_a_question_of_its_own_is_searched_as_it_is(question: str) -> None:
    assert search_text(question, EARLIER) == question


def test_a_chain_of_follow_ups_leads_back_to_what_they_are_about() -> None:
    history = (Turn("customer", "Jak złożyć reklamację lampy?"), Turn("ai", "Przez formularz."),
               *EARLIER, Turn("customer", "A za granicę?"), Turn("ai", "39 zł"))
    assert leant_on("I jak długo to trwa?", history) == ("Ile kosztuje kurier?", "A za granicę?")


def test_without_history_a_question_is_searched_as_it_is() -> None:
    assert search_text("Do kiedy?", ()) == "Do kiedy?"


def test_a_reference_is_a_document_and_a_clause() -> None:
    assert parse_reference("regulamin-sklepu § 5 ust. 2") == ("regulamin-sklepu", "§ 5 ust. 2")


class Noting:
    """A search that notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[SearchRequest] = []

    def search(self, request: SearchRequest) -> Found:
        self.asked.append(request)
        return Found((), (), "g1", 1.0)

    def clause(self, document: str, clause: str, as_of: date) -> Chunk | None:
        return None


def test_a_customer_is_never_answered_from_documents_for_others() -> None:
    search = Noting()
    with ThreadPoolExecutor(1) as executor:
        asyncio.run(retrieve(search, Question("Ile kosztuje kurier?", date(2026, 11, 23)), executor))
    assert [request.audience for request in search.asked] == ["customer"]
