"""Groups by relative likeness."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.arrays import average_link, likeness_of, numbered, unit
from analysis.narratives.linking import common_directions, damped, grouped, own_likeness
from analysis.narratives.merging import Groups, merge, pairs_of
from analysis.narratives.neighbours import Neighbours, neighbours
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


def test_directions_are_damped_in_vectors_of_the_shipped_size_only() -> None:
    """Vectors of another size stay as they are; those of the shipped size stay unit vectors, and common
    directions weigh less.
    """
    rows = cloud("claim-a", 6)
    assert np.abs(damped(rows) - rows).max() < 1e-3
    axes = common_directions()
    assert axes.shape == (384, 384)
    commonest = axes[:, np.linalg.norm(axes, axis=0).argmin()]
    rarest = axes[:, np.linalg.norm(axes, axis=0).argmax()]
    both = np.stack([unit(rarest[None])[0] + unit(commonest[None])[0], unit(rarest[None])[0]])
    found = damped(unit(both)).astype(np.float32)
    assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=1e-3)
    assert found[0] @ found[1] > unit(both)[0] @ unit(both)[1] + 0.1


def test_a_text_is_compared_with_its_own_neighbours() -> None:
    """The mean cosine to the nearest three, within bounds: never as low as unrelated texts lie, nor as high
    as copies.
    """
    found = Neighbours(
        np.zeros((2, 4), np.int32), np.array([[0.9, 0.8, 0.7, 0.6], [0.2, 0.1, 0.0, 0.0]], np.float32)
    )
    assert own_likeness(found) == pytest.approx([0.7, 0.3])


def test_rounds_of_mutual_merges_give_the_tree_of_average_link() -> None:
    """Along a graph that holds every pair above the cut, groups are those of the exact tree, for tight and
    loose cuts.
    """
    dice = np.random.default_rng(11)
    rows = unit(dice.normal(size=(120, 12)) + 1.2 * np.repeat(dice.normal(size=(12, 12)), 10, axis=0))
    for cut in (0.3, 0.5, 0.7, 0.9):
        groups = Groups(rows.astype(np.float32), np.ones(len(rows)))
        found = neighbours(rows.astype(np.float32), 119, floor=cut)
        merge(groups, pairs_of(found), lambda _groups, _ones, _others, mean: mean, cut, keep=cut)
        assert numbered(groups.labels).tolist() == average_link(rows, cut).tolist()


def test_unrelated_texts_change_nothing() -> None:
    """Ten times as many texts of other directions: the groups of the first stay the same."""
    rows = np.concatenate([cloud(f"claim-{name}", 9) for name in "abcd"] + [cloud("claim-loose", 14)])
    alone = numbered(grouped(rows, 0.5))
    among = np.zeros((11 * len(rows), 2 * rows.shape[1]))
    among[: len(rows), : rows.shape[1]] = rows
    others = np.concatenate([cloud(f"claim-{step}", 5) for step in range(10 * len(rows) // 5)])
    among[len(rows) : len(rows) + len(others), rows.shape[1] :] = others
    assert numbered(grouped(among, 0.5)[: len(rows)]).tolist() == alone.tolist()


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
    """Two halves of one claim are as alike as each is in itself; two claims are not; single texts cannot be
    compared.
    """
    rows = cloud("claim-a", 20)
    assert likeness_of(rows[:10], rows[10:]) > 0.7
    assert likeness_of(rows, cloud("claim-b", 10)) < 0.3
    assert likeness_of(rows, rows[:1]) == 0.0
