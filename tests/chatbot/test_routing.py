"""A conversation goes to one of the company's own categories, and to its team."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from chatbot.adapter import SHIPPED
from chatbot.routing import FILE, SUPPORT, Router, Table, Weights, choose, load, save
from finetune.routing import fit
from ingestion.company import Company, Topic
from ingestion.errors import ModelError

TOPICS = (
    Topic(name="returns", title={"pl": "Zwroty", "en": "Returns"}, team="returns", words=("zwrot",)),
    Topic(name="delivery", title={"pl": "Dostawa", "en": "Delivery"}, team="orders", words=("kurier",)),
    Topic(name="fraud", title={"pl": "Oszustwo", "en": "Fraud"}, team="security", words=("oszustwo",)),
)


def test_only_the_companys_own_categories_can_be_chosen() -> None:
    route = choose({"pets": 9.0, "returns": 1.0, "delivery": 0.0}, "oddaję towar", TOPICS)
    assert (route.category, route.team) == ("returns", "returns")


def test_a_category_without_examples_is_chosen_by_its_words() -> None:
    route = choose({"returns": 0.1, "delivery": 0.0}, "to jest oszustwo", TOPICS, Table(words=4.0))
    assert (route.category, route.team) == ("fraud", "security")


def test_what_is_like_nothing_goes_to_the_general_team() -> None:
    route = choose({one.name: 0.0 for one in TOPICS}, "dzień dobry", TOPICS, Table(sure=0.5))
    assert (route.category, route.team) == (None, SUPPORT)


def test_what_was_learnt_is_chosen_again() -> None:
    generator = np.random.default_rng(0)
    centres = {"returns": np.eye(3)[0], "delivery": np.eye(3)[1], "fraud": np.eye(3)[2]}
    names = [name for name in centres for _ in range(20)]
    vectors = np.stack([centres[name] + 0.2 * generator.standard_normal(3) for name in names]).astype(np.float32)
    weights = fit(vectors, names, decay=0.01)

    class Embedder:
        dimensions = 3
        name = "three"

        def queries(self, texts: list[str]) -> np.ndarray:
            return np.stack([centres[text] for text in texts]).astype(np.float32)

        def passages(self, texts: list[str]) -> np.ndarray:
            return self.queries(texts)

    company = Company.model_construct(topics=TOPICS)
    router = Router(weights, company, Embedder())  # type: ignore[arg-type]
    assert {name: router.route([name]).category for name in centres} == {name: name for name in centres}
    assert router.route(["fraud"]).team == "security"


def test_weights_survive_their_file_and_damage_is_named(tmp_path: Path) -> None:
    assert load(tmp_path) is None
    weights = Weights(("a", "b"), np.ones((2, 4), np.float32), np.zeros(3, np.float32), np.ones(3, np.float32))
    save(tmp_path, weights)
    found = load(tmp_path)
    assert found is not None
    assert found.categories == ("a", "b")
    assert np.array_equal(found.rows, weights.rows)
    (tmp_path / FILE).write_bytes(b"no such thing")
    with pytest.raises(ModelError, match="is damaged"):
        load(tmp_path)


def test_the_shipped_adapter_knows_every_category_of_the_demo_company() -> None:
    from ingestion import company as companies
    from ingestion.settings import Settings

    weights = load(SHIPPED / "demo")
    assert weights is not None
    assert set(weights.categories) == {topic.name for topic in companies.load(Settings().company).topics}
