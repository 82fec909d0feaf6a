"""How counts scatter is read from the counts."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.spikes.baseline import fit
from analysis.spikes.habits import USUAL_ALPHA, USUAL_SERIAL, Habits
from tests.benchmarks.battery.worlds import PROCESSES, of_process

CLEAN = 84
"""First day on which anything but noise was laid in."""


def habits(name: str, narratives: int = 400) -> Habits:
    """What is read of a simulated process."""
    y, exposure = of_process(PROCESSES[name], narratives, 7).seen(0)
    return fit(y, exposure, until=CLEAN, days=56).habits


def test_overdispersion_is_estimated() -> None:
    """The more the counts scatter, the more is found, within a fifth of the truth."""
    for name, truth in (("as today", 0.3), ("overdispersion 0.6", 0.6), ("overdispersion 1.0", 1.0)):
        assert habits(name).alpha == pytest.approx(truth, rel=0.25)


def test_days_that_hang_together_are_told_from_days_that_do_not() -> None:
    """Independent days have next to no correlation, news cycles a lasting one."""
    assert habits("as today").serial[0] < 0.08
    cycles = habits("AR(1) 0.8 / 0.8")
    assert cycles.serial[0] > 0.4
    assert cycles.serial[0] > cycles.serial[2] > cycles.serial[5]
    assert cycles.kept(3) > 1.6 * habits("as today").kept(3)


def test_a_small_corpus_is_given_what_is_usual() -> None:
    """Two narratives of few texts say nothing of how counts scatter."""
    y = np.zeros((2, 56))
    y[:, ::7] = 1.0
    found = fit(y, np.ones_like(y), until=56, days=56).habits
    assert found.alpha == pytest.approx(USUAL_ALPHA, rel=0.4)
    assert found.serial[0] == pytest.approx(USUAL_SERIAL, rel=0.4)


def test_a_gap_teaches_nothing() -> None:
    """Days that were not seen change neither estimate by much."""
    y, exposure = of_process(PROCESSES["AR(1) 0.8 / 0.8"], 400, 7).seen(0)
    whole = fit(y, exposure, until=CLEAN, days=56).habits
    y, exposure = y.copy(), exposure.copy()
    y[:, 60:66], exposure[:, 60:66] = 0.0, 0.0
    found = fit(y, exposure, until=CLEAN, days=56).habits
    assert found.alpha == pytest.approx(whole.alpha, rel=0.15)
    assert found.serial[0] == pytest.approx(whole.serial[0], abs=0.08)
