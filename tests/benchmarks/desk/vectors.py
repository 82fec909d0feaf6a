"""Vectors as an embedder would give them: a mean for the language, the narrative, the article, and what the
passage says itself.

    vector = unit(mean of the language + 0.435 * unit(narrative + article + own)), float16 at rest

Each part is drawn from a normal distribution with the spectrum of real passages, in a basis of its own. How
near the result comes to real vectors is printed by `python -m tests.benchmarks.desk.likeness --data DIR`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from analysis.arrays import Floats, Vectors, unit_rows
from analysis.embedding.means import prior_means

DIMENSIONS = 384
RESIDUAL = 0.435
"""Length of what is left of a real passage when the mean of its language is taken away (median of 3,544
passages; 0.38 to 0.48).
"""
MEAN_LENGTH = 0.90
SPECTRUM = {
    0: 290.0,
    1: 259.0,
    2: 193.0,
    4: 143.0,
    9: 108.0,
    19: 70.0,
    49: 43.0,
    99: 29.0,
    199: 17.0,
    300: 9.9,
    383: 4.0,
}
"""Variance along the n-th principal axis of the same passages, centred (in ten-thousandths of the whole)."""
ARTICLE_SHARES = (0.05, 0.60)
"""Least and largest cosine between the passages of one article: in the median of all pairs 0.29, from 0.06 to
0.53.
"""
THEME_PART, THEMES = 0.90, 1_000
"""Part of that which is common to articles about one subject, and subjects; they bring the nearest other
article as near as a real one.
"""
THEME_SKEW = 2.5
"""How uneven subjects are."""
NARRATIVE_SHARE = 0.40
"""A passage has a cosine of 0.63 to its narrative's centroid; chosen, not measured."""
_NOTHING = np.zeros(DIMENSIONS, np.float32)


class Space:
    """The space of one seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        dice = np.random.default_rng((seed, 6))
        basis, _ = np.linalg.qr(dice.standard_normal((DIMENSIONS, DIMENSIONS)))
        spread = np.interp(np.arange(DIMENSIONS), list(SPECTRUM), list(SPECTRUM.values()))
        self._narratives: dict[int, Vectors] = {}
        self._map = (np.sqrt(spread / spread.sum())[:, None] * basis.T).astype(np.float32)

    def draw(self, count: int, *key: int) -> Vectors:
        """`count` vectors of about unit length, always the same for a key."""
        dice = np.random.default_rng((self._seed, 7, *key))
        return np.asarray(dice.standard_normal((count, DIMENSIONS), np.float32) @ self._map)

    @cached_property
    def _themes(self) -> Vectors:
        return self.draw(THEMES, 1)

    def narrative(self, number: int) -> Vectors:
        """The direction of a narrative, a unit vector."""
        if number not in self._narratives:
            self._narratives[number] = unit_rows(self.draw(1, 2, number))[0]
        return self._narratives[number]

    def mean(self, language: str) -> Floats:
        """The mean vector of a language."""
        prior = prior_means()[language]
        return np.asarray(prior * (MEAN_LENGTH / np.linalg.norm(prior)))

    def passages(
        self, day: int, articles: Sequence[int], narratives: Sequence[int], languages: Sequence[str]
    ) -> Vectors:
        """Unit vectors of a day's passages, shape (n, 384).

        Args:
            articles: for each passage the index of its article.
            narratives: for each passage its narrative, -1 for none.
            languages: for each passage its language.
        """
        count, last = len(articles), max(articles, default=-1) + 1
        dice = np.random.default_rng((self._seed, 8, day + 10_000))
        themes = self._themes[(THEMES * dice.random(last) ** THEME_SKEW).astype(int)]
        common = np.sqrt(1 - THEME_PART) * self.draw(last, 3, day + 10_000) + np.sqrt(THEME_PART) * themes
        article = list(articles)
        share = dice.uniform(*ARTICLE_SHARES, last)[article][:, None]
        inside = np.array([number >= 0 for number in narratives])[:, None]
        # What a passage tells of its narrative takes the place of half of what its article has in common.
        share, story_share = np.where(inside, share / 2, share), np.where(inside, NARRATIVE_SHARE, 0.0)
        story = np.stack([self.narrative(number) if number >= 0 else _NOTHING for number in narratives])
        own = self.draw(count, 4, day + 10_000)
        centred = (
            np.sqrt(story_share) * story
            + np.sqrt(share) * common[article]
            + np.sqrt(1 - share - story_share) * own
        )
        means = {language: self.mean(language) for language in set(languages)}
        around = np.stack([means[language] for language in languages])
        return unit_rows(np.asarray(around + RESIDUAL * unit_rows(centred), np.float32))
