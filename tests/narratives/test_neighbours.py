"""The nearest other rows of every row."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.arrays import unit_rows
from analysis.narratives.neighbours import NOBODY, Neighbours, neighbours
from tests.narratives.conftest import vector_of

COUNT = 12
FLOOR = 0.12


def claims(count: int, texts: int = 10) -> np.ndarray:
    """Texts of some claims, as many of each."""
    return np.stack([vector_of(f"claim-{claim} {step}") for claim in range(count) for step in range(texts)])


def scattered(count: int, size: int, *, seed: int) -> np.ndarray:
    """Rows that point anywhere."""
    return unit_rows(np.random.default_rng(seed).normal(size=(count, size)).astype(np.float32))


def compared(rows: np.ndarray, asked: np.ndarray, count: int, floor: float) -> np.ndarray:
    """Cosines of the nearest of some rows, from all pairs, the largest first; 0 where there are no more."""
    cosines = np.asarray(rows[asked] @ rows.T, np.float32)
    cosines[np.arange(len(asked)), asked] = -1
    cosines = np.round(cosines, 4)
    cosines[cosines < floor] = 0
    return -np.sort(-np.hstack([cosines, np.zeros((len(asked), count))]), axis=1)[:, :count]


def sets_of(found: Neighbours) -> list[set[int]]:
    """The neighbours of each row."""
    return [set(row.tolist()) - {NOBODY} for row in found.rows]


@pytest.mark.parametrize("count", [2, 33, 1025, 3000])
def test_every_near_row_is_found(count: int) -> None:
    """At every size the cosines of the neighbours are those that comparing all pairs gives."""
    rows = np.concatenate([claims(min(20, 1 + count // 20)), scattered(count, 64, seed=1)])[-count:]
    found = neighbours(rows, COUNT, floor=FLOOR)
    asked = np.arange(0, count, max(1, count // 300))
    assert found.cosines[asked] == pytest.approx(compared(rows, asked, COUNT, FLOOR), abs=2e-4)
    assert ((found.rows == NOBODY) == (found.cosines == 0)).all()


@pytest.mark.parametrize("count", [0, 1])
def test_nothing_and_one_row_have_no_neighbours(count: int) -> None:
    """No rows and a single row are no special case for the caller."""
    found = neighbours(np.ones((count, 4), np.float32) / 2, COUNT, floor=FLOOR)
    assert found.rows.shape == (count, COUNT)
    assert (found.rows == NOBODY).all()


def test_neighbours_do_not_depend_on_the_order() -> None:
    """Shuffled rows have the same neighbours."""
    rows = np.concatenate([claims(40), scattered(1500, 64, seed=2)])
    order = np.random.default_rng(3).permutation(len(rows))
    first, shuffled = neighbours(rows, COUNT, floor=FLOOR), neighbours(rows[order], COUNT, floor=FLOOR)
    assert shuffled.cosines.tolist() == first.cosines[order].tolist()
    before, after = sets_of(first), sets_of(shuffled)
    same = [
        {int(order[other]) for other in found} == before[place]
        for place, found in zip(order.tolist(), after, strict=True)
    ]
    # Of two rows at the same cosine, either may be the last.
    assert np.mean(same) > 0.98


def test_unrelated_rows_take_no_neighbour_away() -> None:
    """Ten times as many rows of other directions: everyone has the neighbours that he had."""
    own = claims(30)
    among = np.zeros((11 * len(own), 2 * own.shape[1]), np.float32)
    among[: len(own), : own.shape[1]] = own
    among[len(own) :, own.shape[1] :] = scattered(10 * len(own), own.shape[1], seed=4)
    alone = np.zeros((len(own), among.shape[1]), np.float32)
    alone[:, : own.shape[1]] = own
    before, after = neighbours(alone, COUNT, floor=FLOOR), neighbours(among, COUNT, floor=FLOOR)
    assert after.cosines[: len(own)].tolist() == before.cosines.tolist()
    assert after.rows[: len(own)].tolist() == before.rows.tolist()


def test_many_equal_rows_fill_the_lists() -> None:
    """Hundreds of equal rows are each other's neighbours at a cosine of 1, none its own."""
    rows = np.repeat(scattered(3, 64, seed=5), 400, axis=0)
    found = neighbours(rows, COUNT, floor=FLOOR)
    assert found.cosines == pytest.approx(1, abs=1e-3)
    assert (found.rows != np.arange(len(rows))[:, None]).all()
    assert (found.rows // 400 == np.arange(len(rows))[:, None] // 400).all()
    assert all(len(row) == COUNT for row in sets_of(found))


def test_more_neighbours_than_rows_may_be_asked() -> None:
    """What is missing is nobody at a cosine of 0."""
    found = neighbours(np.ones((5, 4), np.float32) / 2, COUNT, floor=FLOOR)
    assert [len(row) for row in sets_of(found)] == [4] * 5
    assert (found.cosines[:, 4:] == 0).all()
