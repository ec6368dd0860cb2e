"""Both engines keep one contract: the same points give the same rankings, scores and filters."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from llama_index.core.vector_stores.types import (
    ExactMatchFilter,
    MetadataFilters,
    VectorStoreQuery,
    VectorStoreQueryMode,
)
from pydantic import SecretStr
from qdrant_client import QdrantClient

from ingestion.documents import Chunk, Kind, Validity
from ingestion.errors import SearchIndexError
from ingestion.fusion import SIZES, fused, weights_for
from ingestion.index import build, sparse
from ingestion.index.build import Child, Plan, heard, told
from ingestion.index.collections import ServerEngine
from ingestion.index.edge import EdgeBuilder, EdgeIndex
from ingestion.index.engine import KEPT, Snapshot
from ingestion.index.generations import EdgeEngine
from ingestion.index.llama import LlamaVectorStore
from ingestion.index.points import Draft, Placed, Unit, pack, placed, said, units, unpack
from ingestion.index.seam import (
    ALWAYS,
    DENSE,
    ESTIMATE,
    EXACT,
    FOREVER,
    GRAMS,
    LEMMAS,
    SPARSE,
    WORDS,
    Builder,
    Field,
    Index,
    Point,
    Probe,
    Scope,
)
from ingestion.index.server import ServerBuilder, ServerIndex
from ingestion.registry import Document, Register, Version
from ingestion.settings import Settings

TODAY = date(2026, 11, 22)
DIM = 16
TEXTS = (
    ("regulamin", "§ 1", "Zwrot towaru jest możliwy w ciągu 14 dni od dostawy.", None, date(2025, 12, 31)),
    ("regulamin", "§ 1", "Zwrot towaru jest możliwy w ciągu 30 dni od dostawy.", date(2026, 1, 1), None),
    ("regulamin", "§ 2", "Koszt przesyłki zwrotnej ponosi klient, chyba że towar był wadliwy.", date(2026, 1, 1), None),
    ("cennik", "pkt 1", "Przelew natychmiastowy kosztuje 5 zł, a zwykły nic.", None, None),
    ("cennik", "pkt 2", "Wydanie duplikatu karty kosztuje 15 zł.", None, None),
    ("terms", "§ 1", "Goods may be returned within 30 days of delivery.", None, None),
    ("faq", "Zwroty", "Masz na to 30 dni.", None, None),
    ("umowa", "§ 7 ust. 1", "Gwarancja obejmuje wady sprzętu.", None, None),
    ("umowa", "§ 7 ust. 2", "Nie obejmuje zalania.", None, None),
)
"""The last two are parts of one clause."""
REGISTER = Register(documents={
    name: Document(document=name, title=name.title(), versions=(Version(version="1", upload="", name="", source=name),))
    for name, *_ in TEXTS
})


def chunk(number: int) -> Chunk:
    document, clause, text, since, until = TEXTS[number]
    return Chunk(
        document=document, version="1", clause=clause, title=document.title(), text=text, position=number,
        kind=Kind.FAQ if document == "faq" else Kind.REGULATION, validity=Validity(since, until), source=document,
        language="en" if document == "terms" else "pl", collection="prices" if document == "cennik" else "default",
        unit="§ 7" if document == "umowa" else "",
        questions=("Ile mam czasu na zwrot?", "Do kiedy oddać towar?") if document == "faq" else (),
    )


def vector(text: str) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    made = np.random.default_rng(abs(hash_of(text))).normal(size=DIM).astype(np.float32)
    return np.asarray(made / np.linalg.norm(made), np.float32)


def hash_of(text: str) -> int:
    return sum(ord(letter) * (place + 1) for place, letter in enumerate(text))


def everything() -> list[tuple[Placed, Draft]]:
    found = placed(one for unit in units(map(chunk, range(len(TEXTS)))) for one in said(unit, unit.parts[0].validity))
    return [(point, point.draft()) for point in found]


def points() -> list[Point]:
    terms = {one.id: sparse.tokens(draft.matched, draft.whole) for one, draft in everything() if draft.matched}
    mean = {name: float(np.mean([len(one[name]) for one in terms.values() if name in one])) for name in SPARSE}
    counts = {name: {vector: sparse.counted(found) for vector, found in one.items()} for name, one in terms.items()}
    return [Point(one.id, vector(draft.embedded), sparse.of_document(counts.get(one.id, {}), mean), one.payload(draft))
            for one, draft in everything()]


def _fill(builder: Builder) -> None:
    builder.upsert(points())
    builder.finish()


pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect", "ignore:Local mode performs exact")


@pytest.fixture(scope="module", params=["edge", "local", *(["server"] if os.environ.get("QDRANT_URL") else [])])
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    if request.param == "edge":
        folder = tmp_path_factory.mktemp("edge") / "shard"
        _fill(EdgeBuilder(folder, DIM))
        edge = EdgeIndex(folder, "one")
        yield edge
        edge.close()
        return
    client = QdrantClient(":memory:") if request.param == "local" else QdrantClient(url=os.environ["QDRANT_URL"])
    _fill(ServerBuilder(client, "chunks-test", DIM))
    yield ServerIndex(client, "chunks-test", "one")
    client.delete_collection("chunks-test")
    client.close()


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EdgeIndex]:
    folder = tmp_path_factory.mktemp("reference") / "shard"
    _fill(EdgeBuilder(folder, DIM))
    found = EdgeIndex(folder, "one")
    yield found
    found.close()


def probe(text: str) -> Probe:
    return Probe(vector(text), sparse.of_query(sparse.tokens(text)))


@pytest.mark.parametrize("question", ["zwrot towaru", "ile kosztuje przelew", "karty", "returned goods", "xyz"])
@pytest.mark.parametrize("scope", [
    Scope(TODAY), Scope(date(2025, 6, 1)), Scope(TODAY, collection="prices"), Scope(TODAY, language="en"),
    Scope(TODAY, field=Field.QUESTION), Scope(TODAY, audience="staff"),
])
def test_every_engine_gives_the_same_scores(index: Index, edge: EdgeIndex, question: str, scope: Scope) -> None:
    found = {hit.id: hit.scores for hit in index.search(probe(question), scope, 10)}
    expected = {hit.id: hit.scores for hit in edge.search(probe(question), scope, 10)}
    assert found.keys() == expected.keys()
    for point, scores in expected.items():
        assert found[point] == pytest.approx(dict(scores), abs=1e-4)


def test_a_hit_found_by_one_vector_has_its_scores_for_the_others(index: Index) -> None:
    every = {hit.id: hit.scores for hit in index.search(probe("zwrot towaru"), Scope(TODAY), 10)}
    hits = index.search(probe("zwrot towaru"), Scope(TODAY), 1)
    assert {LEMMAS} == set(SPARSE) - EXACT
    for hit in hits:
        assert hit.scores.keys() == {DENSE, LEMMAS, GRAMS, WORDS}
        for name, score in hit.scores.items():
            best = max(other.scores[name] for other in hits)
            exact = name in EXACT or score == best
            assert score == pytest.approx(every[hit.id][name] if exact else ESTIMATE * best, abs=1e-5)


def test_what_shares_no_term_has_no_score_where_all_that_share_one_are_found(index: Index) -> None:
    hits = index.search(probe("gwarancja zalania sprzętu"), Scope(TODAY), 20)
    assert min(hit.scores[LEMMAS] for hit in hits) == 0.0


def test_bm25_of_the_engine_is_the_formula(index: Index) -> None:
    """Golden: BM25 by its definition over the text points, computed here."""
    found = {hit.id: hit.scores[LEMMAS] for hit in index.search(probe("zwrot dostawy"), Scope(TODAY), 10)}
    texts = {one.id: sparse.tokens(draft.matched)[LEMMAS] for one, draft in everything() if draft.matched}
    mean = sum(map(len, texts.values())) / len(texts)
    for point, score in found.items():
        expected = 0.0
        for term in sparse.tokens("zwrot dostawy")[LEMMAS]:
            holding = sum(term in words for words in texts.values())
            idf = np.log(1 + (len(texts) - holding + 0.5) / (holding + 0.5))
            count = texts[point].count(term)
            expected += idf * 2.2 * count / (count + 1.2 * (0.25 + 0.75 * len(texts[point]) / mean))
        assert score == pytest.approx(expected, rel=0.02)


def test_only_what_is_valid_on_the_day_is_found(index: Index) -> None:
    for day, days in ((date(2025, 12, 31), "14 dni"), (date(2026, 1, 1), "30 dni")):
        chunks = index.clause("regulamin", "§ 1", day)
        assert [days in one.text for one in chunks] == [True]
        hits = index.search(probe("zwrot towaru w ciągu"), Scope(day), 20)
        assert all(one.validity.covers(day) for one in index.chunks([hit.id for hit in hits]).values())


def test_questions_are_points_that_lead_to_their_entry(index: Index) -> None:
    hits = index.search(Probe(vector("Do kiedy oddać towar?")), Scope(TODAY, field=Field.QUESTION), 5)
    assert max(hits, key=lambda hit: hit.scores[DENSE]).scores[DENSE] == pytest.approx(1.0, abs=1e-4)
    assert {one.text for one in index.chunks([hit.id for hit in hits]).values()} == {"Masz na to 30 dni."}


def test_count_is_of_all_points(index: Index) -> None:
    assert index.count() == len(points())


def test_a_chunk_survives_packing() -> None:
    for number in range(len(TEXTS)):
        assert unpack(pack(chunk(number))) == chunk(number)


def test_the_parts_of_a_clause_share_the_score_of_its_words(index: Index) -> None:
    hits = {hit.id: hit.scores for hit in index.search(probe("gwarancja zalania sprzętu"), Scope(TODAY), 20)}
    parts = [hits[one.id] for one, draft in everything() if draft.record["document"] == "umowa"]
    assert parts[0][LEMMAS] != parts[1][LEMMAS]
    assert parts[0][WORDS] == parts[1][WORDS] > 0


def test_points_are_held_with_their_days_and_get_new_ones(tmp_path: Path) -> None:
    client = QdrantClient(":memory:")
    held = {one.id: one.days for one, draft in everything() if draft.record["document"] == "regulamin"}
    first, *others = held
    for engine in (EdgeEngine(tmp_path / "index"), ServerEngine(client)):
        _fill(engine.begin("g", None, DIM))
        built = engine.open_built("g")
        assert built.days([*held, "00000000-0000-0000-0000-000000000000"]) == held
        assert built.days([]) == {}
        built.close()
        engine.switch(Snapshot(generation="g", created="", model="m", dim=DIM, points=len(points()), measured=1,
                               mean={}, documents=REGISTER))
        again = engine.begin("h", "g", DIM)
        again.set_days({first: (1, 2), **dict.fromkeys(others, (3, 4))})
        again.finish()
        assert engine.open_built("h").days(list(held)) == {first: (1, 2), **dict.fromkeys(others, (3, 4))}
        kept = engine.open_built("h").chunks([first])[first]
        assert kept.text == engine.open("g").chunks([first])[first].text


def version(number: int, days: Validity) -> Chunk:
    return replace(chunk(number), version=f"v{days.since}", validity=days, position=9, source=f"{days.since}.pdf")


def test_a_text_that_two_versions_share_is_one_point_for_the_days_of_both() -> None:
    old, new = Validity(None, date(2026, 5, 31)), Validity(date(2026, 6, 1), None)
    (point,) = placed([*said(Unit((version(2, old),)), old), *said(Unit((version(2, new),)), new)])
    assert point.days == (ALWAYS, FOREVER)
    assert not {"version", "source", "validity"} & point.payload(point.draft()).keys()
    assert placed(said(Unit((version(2, old),)), old))[0].id == point.id


def test_a_text_that_went_and_came_again_is_found_on_no_day_between() -> None:
    days = [Validity(date(2026, 1, 1), date(2026, 1, 31)), Validity(date(2026, 3, 1), None)]
    found = placed(found for one in days for found in said(Unit((version(2, one),)), one))
    assert len({point.id for point in found}) == 2
    assert [point.days[0] for point in found] == [day.since.toordinal() for day in days if day.since]


def test_a_changed_part_renames_the_whole_clause_and_nothing_else() -> None:
    before = [chunk(number) for number in range(6, 9)]
    after = [*before[:2], replace(before[2], text="Nie obejmuje zalania ani upadku.")]
    one, two = (placed(one for unit in units(chunks) for one in said(unit, Validity())) for chunks in (before, after))
    shared = {point.id for point in one} & {point.id for point in two}
    assert {point.draft().record["document"] for point in one if point.id in shared} == {"faq"}
    assert len(one) - len(shared) == 2


def test_who_builds_is_told_the_keys_of_the_servers_it_asks(tmp_path: Path) -> None:
    """Golden queries ask the embedding model, and a plan as JSON hides secrets."""
    settings = Settings(data_dir=tmp_path, qdrant_api_key=SecretStr("one"), embedding_api_key=SecretStr("two"),
                        llm_api_key=SecretStr("three"))
    plan = Plan(settings=settings, model="m", dim=2, cache=tmp_path / "v", chunks=tmp_path, documents=Register(),
                parent=None)
    assert "three" not in told(plan)
    assert heard(told(plan)).settings == settings.model_copy(update={"llm_api_key": None})


def test_a_build_that_hangs_is_ended_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "LIMITS", build.Limits(seconds=0.01))
    plan = Plan(settings=Settings(data_dir=tmp_path), model="m", dim=2, cache=tmp_path / "v", chunks=tmp_path,
                documents=Register(), parent=None)  # fmt: skip
    with pytest.raises(SearchIndexError, match="ended without a result"):
        Child().build(plan)


def test_grams_share_most_of_a_misspelt_word() -> None:
    right, wrong = set(sparse.grams("regulamin")), set(sparse.grams("regulanim"))
    assert len(right & wrong) >= 4
    assert sparse.grams("żółw") == sparse.grams("zolw")


def test_term_ids_rise_and_are_the_same_in_every_process() -> None:
    found = sparse.of_query(sparse.tokens("zwrot towaru"))[LEMMAS]
    assert all(first < second for first, second in pairwise(found.indices))
    assert found.indices == (979788388, 1641081125)
    assert found.values == (1.0, 1.0)


def test_llamaindex_ranks_as_we_do(index: Index) -> None:
    store = LlamaVectorStore(index, REGISTER)
    question, embedding = "zwrot towaru", vector("zwrot towaru").tolist()
    filters = MetadataFilters(filters=[ExactMatchFilter(key="as_of", value="2025-06-01")])
    found = store.query(VectorStoreQuery(embedding, similarity_top_k=3, query_str=question, filters=filters,
                                         mode=VectorStoreQueryMode.HYBRID))
    ours = fused(index.search(probe(question), Scope(date(2025, 6, 1)), 100))[:3]
    assert found.ids == [hit.id for hit, _ in ours]
    assert [node.metadata["clause"] for node in found.nodes or []] == [
        index.chunks([hit.id])[hit.id].clause for hit, _ in ours
    ]
    with pytest.raises(SearchIndexError, match="python -m ingestion add"):
        store.add([])
    with pytest.raises(SearchIndexError, match="not supported"):
        store.query(VectorStoreQuery(embedding, mode=VectorStoreQueryMode.MMR))


def test_llamaindex_weighs_a_large_index_as_one(index: Index) -> None:
    class Large:
        """The same index, as if it had as many points as all statutes."""

        def __getattr__(self, name: str) -> Any:
            return getattr(index, name)

        def count(self) -> int:
            return SIZES.large

    question = "koszt przesyłki zwrotnej towaru"
    day = MetadataFilters(filters=[ExactMatchFilter(key="as_of", value=TODAY.isoformat())])
    asked = VectorStoreQuery(vector(question).tolist(), similarity_top_k=4, query_str=question, filters=day,
                             mode=VectorStoreQueryMode.HYBRID)  # fmt: skip
    hits = index.search(probe(question), Scope(TODAY), 100)
    large, small = fused(hits, weights_for(SIZES.large))[:4], fused(hits)[:4]
    found = LlamaVectorStore(cast(Index, Large()), REGISTER).query(asked)
    assert found.similarities == pytest.approx([score for _, score in large])
    assert found.ids == [hit.id for hit, _ in large]
    assert LlamaVectorStore(index, REGISTER).query(asked).similarities == pytest.approx([score for _, score in small])
    assert [score for _, score in large] != pytest.approx([score for _, score in small])


def test_a_generation_that_cannot_be_read_is_rolled_back_from_as_its_error_says(tmp_path: Path) -> None:
    client = QdrantClient(":memory:")
    for engine in (EdgeEngine(tmp_path / "index"), ServerEngine(client)):
        for number, parent in enumerate((None, "g0", "g1")):
            engine.begin(f"g{number}", parent, DIM).finish()
            engine.switch(Snapshot(generation=f"g{number}", parent=parent, created="", model="m", dim=DIM, points=0,
                                   measured=0, mean={}, documents=Register()))
        if isinstance(engine, EdgeEngine):
            (tmp_path / "index" / "g2" / "snapshot.json").write_bytes(b"")
        else:
            client.update_collection("chunks-g2", metadata={"snapshot": ""})
        with pytest.raises(SearchIndexError, match="ingestion rollback"):
            engine.snapshot(engine.current())
        assert engine.rollback().generation == "g1" == engine.current()


def test_generations_switch_roll_back_and_are_cleaned_up_on_every_engine(tmp_path: Path) -> None:
    client = QdrantClient(":memory:")
    for engine in (EdgeEngine(tmp_path / "index"), ServerEngine(client)):
        assert engine.current() is None
        parent = None
        made = []
        for number in range(KEPT + 2):
            builder = engine.begin(f"g{number}", parent, DIM)
            builder.upsert(points()[number : number + 1])
            builder.finish()
            engine.switch(Snapshot(generation=f"g{number}", parent=parent, created="", model="m", dim=DIM,
                                   points=number + 1, measured=1, mean={}, documents=Register()))
            engine.clean()
            assert engine.open(f"g{number}").count() == number + 1
            parent = engine.current()
            made.append(parent)
        assert made == [f"g{number}" for number in range(KEPT + 2)]
        assert engine.open(made[-1]).count() == KEPT + 2
        engine.begin("half", made[-1], DIM)
        engine.clean()
        for before in made[-2 : -KEPT - 1 : -1]:
            assert engine.rollback().generation == before == engine.current()
        with pytest.raises(SearchIndexError, match="no earlier"):
            engine.rollback()
    assert sorted(path.name for path in (tmp_path / "index").iterdir()) == ["current", *made[-KEPT:]]
    left = sorted(one.name for one in client.get_collections().collections)
    assert left == [f"chunks-{name}" for name in made[-KEPT:]]
