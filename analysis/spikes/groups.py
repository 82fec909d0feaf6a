"""Daily groups as the tests of a day see them: narratives under numbers of their own, below zero.

A group has a baseline at once: what was told near its centroid in the weeks before was counted back. So it is
tested by the fast detector beside the narratives that have one, in one family, and looked at for the same
innocent explanations.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from analysis.counts.reach import GROUP_INSIDE
from config.clock import midnight
from config.settings import SpikeSettings
from storage.records import Assignment, DailyGroup, Narrative, Spike
from storage.records.told import Cell

HELD = 0.5
"""A narrative that holds more than this share of a group's passages is the one that tells it. Chosen, not
measured.
"""


def texts_of(rules: SpikeSettings) -> float:
    """Texts of their own within a group's radius that it needs: what the radius holds of `group_texts`."""
    return GROUP_INSIDE * rules.group_texts


def least_of(rules: SpikeSettings) -> float:
    """The same in damped texts: what they come to when one outlet tells them all on one day.

    Who tells them is asked besides (`checks`): damping would let no outlet of two tell an earthquake.
    """
    return float(np.log2(1 + texts_of(rules)))


_A_DAY = 1_000_000  # more groups than a day has, by definition of a text


def key_of(group: DailyGroup) -> int:
    """The number under which a group is tested: below zero, and of this group alone."""
    return -(group.day.toordinal() * _A_DAY + group.number)


def is_group(number: int) -> bool:
    """Whether a tested number is that of a group."""
    return number < 0


def as_narrative(group: DailyGroup) -> Narrative:
    """A group as a narrative that is not born."""
    moment = midnight(group.day)
    return Narrative(
        narrative_id=key_of(group),
        label=group.label,
        centroid=group.centroid,
        radius=group.radius,
        size=len(group.passages),
        first_seen_at=moment,
        last_seen_at=moment,
        build=group.build,
        mean_version=group.mean_version,
        born_run=group.run_id,
    )


def cells_of(groups: Iterable[DailyGroup]) -> list[Cell]:
    """What is counted of groups, as observations are read."""
    return [
        Cell(key_of(group), cell.source_id, cell.day, cell.own_texts, cell.articles)
        for group in groups
        for cell in group.cells
    ]


def holders(
    groups: Sequence[DailyGroup], assigned: Iterable[Assignment], into: Mapping[int, int]
) -> dict[int, int]:
    """Group -> the narrative that holds most of its passages, if one does.

    Args:
        assigned: of the groups' passages.
        into: narrative -> the number that stands for it now.
    """
    narrative_of = {item.passage_id: into[item.narrative_id] for item in assigned}
    found = {}
    for group in groups:
        held = Counter(narrative_of[key] for key in group.passages if key in narrative_of)
        number, passages = min(held.items(), key=lambda item: (-item[1], item[0]), default=(0, 0))
        if passages > HELD * len(group.passages):
            found[key_of(group)] = number
    return found


def parted(spikes: Iterable[Spike]) -> tuple[list[Spike], dict[int, Spike]]:
    """Spikes of narratives, and those of groups by their key."""
    every = list(spikes)
    of_groups = {item.narrative_id: item for item in every if is_group(item.narrative_id)}
    return [item for item in every if not is_group(item.narrative_id)], of_groups


def told_of(spike: Spike, narrative_id: int) -> Spike:
    """A group's spike as that of the narrative that tells it."""
    key = f"{narrative_id}-{spike.day.isoformat()}"
    return replace(spike, narrative_id=narrative_id, spike_id=key)


def said_by(spike: Spike, holder: int | None) -> Spike:
    """A group's figures, with the narrative that was tested in its place."""
    if holder is None:
        return spike
    return replace(spike, checks={"narrative": f"named: narrative {holder} tells it and was tested for it"})
