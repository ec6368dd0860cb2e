"""A quote that leans on another sentence brings that sentence along, word for word, with its own clause."""

from __future__ import annotations

import pytest

from chatbot.context import leant_on
from ingestion.documents import Chunk, Kind, Validity

TEXTS = {
    "§ 2 ust. 1": "Klient może odstąpić od umowy w ciągu 14 dni. Powodu nie podaje.",
    "§ 2 ust. 2": "Termin ten liczy się od dnia otrzymania produktu.",
    "§ 2 ust. 3": "Koszt zwrotu, o którym mowa w ust. 1, ponosi klient.",
    "§ 4 ust. 1": "Do przypadków określonych w § 2 ust. 3 nie stosuje się rabatu.",
    "§ 4 ust. 2": "Zwrot następuje w terminie, o którym mowa w art. 32 ust. 1 ustawy o prawach konsumenta.",
    "§ 4 ust. 3": "Zwrot produktu jest bezpłatny.",
    "Art. 9 ust. 1 pkt 1–2": "1. Sprzedawca informuje o: 1) cenie, 2) dostawie,",
    "Art. 9 ust. 1 pkt 3–4": "3) prawie odstąpienia, 4) reklamacji.",
    "Art. 9 ust. 2–4": "2. Informacje, o których mowa w ust. 1 pkt 2, są jasne. 3. W takim przypadku wystarczy e-mail. "
                       "4. Przepis ust. 3 stosuje się zawsze.",
    "Art. 10": "1. Umowa jest ważna. 2. Przepisu ust. 1 nie stosuje się do informacji, o których mowa w art. 9 ust. 3.",
}
LEAD = "1. Sprzedawca informuje o:"


def chunk(label: str) -> Chunk:
    headings = (LEAD,) if label == "Art. 9 ust. 1 pkt 3–4" else ()
    return Chunk(document="regulamin", version="1", clause=label, title="Regulamin", text=TEXTS[label], position=0,
                 kind=Kind.REGULATION, validity=Validity(), source="r.md", headings=headings)


def find(label: str) -> Chunk | None:
    return chunk(label) if label in TEXTS else None


@pytest.mark.parametrize(("label", "quote", "holder", "text"), [
    ("§ 2 ust. 2", TEXTS["§ 2 ust. 2"], "§ 2 ust. 1", "Klient może odstąpić od umowy w ciągu 14 dni."),
    ("§ 2 ust. 3", TEXTS["§ 2 ust. 3"], "§ 2 ust. 1", "Klient może odstąpić od umowy w ciągu 14 dni."),
    ("§ 4 ust. 1", TEXTS["§ 4 ust. 1"], "§ 2 ust. 3", TEXTS["§ 2 ust. 3"]),
    ("Art. 9 ust. 1 pkt 3–4", "4) reklamacji.", "Art. 9 ust. 1 pkt 1–2", LEAD),
    ("Art. 9 ust. 2–4", "2. Informacje, o których mowa w ust. 1 pkt 2, są jasne.", "Art. 9 ust. 1 pkt 1–2",
     "2) dostawie,"),
    ("Art. 9 ust. 2–4", "3. W takim przypadku wystarczy e-mail.", "Art. 9 ust. 2–4",
     "2. Informacje, o których mowa w ust. 1 pkt 2, są jasne."),
    ("Art. 10", "2. Przepisu nie stosuje się do informacji, o których mowa w art. 9 ust. 3.", "Art. 9 ust. 2–4",
     "3. W takim przypadku wystarczy e-mail."),
])
def test_what_a_quote_leans_on_comes_with_it(label: str, quote: str, holder: str, text: str) -> None:
    found = leant_on(quote, chunk(label), find)
    assert found is not None
    assert (found.chunk.clause, found.text) == (holder, text)
    assert found.text in found.chunk.text


@pytest.mark.parametrize(("label", "quote"), [
    ("§ 4 ust. 2", TEXTS["§ 4 ust. 2"]),  # another statute's article
    ("§ 4 ust. 3", TEXTS["§ 4 ust. 3"]),  # stands by itself
    ("§ 2 ust. 1", "Termin ten liczy się od dnia otrzymania."),  # nothing before it
    ("§ 2 ust. 3", "O tym, co określono w § 9 ust. 1, decyduje klient."),  # no such clause
])
def test_a_quote_that_leans_on_nothing_here_stands_alone(label: str, quote: str) -> None:
    assert leant_on(quote, chunk(label), find) is None
