"""Formulas over rows of numbers, one each: unit rows, likeness of two groups, average link, closeness of two
centroids.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from storage.records import Narrative

Matrix = npt.NDArray[np.float64]
"""Rows of float64, shape (n, d)."""
Floats = npt.NDArray[np.float64]
"""Numbers of any shape."""
Vectors = npt.NDArray[np.float32]
"""Rows as they are embedded and kept: float32, shape (n, d)."""
Labels = npt.NDArray[np.int64]
"""Group of each row."""
Ints = npt.NDArray[np.int64]


def unit(rows: Matrix) -> Matrix:
    """Rows at length 1; a row of zeros stays."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1.0)


def unit_rows(matrix: Vectors) -> Vectors:
    """Rows of `matrix` at length 1; a row of zeros stays as it is."""
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.asarray(matrix / np.where(lengths > 0, lengths, 1), dtype=np.float32)


Key = TypeVar("Key", bound=Hashable)

_BLOCK = 256
"""Rows compared with all later ones in one product: 25 MB at 12,000 rows. Row by row, each product reads all
rows anew and takes eight times as long; decides speed only.
"""


def first_places(keys: Iterable[Key]) -> dict[Key, int]:
    """Each different key in the order of its first place, with that place."""
    found: dict[Key, int] = {}
    for place, key in enumerate(keys):
        found.setdefault(key, place)
    return found


def numbered(labels: npt.ArrayLike) -> Labels:
    """The same groups, numbered from 0 in the order in which they first appear."""
    _, first, inverse = np.unique(np.asarray(labels), return_index=True, return_inverse=True)
    place = np.empty(len(first), np.int64)
    place[np.argsort(first, kind="stable")] = np.arange(len(first))
    return place[inverse.reshape(-1)]


def sums_of(rows: Matrix, labels: Labels) -> Matrix:
    """Sum of the rows of each group, shape (groups, d)."""
    sums = np.zeros((int(labels.max()) + 1, rows.shape[1]))
    np.add.at(sums, labels, rows)
    return sums


def average_link(
    vectors: npt.ArrayLike, cosine: float, *, days: npt.ArrayLike | None = None, span: float = np.inf
) -> Labels:
    """Average-link groups of unit rows: merged while the mean cosine between two groups is at least `cosine`.

    Exact, n * n / 2 distances.

    Args:
        days: when each text was told; texts more than `span` days apart count as unrelated (cosine 0).
            NaN: not known, near to all.
    """
    from scipy.cluster.hierarchy import fcluster, linkage

    rows = np.asarray(vectors, np.float64)
    count = len(rows)
    if count < 2:
        return np.zeros(count, np.int64)
    distances = _pair_distances(rows, np.full(count, np.nan) if days is None else np.asarray(days), span)
    farthest = 1.0 - cosine
    if count == 2:
        # Most copy groups are an article of two passages: a tree for each took a third of the time of a
        # refit.
        return np.array([0, int(distances[0] > farthest)], np.int64)
    return numbered(fcluster(linkage(distances, "average"), farthest, "distance"))


def _pair_distances(rows: Matrix, moments: Floats, span: float) -> Floats:
    """1 - cosine of each two rows, never below 0: those of the first row to all later ones, and so on."""
    count = len(rows)
    distances = np.empty(count * (count - 1) // 2)
    filled = 0
    for later in _each_to_later(rows, moments, span):
        distances[filled : filled + len(later)] = later
        filled += len(later)
    np.subtract(1.0, distances, out=distances)
    return np.maximum(distances, 0.0, out=distances)


def _each_to_later(rows: Matrix, moments: Floats, span: float) -> Iterator[Floats]:
    """For each row but the last, its cosines to all that come after it."""
    last = len(rows) - 1
    for start in range(0, last, _BLOCK):
        cosines = _cosines_to_later(rows, moments, start, span)
        for place, row in enumerate(cosines[: last - start]):
            yield row[place + 1 :]


def _cosines_to_later(rows: Matrix, moments: Floats, start: int, span: float) -> Matrix:
    """Cosines of a block of rows to its first and all that come after; 0 where they are too far apart in
    time.
    """
    block = slice(start, start + _BLOCK)
    cosines = rows[block] @ rows[start:].T
    cosines[np.abs(moments[start:] - moments[block, None]) > span] = 0.0
    return cosines


def likeness_of(one: Matrix, other: Matrix) -> float:
    """Mean cosine between two groups of unit rows, relative to the mean cosines within them; 0 where either
    has fewer than two rows.
    """
    if min(len(one), len(other)) < 2:
        return 0.0
    within = [max(_mean_pair(rows), 1e-6) for rows in (one, other)]
    return float(one.mean(axis=0) @ other.mean(axis=0) / np.sqrt(within[0] * within[1]))


def _mean_pair(rows: Matrix) -> float:
    total = rows.sum(axis=0)
    return float((total @ total - len(rows)) / (len(rows) * (len(rows) - 1)))


def closeness(a: Narrative, b: Narrative) -> float:
    """Cosine of two centres; 0 where they cannot be compared (other embedding, other means)."""
    if a.centroid is None or b.centroid is None or (a.build, a.mean_version) != (b.build, b.mean_version):
        return 0.0
    lengths = float(np.linalg.norm(a.centroid) * np.linalg.norm(b.centroid))
    return float(a.centroid @ b.centroid) / lengths if lengths else 0.0


def places_where(flags: npt.NDArray[np.bool_]) -> list[int]:
    """Where flags are set."""
    return np.flatnonzero(flags).tolist()
