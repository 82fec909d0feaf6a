"""What is ordinary for a statement, and what stands out."""

from __future__ import annotations

import numpy as np

from analysis.arrays import Vectors, unit_rows
from analysis.watch.scores import ENOUGH, LEAST_SPREAD, background, cosine

STATEMENT = unit_rows(np.eye(1, 64, dtype=np.float32))


def noise(count: int, seed: int) -> Vectors:
    """Texts that have nothing to do with each other."""
    return unit_rows(np.random.default_rng(seed).normal(size=(count, 64)).astype(np.float32))


def near(count: int, seed: int, share: float = 1.0) -> Vectors:
    """Texts that say the statement."""
    return unit_rows(noise(count, seed) + share * STATEMENT)


def test_the_narrative_itself_does_not_raise_its_own_bar() -> None:
    """With a sixth of the sample saying the statement, hits stand farther out than a plain standard deviation
    would let them.
    """
    hits, sample = cosine(STATEMENT, near(50, 1)), np.concatenate([noise(400, 2), near(80, 3)])
    clean = float(np.median(background(STATEMENT, {"en": noise(400, 2)}).z(hits, ["en"] * 50)))
    mixed = float(np.median(background(STATEMENT, {"en": sample}).z(hits, ["en"] * 50)))
    seen = cosine(STATEMENT, sample)
    plain = float(np.median((hits - seen.mean()) / seen.std()))
    assert clean > mixed > 1.5 * plain


def test_each_language_has_its_own_level() -> None:
    """The same cosine is far from ordinary in a narrow language and ordinary in a wide one."""
    wide = unit_rows(
        noise(ENOUGH, 4) + np.random.default_rng(5).normal(0, 0.5, (ENOUGH, 1)).astype(np.float32) * STATEMENT
    )
    found = background(STATEMENT, {"en": noise(ENOUGH, 6), "fr": wide})
    in_english, in_french = found.z(np.array([[0.5, 0.5]]), ["en", "fr"])[0]
    assert in_english > 1.5 * in_french


def test_variants_of_a_language_are_one() -> None:
    """`pt` and `pt-BR` share one sample."""
    found = background(STATEMENT, {"pt": noise(200, 7), "pt-BR": noise(200, 8)})
    assert list(found.by_language) == ["pt"]


def test_a_small_language_leans_on_all() -> None:
    """Five passages hardly move the scale away from that of all languages together.

    An unknown language has just that.
    """
    found = background(STATEMENT, {"en": noise(1000, 9), "ha": near(5, 10)})
    place, spread = found.by_language["ha"][0]
    assert abs(place - found.pooled[0, 0]) < 0.02
    assert abs(spread - found.pooled[0, 1]) < 0.02
    assert (found.z(np.array([[0.3]]), ["xx"]) == (0.3 - found.pooled[0, 0]) / found.pooled[0, 1]).all()


def test_an_empty_workspace_still_has_a_scale() -> None:
    """No passage, one passage and equal passages give finite scores and no spread under the floor."""
    for sample in ({}, {"en": noise(1, 11)}, {"en": np.repeat(noise(1, 12), 500, axis=0)}):
        found = background(STATEMENT, sample)
        assert found.pooled[0, 1] >= LEAST_SPREAD
        assert np.isfinite(found.z(np.array([[0.4]]), ["en"])).all()
    assert background(STATEMENT, {}).z(np.zeros((1, 0)), []).shape == (1, 0)
