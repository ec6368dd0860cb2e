"""Words weigh more against vectors the larger the index."""

from __future__ import annotations

import pytest

from ingestion.fusion import LARGE, SIZES, WEIGHTS, weights_for
from ingestion.index.seam import DENSE, GRAMS, LEMMAS


@pytest.mark.parametrize(("points", "expected"), [
    (0, WEIGHTS), (900, WEIGHTS), (SIZES.small, WEIGHTS), (SIZES.large, LARGE), (1_000_000, LARGE),
])  # fmt: skip
def test_a_small_index_trusts_meaning_and_a_large_one_words(points: int, expected: object) -> None:
    assert weights_for(points) == expected


def test_between_the_sizes_the_weights_grow() -> None:
    rows = [weights_for(points).of for points in (2_000, 4_000, 8_000, 20_000)]
    for name in (LEMMAS, GRAMS):
        assert [row[name] for row in rows] == sorted({row[name] for row in rows})
    assert {row[DENSE] for row in rows} == {1.0}
