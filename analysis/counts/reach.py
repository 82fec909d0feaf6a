"""How far the tests of a day reach: back in time, and around a daily group."""

from __future__ import annotations

from config.settings import SpikeSettings

FAST_DAYS = (1, 3)
CUSUM_DAYS = 28
"""Days that the CUSUM looks back. Chosen, not measured."""


GROUP_INSIDE = 0.75
"""Share of a daily group's texts that its radius holds. Measured on headlines of two state outlets, played as
by `python -m tests stream`: 0.5 finds a third less of the dated events, 0.9 and 1 as many beside more else.
"""


def look_back(rules: SpikeSettings) -> int:
    """Days before a tested one that its tests read: the run-up of the CUSUM and the baseline before that."""
    return CUSUM_DAYS + max(FAST_DAYS) + rules.guard_days + rules.baseline_days
