"""Groups by relative likeness."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.arrays import average_link, likeness_of, numbered, unit
from analysis.narratives.linking import balanced, grouped, typical_likeness
from tests.narratives.conftest import direction, vector_of


def cloud(claim: str, count: int, more: float = 0.0) -> np.ndarray:
    """Vectors around one claim, drawn together by `more`."""
    rows = np.stack([vector_of(f"{claim} {step}").astype(np.float64) for step in range(count)])
    return unit(rows + more * direction(claim))


def test_tight_and_loose_groups_are_found_at_one_threshold() -> None:
    """A tight event and a loosely worded claim come out whole side by side; single texts stay alone."""
    rows = np.concatenate(
        [
            cloud("claim-loose", 20),
            cloud("claim-tight", 8, more=2.0),
            np.stack([vector_of(f"x{n}") for n in range(10)]),
        ]
    )
    labels = grouped(rows, 0.5)
    assert len(set(labels[:20].tolist())) == 1
    assert len(set(labels[20:28].tolist())) == 1
    assert labels[0] != labels[20]
    assert not set(labels[28:].tolist()) & {labels[0], labels[20]}


def test_order_does_not_matter() -> None:
    """Shuffled rows are in the same groups."""
    rows = np.concatenate([cloud("claim-a", 9), cloud("claim-b", 9), cloud("claim-c", 5)])
    order = np.random.default_rng(3).permutation(len(rows))
    assert numbered(grouped(rows, 0.5)[order]).tolist() == numbered(grouped(rows[order], 0.5)).tolist()


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_rows(count: int) -> None:
    """Nothing, one and two rows are no special case for the caller."""
    rows = np.stack([vector_of(f"text {step}") for step in range(count)]) if count else np.zeros((0, 64))
    assert len(grouped(rows, 0.5)) == count


def test_equal_rows_are_one_group() -> None:
    """A collection of one text repeated divides by nothing."""
    assert grouped(np.ones((6, 4)) / 2, 0.5).tolist() == [0] * 6


def test_few_rows_invent_no_directions() -> None:
    """With far fewer rows than dimensions, balancing changes cosines little."""
    rows = np.concatenate([cloud("claim-a", 6), cloud("claim-b", 6)])
    assert np.abs(balanced(rows) @ balanced(rows).T - rows @ rows.T).max() < 0.25


def test_typical_likeness_is_that_of_neighbours() -> None:
    """The median over rows of the mean cosine to the nearest three."""
    rows = cloud("claim-a", 4)
    cosines = rows @ rows.T
    assert typical_likeness(rows) == pytest.approx(np.median((cosines.sum(axis=1) - 1) / 3))


def test_days_apart_count_as_unrelated() -> None:
    """Equal texts told a month apart are two events; without a day they are one."""
    rows = np.ones((4, 4)) / 2
    assert average_link(rows, 0.5, days=[0, 1, 30, 31], span=7).tolist() == [0, 0, 1, 1]
    assert average_link(rows, 0.5, days=[np.nan] * 4, span=7).tolist() == [0] * 4


def test_two_rows_are_linked_as_more_are() -> None:
    """The short way for two rows, which most copy groups have, says what the tree says."""
    for cosine in (0.05, 0.0999, 0.1, 0.1001, 0.7):
        pair = np.array([[1.0, 0.0], [cosine, np.sqrt(1 - cosine**2)]])
        beside = np.array([*pair.tolist(), [0.0, -1.0]])
        assert average_link(pair, 0.1).tolist() == average_link(beside, 0.1).tolist()[:2]
    assert average_link(np.ones((2, 4)) / 2, 0.5, days=[0, 30], span=7).tolist() == [0, 1]


def test_likeness_compares_with_the_groups_own() -> None:
    """Two halves of one claim are as alike as each is in itself; two claims are not; single texts cannot be compared."""
    rows = cloud("claim-a", 20)
    assert likeness_of(rows[:10], rows[10:]) > 0.7
    assert likeness_of(rows, cloud("claim-b", 10)) < 0.3
    assert likeness_of(rows, rows[:1]) == 0.0
