"""The battery's worlds at a tenth of their size; `python -m tests.benchmarks.battery` plays them in full."""

from __future__ import annotations

import numpy as np
import pytest

from tests.benchmarks.battery import MOST_FALSE, played
from tests.benchmarks.battery.outlets import OUTLET_WORLDS
from tests.benchmarks.battery.worlds import PROCESSES

SEEDS = (1, 2, 3)


@pytest.mark.slow
@pytest.mark.parametrize("name", [*PROCESSES, *OUTLET_WORLDS])
def test_false_alerts_stay_in_their_budget(name: str) -> None:
    """At most ten a week and 2,000 narratives before the weekly budget, however the counts come about."""
    assert np.mean([played(name, 200, seed).ours.false_per_week for seed in SEEDS]) <= MOST_FALSE


@pytest.mark.slow
@pytest.mark.parametrize("name", ["as today", "overdispersion 0.6"])
def test_large_bursts_are_found(name: str) -> None:
    """Nearly every burst of five times the rate is found where days are independent."""
    assert np.mean([played(name, 200, seed).ours.recall[5] for seed in SEEDS]) >= 0.95
