"""Which pairs of texts are copies. A link is a property of its two texts alone, so the order of work leaves no trace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np

from config.settings import CopySettings
from crawler.copies.shingles import Shingles, overlap, sampled

WHOLE_JACCARD = 0.42
"""A reprint, cut in half, still has a Jaccard of 0.5; far below, one text is only a part of the other (a round-up, an excerpt)."""
SHORT_CHARACTERS, SHORT_JACCARD = 150, 0.55
"""Short texts on one subject share most of their words ("X tests positive for ..."): they must agree as a whole."""
EXCERPT_CHARACTERS = 300
"""A shorter text that stands in another is a quotation, not an excerpt."""
COMMON = 200
"""A shingle that stands in more texts than this is a phrase of the trade and finds nobody."""
CANDIDATE_SHARE = 0.3
"""Pairs that share less of the shorter text's sampled shingles are not looked at; the least containment that counts is 0.5."""


@dataclass(frozen=True, slots=True)
class Link:
    """Two texts, by index, that are copies."""

    left: int
    right: int
    containment: float
    whole: bool
    """A reprint of the whole text; else one is an excerpt of the other."""


def find_links(
    texts: Sequence[Shingles],
    characters: Sequence[int],
    settings: CopySettings,
    *,
    new: Sequence[bool] | None = None,
) -> list[Link]:
    """Links between texts, by (left, right).

    Args:
        texts: shingles of each text.
        characters: length of each text.
        new: where given, only links with at least one new text are looked for.
    """
    links = []
    for left, right in candidates(texts, new=new):
        containment, jaccard = overlap(texts[left], texts[right])
        length = min(characters[left], characters[right])
        whole = containment >= settings.near_containment and jaccard >= (
            SHORT_JACCARD if length < SHORT_CHARACTERS else WHOLE_JACCARD
        )
        excerpt = containment >= settings.excerpt_containment and length >= EXCERPT_CHARACTERS
        if whole or excerpt:
            links.append(Link(left, right, containment, whole))
    return links


def candidates(texts: Sequence[Shingles], *, new: Sequence[bool] | None = None) -> list[tuple[int, int]]:
    """Pairs that share enough sampled shingles to be worth a comparison, and neighbours among equal texts; sorted."""
    samples = [sampled(text) for text in texts]
    if not samples:
        return []
    found = _common(samples) | _equal(texts)
    return sorted(pair for pair in found if new is None or new[pair[0]] or new[pair[1]])


def _equal(texts: Sequence[Shingles]) -> set[tuple[int, int]]:
    """Equal texts, each with the next: a text that everybody prints is found however common its shingles are."""
    places: dict[bytes, list[int]] = {}
    for index, text in enumerate(texts):
        if len(text):
            places.setdefault(text.tobytes(), []).append(index)
    return {pair for same in places.values() for pair in pairwise(same)}


def _common(samples: Sequence[Shingles]) -> set[tuple[int, int]]:
    values = np.concatenate(samples)
    owners = np.repeat(np.arange(len(samples)), [len(sample) for sample in samples])
    order = np.lexsort((owners, values))
    values, owners = values[order], owners[order]
    starts = np.flatnonzero(np.r_[True, values[1:] != values[:-1]]) if len(values) else np.zeros(0, np.int64)
    ends = np.r_[starts[1:], len(values)]
    shared: Counter[tuple[int, int]] = Counter()
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        if 1 < end - start <= COMMON:
            shared.update(combinations(owners[start:end].tolist(), 2))
    return {
        pair
        for pair, count in shared.items()
        if count >= CANDIDATE_SHARE * min(len(samples[pair[0]]), len(samples[pair[1]]))
    }
