"""Products of rows in whole numbers."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.arrays import unit_rows
from analysis.embedding.products import Products, coded, farthest_off, whole


def directions(count: int, size: int, *, seed: int) -> np.ndarray:
    """Unit rows that point anywhere."""
    return unit_rows(np.random.default_rng(seed).normal(size=(count, size)).astype(np.float32))


@pytest.mark.parametrize("size", [4, 64, 384])
def test_products_are_near_to_cosines(size: int) -> None:
    """No product lies farther from the cosine of its rows than is said, and what is said is little."""
    rows, others = directions(300, size, seed=1), directions(200, size, seed=2)
    ones, columns = coded(rows), coded(others)
    products = Products().between(ones.codes, columns.columns()) / whole(size)
    off = farthest_off(ones.missed, float(columns.missed.max()), size)[:, None] / whole(size)
    assert (np.abs(products - rows @ others.T) <= off).all()
    assert off.max() < 0.1


def test_rows_along_an_axis_have_codes_as_good_as_others() -> None:
    """Rows are turned: one that is a single large component loses no more than others."""
    axes = np.eye(384, dtype=np.float32)[:50]
    assert coded(axes).missed.max() < 1.5 * coded(directions(50, 384, seed=3)).missed.max()


def test_a_code_belongs_to_its_row_alone() -> None:
    """Whatever rows stand beside it, a row has the same code; rows that were added are zeros."""
    rows = directions(100, 64, seed=4)
    together, alone = coded(rows, to_multiple_of=32), coded(rows[40:41])
    assert len(together.codes) == 128
    assert (together.codes[40] == alone.codes[0]).all()
    products = Products().between(together.codes, alone.columns())
    assert (products[100:] == 0).all()


def test_the_next_call_writes_over_the_last() -> None:
    """Products of two shapes, then of the first again, are right each time."""
    rows, asked = coded(directions(40, 16, seed=5)), Products()
    whole_rows = rows.codes.astype(np.int64) - 64
    for height, width in ((40, 8), (7, 3), (40, 8)):
        found = asked.between(rows.codes[:height], rows.part(slice(0, width)).columns())
        assert (found == whole_rows[:height] @ whole_rows[:width].T).all()
