"""The set that plays other seeds cannot rot."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.quality import worlds


@pytest.mark.slow
def test_a_seed_is_played_and_judged(tmp_path: Path) -> None:
    """Two days of another world: its figures are there, and what was not found yet misses its floor."""
    result = worlds.measure(tmp_path, tmp_path / "out", seeds=(3,), days=2)
    assert set(result.figures) == {"3"}
    assert result.figures["3"]["other_alerts"] == 0
    assert not all(floor.met for floor in result.floors)
