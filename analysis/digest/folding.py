"""Tellings of one claim under two numbers are one item: a watched statement and what was discovered of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

FOLD_SHARE = 0.5
"""Two narratives are one item if they share so much of the texts of the smaller one. In ten weeks of the
sample world a watched statement and its discovered telling share all of 14, the next pair 1 in 3. Chosen, not
measured on news.
"""
FOLD_TEXTS = 3
"""Below so many texts a share says nothing. Chosen, not measured."""


def folds(order: Sequence[int], texts: Mapping[int, Collection[str]]) -> dict[int, int]:
    """Narrative -> the one that it is told under, for those that are told under another.

    Args:
        order: the narratives, the one that a reader knows best first.
        texts: narrative -> copy groups of the period.
    """
    found: dict[int, int] = {}
    kept: list[int] = []
    for key in order:
        into = next((other for other in kept if _is_one(texts[key], texts[other])), None)
        if into is None:
            kept.append(key)
        else:
            found[key] = into
    return found


def _is_one(left: Collection[str], right: Collection[str]) -> bool:
    smaller = min(len(left), len(right))
    return smaller >= FOLD_TEXTS and shared(left, right) >= FOLD_SHARE * smaller


def shared(left: Collection[str], right: Collection[str]) -> int:
    """Texts that two narratives have in common."""
    return len(set(left) & set(right))
