"""Themes: what narratives belong to. Narratives whose centroids are alike, grouped by average link at a
looser cut than narratives.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from analysis.arrays import average_link
from analysis.narratives.run_view import RunView
from storage.records import Narrative, Theme


def update_themes(view: RunView) -> int:
    """Group the active narratives; returns how many themes there are.

    A theme keeps its number while most of its narratives stay.
    """
    narratives = [item for item in view.living() if item.status == "active" and item.centroid is not None]
    known = [theme.theme_id for theme in view.store.narratives.themes()]
    groups = grouped_themes(narratives, view.rules.theme_cosine)
    numbers = theme_numbers(groups, next_id=max(known, default=0) + 1)
    numbered = sorted(zip(numbers, groups, strict=True), key=lambda theme: theme[0])
    themes = [Theme(theme_id=number, label=_label(group)) for number, group in numbered]
    members = {item.narrative_id: number for number, group in numbered for item in group}
    view.store.narratives.save_themes(themes, members)
    return len(themes)


def grouped_themes(narratives: Sequence[Narrative], cosine: float) -> list[list[Narrative]]:
    """Narratives (by number, with centroids) of each theme, by first number."""
    if not narratives:
        return []
    centroids = np.stack([np.asarray(item.centroid, np.float64) for item in narratives])
    found: defaultdict[int, list[Narrative]] = defaultdict(list)
    for item, group in zip(narratives, average_link(centroids, cosine).tolist(), strict=True):
        found[group].append(item)
    return list(found.values())


def theme_numbers(groups: Sequence[Sequence[Narrative]], *, next_id: int) -> list[int]:
    """A number for each group: that which most of its narratives had, if no larger claim on it is made; else
    a new one.
    """
    given: dict[int, int] = {}
    for place, number in _claims(groups):
        if place not in given and number not in given.values():
            given[place] = number
    fresh = iter(range(next_id, next_id + len(groups)))
    return [given[place] if place in given else next(fresh) for place in range(len(groups))]


def _claims(groups: Sequence[Sequence[Narrative]]) -> list[tuple[int, int]]:
    """(Group, theme number that some of its narratives had), the one with the most of them first."""
    held = Counter(
        (place, item.theme_id)
        for place, group in enumerate(groups)
        for item in group
        if item.theme_id is not None
    )
    return sorted(held, key=lambda claim: (-held[claim], *claim))


def _label(group: Sequence[Narrative]) -> str:
    """The label of the largest narrative, of equals the older."""
    return min(group, key=lambda item: (-item.size, item.narrative_id)).label
