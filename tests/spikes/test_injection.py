"""The false-alarm budget at a tenth of the benchmark's scale; `python -m tests.benchmarks.spikes` measures it
in full.
"""

from __future__ import annotations

import numpy as np
import pytest

from config.settings import SpikeSettings
from tests.benchmarks import outlets
from tests.benchmarks.spikes import Corpus, false_alerts_shuffled, measure, simulate

SEEDS = range(4)
RULES = SpikeSettings()


@pytest.fixture(scope="module")
def corpora() -> list[Corpus]:
    """Two hundred narratives with forty bursts, several times."""
    return [simulate(200, seed) for seed in SEEDS]


@pytest.mark.slow
def test_bursts_are_found_within_the_budget(corpora: list[Corpus]) -> None:
    """Of bursts of three times the rate at least 0.7 are mailed, at no more than ten false alerts a week and
    2,000 narratives.
    """
    found = [measure(corpus, RULES) for corpus in corpora]
    assert np.mean([item.sensitivity[3] for item in found]) >= 0.7
    assert np.mean([item.sensitivity[5] for item in found]) >= 0.95
    assert np.mean([item.false_per_week for item in found]) <= 10
    assert np.mean([item.delay_days for item in found]) <= 2


@pytest.mark.slow
def test_shuffled_days_are_quiet(corpora: list[Corpus]) -> None:
    """Where nothing is news, at most five alerts a week and 2,000 narratives are mailed."""
    assert np.mean([false_alerts_shuffled(corpus, RULES, seed) for seed, corpus in enumerate(corpora)]) <= 5


@pytest.mark.slow
def test_outlets_keep_the_budget() -> None:
    """Through outlets that fail, rest and come late hardly anything is mailed where nothing is news, unlike
    when all days are taken alike.
    """
    panels = [outlets.panel(outlets.simulate(500, seed)) for seed in range(2)]
    found, alike = (
        np.mean([outlets.false_alerts(panel, RULES, blind=blind) for panel in panels])
        for blind in (False, True)
    )
    assert found <= 3
    assert alike > 2 * found
