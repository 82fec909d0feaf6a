"""Pairs worth a comparison: a property of two sketches, whatever else is there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.copies import candidates as module
from crawler.copies.candidates import SHARE, candidates
from crawler.copies.shingles import SAMPLE, Sketch, is_sampled

Pair = tuple[int, int]


def sketch(values: list[int], *, is_whole: bool = True) -> Sketch:
    """A sketch of these runs; a sampled one holds multiples only."""
    runs = np.unique(np.array(values, np.uint32))
    return Sketch(runs if is_whole else runs[is_sampled(runs)], is_whole)


def found(sketches: list[Sketch], new: int) -> list[Pair]:
    """Pairs, as plain numbers."""
    left, right = candidates(sketches, new)
    return list(zip(left.tolist(), right.tolist(), strict=True))


def expected(sketches: list[Sketch], new: int) -> list[Pair]:
    """The same by comparing every pair."""
    pairs = [(left, right) for left in range(new) for right in range(left + 1, len(sketches))]
    return [pair for pair in pairs if shares_enough(sketches[pair[0]], sketches[pair[1]])]


def shares_enough(left: Sketch, right: Sketch) -> bool:
    """The rule, written out."""
    shared = len(np.intersect1d(left.values, right.values))
    sizes = [
        len(one.values) if left.is_whole and right.is_whole else int(is_sampled(one.values).sum())
        for one in (left, right)
    ]
    return shared > 0 and shared >= SHARE * min(sizes)


SKETCHES = st.lists(
    st.builds(sketch, st.lists(st.integers(0, 150), max_size=60), is_whole=st.booleans()), max_size=12
)


@given(SKETCHES, st.integers(0, 12))
@settings(deadline=None, max_examples=300)
def test_every_pair_that_shares_enough_is_found(sketches: list[Sketch], new: int) -> None:
    """Passing over common runs loses nothing, and nothing else is found."""
    new = min(new, len(sketches))
    assert found(sketches, new) == expected(sketches, new)


def test_blocks_leave_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same pairs come out however many meetings are held at once."""
    dice = np.random.default_rng(1)
    sketches = [sketch(dice.integers(0, 400, 80).tolist()) for _ in range(60)]
    whole = found(sketches, 30)
    monkeypatch.setattr(module, "BLOCK", 50)
    assert found(sketches, 30) == whole == expected(sketches, 30)


@pytest.mark.slow
@pytest.mark.parametrize("others", [0, 10_000, 100_000])
def test_a_pair_is_found_among_any_number_of_others(others: int) -> None:
    """A pair is found, and pairs just below the threshold are not, with a tenth of each text common to a
    third of all."""
    dice = np.random.default_rng(2)
    runs = dice.integers(0, 2**32 // SAMPLE, (others + 4, 60)).astype(np.uint32) * SAMPLE
    runs[::3, :6] = np.arange(6) * SAMPLE
    runs[1, :30], runs[3, 6:17] = runs[0, :30], runs[2, 6:17]
    sketches = [Sketch(np.unique(row), is_whole=False) for row in runs]
    assert found(sketches, 4) == [(0, 1)]


def test_boilerplate_costs_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs that every text shares are not walked through pair by pair."""
    dice = np.random.default_rng(3)
    runs = dice.integers(0, 2**32 // SAMPLE, (3000, 200)).astype(np.uint32) * SAMPLE
    runs[:, :15] = np.arange(15) * SAMPLE
    met = 0
    join = module._joined

    def counted(*args: object) -> module.Pairs:
        nonlocal met
        pairs = join(*args)  # type: ignore[arg-type]
        met += len(pairs[0])
        return pairs

    monkeypatch.setattr(module, "_joined", counted)
    assert found([Sketch(np.unique(row), is_whole=False) for row in runs], 3000) == []
    assert met < 3000 * 10
