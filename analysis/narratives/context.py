"""A passage read in its article: its vector is drawn a little towards the mean of the article's passages.

A hundred words cut from an article often leave out whom they are about; the rest of the article knows. Drawn
too far, what an article says beside its claim would be taken for the claim, so a passage stays nearer to
itself than to its article.

Measured on the sample world played day by day (that world and four variations with a seventh of the articles
left out; BCubed F1 of planted articles, mean / least): without context 0.84 / 0.79 (cluster likeness 0.55,
the best for it); drawn by 0.25, 0.35, 0.5 or 0.75: 0.94 / 0.92 or better (likeness 0.50). On real news
(NTREX, 14 languages) passages of one story in different languages come nearer (mean average precision 0.77
without, 0.88 at 0.35, 0.91 at 0.5), while neighbouring passages of one article are told apart less well
(0.95, 0.85, 0.80).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.arrays import Matrix, unit

CONTEXT = 0.35
"""Weight of the article's mean beside the passage's own vector: measured above."""


def in_context(vectors: Matrix, articles: Sequence[str]) -> Matrix:
    """Unit vectors in context, row i for `vectors[i]`, a centred unit vector of a passage of `articles[i]`;
    all passages of each article.
    """
    if not len(vectors):
        return vectors
    _, place = np.unique(np.asarray(articles), return_inverse=True)
    sums = np.zeros((int(place.max()) + 1, vectors.shape[1]))
    np.add.at(sums, place, vectors)
    means = sums / np.bincount(place)[:, None]
    return unit(vectors + CONTEXT * means[place])
