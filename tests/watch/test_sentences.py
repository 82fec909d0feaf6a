"""Single sentences against limits from a false rate."""

from __future__ import annotations

import numpy as np

from analysis.arrays import Vectors, unit_rows
from analysis.watch.sentences import OF_SENTENCES, Sentences, SentenceScale, best_of

DIMENSIONS = 64


def scattered(count: int, seed: int) -> Vectors:
    """Unit vectors anywhere."""
    return unit_rows(np.random.default_rng(seed).normal(size=(count, DIMENSIONS)).astype(np.float32))


def scale_of(statements: Vectors, *, sentences: int = 900, false_rate: float = 1e-3) -> SentenceScale:
    """Two languages of ordinary sentences, three a passage."""
    ordinary = {
        language: Sentences(scattered(sentences, seed), np.arange(sentences) // 3)
        for seed, language in enumerate(("en", "fr"), start=5)
    }
    return SentenceScale(statements, ordinary, false_rate=false_rate)


def test_ordinary_sentences_stay_under_the_limit() -> None:
    """Of passages that were not sampled about the stated share or less reaches it, at three sizes."""
    statements = scattered(20, 1)
    for size in (300, 900, 2700):
        scale = scale_of(statements, sentences=size)
        fresh = scattered(3000, 99)
        best = best_of(scale.z(fresh, "fr"), np.arange(3000) // 3)
        assert (best >= scale.limit("fr")).mean() <= 2e-3


def test_what_says_the_statement_is_above_it() -> None:
    """A sentence near the statement reaches the limit, in a language without a sample too."""
    statements = scattered(3, 1)
    scale = scale_of(statements)
    said = unit_rows(statements + 0.5 * scattered(3, 2))
    for language in ("en", "fr", "ha"):
        assert (np.diag(scale.z(said, language)) >= scale.limit(language)).all()


def test_what_is_near_to_everything_is_near_to_nothing() -> None:
    """Of two sentences equally near to a statement the one in a crowd stands out less."""
    crowd = unit_rows(scattered(1, 3) + 0.3 * scattered(400, 4))
    ordinary = {"en": Sentences(np.concatenate([scattered(400, 6), crowd]), np.arange(800) // 2)}
    statement = scattered(1, 7)
    scale = SentenceScale(statement, ordinary, false_rate=1e-3)
    crowded, alone = unit_rows(np.stack([statement[0] + crowd[0], statement[0] + scattered(1, 8)[0]]))
    assert scale.crowding(np.stack([crowded]))[0] > scale.crowding(np.stack([alone]))[0]


def test_a_rarer_rate_asks_for_more() -> None:
    """The limit is what is measured at the common share, and grows evenly with every tenth."""
    assert OF_SENTENCES.rarer(OF_SENTENCES.common) == 1
    steps = np.diff([OF_SENTENCES.rarer(rate) for rate in (1e-2, 1e-3, 1e-4)])
    assert np.allclose(steps, OF_SENTENCES.per_decade)
