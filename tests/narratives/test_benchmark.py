"""The benchmark of discovery at a size that a test can bear: `python -m tests.benchmarks.discovery` measures
it in full.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.benchmarks.discovery import OWN, judged, mixtures, nearness, placing
from tests.narratives.conftest import vector_of
from tests.narratives.test_nearest import row


def real(count: int) -> np.ndarray:
    """What stands for real passages."""
    return np.stack([vector_of(f"passage {step}") for step in range(count)])


def test_background_is_mixed_of_real_passages() -> None:
    """Unit vectors, the same for the same seed, nearer to what they are mixed of than to others."""
    passages = real(400)
    found = mixtures(passages, 300, seed=1)
    assert found.dtype == np.float16
    assert np.linalg.norm(found.astype(np.float32), axis=1) == pytest.approx(1, abs=2e-3)
    assert found.tobytes() == mixtures(passages, 300, seed=1).tobytes()
    nearest = (found.astype(np.float32) @ passages.T).max(axis=1)
    assert np.median(nearest) == pytest.approx(OWN, abs=0.15)
    assert nearness(passages)["nearest"] > nearness(passages)["third"]


def test_planted_groups_are_judged() -> None:
    """Two planted narratives of which one is torn: precision is whole, recall is not."""
    rows = [row(f"a{step}") for step in range(18)]
    gold = {item.passage_id: "one" if step < 6 else "two" for step, item in enumerate(rows)}
    labels = np.array([0] * 6 + [1] * 6 + [2] * 6)
    found = judged(rows, [[step] for step in range(18)], labels, gold)
    assert (found["precision"], found["found"], found["planted"]) == (1.0, 2, 2)
    assert 0.5 < found["recall"] < 1.0


def test_placing_is_measured() -> None:
    """Every passage of the count is placed or not, and time is told."""
    found = placing(500, 20, size=32)
    assert (found["passages"], found["narratives"]) == (500, 20)
    assert found["cpu_seconds"] >= 0
    assert 0 <= found["placed"] <= 500
