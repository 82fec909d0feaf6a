"""BERTopic, wrapped: the only module that knows it.

    texts, centred vectors, languages -> BERTopic -> Clustering
    BERTopic: no reducer, clusterer linking.grouped, words per language

BERTopic's parts are replaceable, and both that make clusters were replaced by measurement. UMAP and HDBSCAN,
its defaults, reach BCubed F1 0.50 on news items in 45 languages (ITN) and give other clusters for another
order of rows; groups of centred vectors by relative likeness reach 0.89 and need no seed (see `linking.py`).

`language="multilingual"` is not a choice: by default BERTopic deletes every letter outside A-Z. It costs
seconds to import, so it is imported when `cluster` is called. Nothing of its own numbering, which is by size
and changes with every fit, is kept.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.arrays import Floats, Labels, Matrix, numbered, sums_of, unit
from analysis.narratives.keywords import Keywords, keywords_of
from analysis.narratives.linking import grouped
from analysis.narratives.neighbours import Rows
from analysis.narratives.words import words

OUTLIER = -1  # no cluster, by definition
MOST = 50_000
"""Texts that BERTopic is given at most: its word counts hold every text at once. With more, `cluster_rows`
is asked without it; the labels are the same, and the keywords, which a refit makes anew, are missing.
Decides memory only, and whether BERTopic's own record is kept."""
_FILLER = "· :"
"""Ends every text that BERTopic is given: its word counts fail on a vocabulary of fewer than two words."""


@dataclass(frozen=True, slots=True)
class Clustering:
    """What was found in a window."""

    labels: Labels
    """Cluster of each row, -1 for none. Clusters are numbered by their first text in alphabetical order."""
    centroids: npt.NDArray[np.float32]
    """Unit vectors, shape (clusters, dimensions), row k for cluster k."""
    keywords: Mapping[int, Keywords]
    """Cluster -> language -> words, the most telling first."""


def cluster(
    texts: Sequence[str],
    vectors: npt.ArrayLike,
    languages: Sequence[str],
    *,
    likeness: float,
    min_size: int,
    sizes: Sequence[int] | None = None,
) -> Clustering:
    """Cluster texts across languages; the order in which they come does not matter.

    Args:
        vectors: centred unit vectors, shape (len(texts), dimensions).
        likeness: how alike two groups must be, compared with their own members, to be one
            (`linking.grouped`).
        min_size: smaller clusters are outliers.
        sizes: passages behind each text (reprints of one text are one row); default: one each.
    """
    rows = np.asarray(vectors)
    order = sorted(range(len(texts)), key=lambda place: (languages[place], texts[place]))
    weights = np.ones(len(texts)) if sizes is None else np.asarray(sizes, np.float64)
    groups = _Groups(likeness, min_size, weights[order])
    found = np.full(len(texts), OUTLIER, np.int64)
    keywords: Mapping[int, Keywords] = {}
    if 2 <= len(texts) <= MOST:
        tokens = [words(texts[place], languages[place]) for place in order]
        in_order = [languages[place] for place in order]
        found[order], keywords = _fitted(tokens, rows[order], in_order, groups)
    else:
        found[order] = groups.fit(rows[order]).labels_
    return Clustering(found, _centroids(rows, found), keywords)


def cluster_rows(
    vectors: Rows, *, likeness: float, min_size: int, sizes: Sequence[int], overwrite: bool = False
) -> Labels:
    """The labels of `cluster` without the words: for more texts than BERTopic can hold.

    Args:
        overwrite: `vectors` (float16) may be changed: half of the memory.
    """
    groups = _Groups(likeness, min_size, np.asarray(sizes, np.float64), overwrite=overwrite)
    return groups.fit(vectors).labels_


class _Groups:
    """The clusterer BERTopic is given: `fit` and `labels_` are what it asks for."""

    def __init__(self, likeness: float, min_size: int, weights: Floats, *, overwrite: bool = False) -> None:
        self._likeness, self._min_size, self._weights = likeness, min_size, weights
        self._overwrite = overwrite
        self.labels_ = np.zeros(0, np.int64)

    def fit(self, rows: Rows, y: Any = None) -> _Groups:
        """Group `rows`; groups of fewer passages than `min_size` are outliers."""
        labels = grouped(rows, self._likeness, overwrite=self._overwrite)
        large = np.bincount(labels, self._weights) >= self._min_size if len(labels) else np.zeros(0, bool)
        self.labels_ = np.where(large[labels], labels, OUTLIER)
        kept = self.labels_ != OUTLIER
        self.labels_[kept] = numbered(self.labels_[kept])
        return self


def _fitted(
    tokens: Sequence[Sequence[str]], rows: Matrix, languages: Sequence[str], groups: _Groups
) -> tuple[Labels, Mapping[int, Keywords]]:
    """Labels and keywords of texts, by BERTopic, from their words in their final order."""
    with warnings.catch_warnings():
        # On import BERTopic switches warnings off for the whole process, and parts of it that are not used
        # here warn of what they miss.
        warnings.simplefilter("ignore")
        from bertopic import BERTopic
        from bertopic.dimensionality import BaseDimensionalityReduction
        from bertopic.representation import BaseRepresentation
        from bertopic.vectorizers import ClassTfidfTransformer
    from sklearn.feature_extraction.text import CountVectorizer

    class Words(BaseRepresentation):  # type: ignore[misc]
        """Words per language: in a joint vocabulary the largest language wins, and translations of one word
        stand side by side.
        """

        found: Mapping[int, Keywords] = {}

        def extract_topics(self, topic_model: Any, documents: Any, c_tf_idf: Any, topics: Any) -> Any:
            self.found = keywords_of(tokens, languages, groups.labels_)
            return topics

    representation = Words()
    model = BERTopic(
        language="multilingual",
        umap_model=BaseDimensionalityReduction(),
        hdbscan_model=groups,
        vectorizer_model=CountVectorizer(tokenizer=str.split, token_pattern=None, lowercase=False),
        ctfidf_model=ClassTfidfTransformer(bm25_weighting=True, reduce_frequent_words=True),
        representation_model=representation,
    )
    model.fit([" ".join([*part, _FILLER]) for part in tokens], embeddings=rows)
    return groups.labels_, representation.found


def _centroids(rows: Matrix, labels: Labels) -> npt.NDArray[np.float32]:
    """Normalised means of the clusters' rows."""
    kept = labels != OUTLIER
    if not kept.any():
        return np.zeros((0, rows.shape[1] if rows.ndim == 2 else 0), np.float32)
    return unit(sums_of(rows[kept], labels[kept])).astype(np.float32)
