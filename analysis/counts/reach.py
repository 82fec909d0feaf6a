"""How far back the tests of a day read."""

from __future__ import annotations

from config.settings import SpikeSettings

FAST_DAYS = (1, 3)
CUSUM_DAYS = 28
"""Days that the CUSUM looks back."""


def look_back(rules: SpikeSettings) -> int:
    """Days before a tested one that its tests read: the run-up of the CUSUM and the baseline before that."""
    return CUSUM_DAYS + max(FAST_DAYS) + rules.guard_days + rules.baseline_days
