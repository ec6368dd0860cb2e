"""A document is in one collection and for one audience, with all that it ever said."""

from __future__ import annotations

from datetime import date

import pytest

from ingestion.embedding import Embedder, open_embedder
from ingestion.search import Searcher, SearchRequest
from ingestion.settings import Settings
from tests.ingestion.library import Library, library

__all__ = ["library"]
OLD, NEW = (f"# Regulamin\n\n§ 1. Zwrot towaru trwa {days} dni.\n" for days in (14, 30))
THEN, SINCE, NOW = date(2020, 6, 1), date(2026, 1, 1), date(2026, 11, 22)


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return open_embedder(Settings(), threads=1)


def test_a_document_added_for_others_is_seen_by_them_alone_on_every_day(library: Library, embedder: Embedder) -> None:
    library.add("regulamin.md", OLD, valid_from=date(2020, 1, 1))
    library.add("regulamin.md", NEW, valid_from=SINCE)

    def seen(day: date, **scope: str) -> list[str]:
        found = Searcher(library.settings, embedder=embedder).search(SearchRequest("zwrot", day, **scope))  # type: ignore[arg-type]
        return [one.chunk.text[-7:] for one in found.passages]

    assert (seen(THEN, audience="customer"), seen(NOW, audience="customer")) == (["14 dni."], ["30 dni."])
    outcome = library.add("regulamin.md", NEW, audience="staff", collection="umowy")
    assert outcome.status == "indexed"
    assert seen(THEN, audience="customer") == seen(NOW, audience="customer") == seen(NOW, collection="default") == []
    assert (seen(THEN, audience="staff"), seen(NOW, collection="umowy")) == (["14 dni."], ["30 dni."])
    assert [(one.since, one.until) for one in library.document("regulamin").versions] == [
        (date(2020, 1, 1), date(2025, 12, 31)), (SINCE, None)]

    library.add("regulamin.md", NEW.replace("30", "60"), audience="customer", valid_from=date(2026, 11, 1))
    assert (seen(THEN, audience="staff"), seen(NOW, audience="staff")) == ([], [])
    assert (seen(THEN, audience="customer"), seen(NOW, audience="customer")) == (["14 dni."], ["60 dni."])
    assert library.add("regulamin.md", NEW.replace("30", "60"), valid_from=date(2026, 11, 1)).status == "unchanged"


def test_a_text_in_another_language_keeps_the_languages_of_both(library: Library, embedder: Embedder) -> None:
    library.add("regulamin.md", OLD, valid_from=date(2020, 1, 1))
    english = "# Terms\n\n§ 1. You may return the goods that you have bought within 30 days of the delivery.\n"
    library.add("regulamin.md", english, valid_from=SINCE)
    searcher = Searcher(library.settings, embedder=embedder)
    found = {(day, language): len(searcher.search(SearchRequest("zwrot", day, language=language)).passages)
             for day in (THEN, NOW) for language in ("pl", "en")}
    assert found == {(THEN, "pl"): 1, (THEN, "en"): 0, (NOW, "pl"): 0, (NOW, "en"): 1}
