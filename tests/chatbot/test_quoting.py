import math
from datetime import date

from chatbot.model.seam import Action, Proposal
from chatbot.quoting import Quote, candidates, choose, conflict, shorten, stands
from ingestion.documents import Chunk, Kind, Passage, Validity


def passage(text: str, document: str = "regulamin", kind: Kind = Kind.REGULATION, clause: str = "§ 1") -> Passage:
    chunk = Chunk(document, "v1", clause, "Regulamin", text, 0, kind, Validity(date(2026, 1, 1)), "regulamin.md")
    return Passage(chunk, 1.0, {"dense": 0.9})


RETURNS = passage("Na zwrot towaru masz 14 dni. Koszt odesłania towaru ponosi klient. Formularz jest na stronie.")


def test_the_model_chooses_among_sentences_in_reading_order() -> None:
    choices = candidates([RETURNS])
    assert [choice.text for choice in choices][1] == "Koszt odesłania towaru ponosi klient."
    proposal = Proposal(Action.QUOTE, sentences=(1,), scores=(-4.0, -0.1, -5.0))
    quote = choose("Kto płaci za odesłanie?", [RETURNS], choices, proposal)
    assert quote is not None
    assert quote.text == "Koszt odesłania towaru ponosi klient."
    assert quote.p > 0.9


def test_without_a_model_the_words_of_the_question_choose() -> None:
    quote = choose("Ile dni na zwrot towaru?", [RETURNS], candidates([RETURNS]), None)
    assert quote is not None
    assert quote.text == "Na zwrot towaru masz 14 dni."


def test_a_question_in_english_is_supported_by_the_polish_words_it_stands_for() -> None:
    polish = choose("Kto płaci koszt odesłania towaru?", [RETURNS], candidates([RETURNS]), None)
    english = choose("Who pays the cost of sending the goods back?", [RETURNS], candidates([RETURNS]), None)
    other = choose("Do you sell gift cards in your shop?", [RETURNS], candidates([RETURNS]), None)
    assert polish and english and other
    assert english.text == polish.text == "Koszt odesłania towaru ponosi klient."
    assert english.support >= 0.5 > other.support


def test_the_less_sure_the_model_the_more_of_the_clause_is_quoted() -> None:
    choices = candidates([RETURNS])
    sure = Proposal(Action.QUOTE, (0,), scores=(math.log(0.98), math.log(0.01), math.log(0.01)))
    unsure = Proposal(Action.QUOTE, (0,), scores=(math.log(0.5), math.log(0.45), math.log(0.001)))
    quoted = [choose("A jak to jest?", [RETURNS], choices, proposal) for proposal in (sure, unsure)]
    assert [quote and quote.text for quote in quoted] == [
        "Na zwrot towaru masz 14 dni.",
        "Na zwrot towaru masz 14 dni. Koszt odesłania towaru ponosi klient.",
    ]


def test_a_list_item_is_quoted_with_the_head_it_needs() -> None:
    listed = passage(
        "Prawo odstąpienia nie przysługuje dla umów:\n1) o rzecz na zamówienie;\n2) o rzecz łatwo psującą się."
    )
    quote = choose("Czy mogę zwrócić rzecz zrobioną na zamówienie?", [listed], candidates([listed]), None)
    assert quote is not None
    assert quote.text.startswith("Prawo odstąpienia nie przysługuje dla umów:")
    assert "na zamówienie" in quote.text
    assert stands(quote.text, listed.chunk.text)


def test_a_sentence_that_leans_on_the_one_before_brings_it_along() -> None:
    text = passage("Opłata za kuriera to 16,99 zł. Opłata ta nie podlega zwrotowi po nadaniu paczki.")
    quote = choose("Czy po nadaniu paczki opłata podlega zwrotowi?", [text], candidates([text]), None)
    assert quote is not None
    assert quote.text.startswith("Opłata za kuriera")


def test_a_long_quote_is_cut_at_its_joints_round_what_was_asked() -> None:
    long = ", ".join(f"w przypadku numer {word} stosuje się zasady ogólne" for word in "abcdefghijklmnop")
    long += ", a zwrot kosztów dostawy następuje przelewem."
    cut = shorten(long, frozenset({"zwrot", "dostawa", "koszt"}))
    assert len(cut.split()) <= 60
    assert "zwrot kosztów dostawy" in cut
    assert cut.startswith("(…)")
    assert stands(cut, long)


def test_two_documents_of_one_rank_that_disagree_on_a_figure_conflict() -> None:
    mine = passage("Na zwrot towaru masz 14 dni.")
    other = passage("Na zwrot towaru masz 30 dni.", document="zwroty")
    faq = passage("Na zwrot towaru masz 30 dni.", document="faq", kind=Kind.FAQ)
    quote = Quote("Na zwrot towaru masz 14 dni.", 0, 1.0, 1.0)
    assert conflict(quote, [mine, other]) is other
    assert conflict(quote, [mine, faq]) is None
    assert conflict(quote, [mine, passage("Na zwrot towaru masz 14 dni.", document="zwroty")]) is None
