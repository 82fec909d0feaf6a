"""What the last days say, group by group, and how much was said near each group in the weeks before.

    passages of three days -> text units -> linking.grouped -> groups of several texts
                           -> centroid and radius of each
    passages of the weeks before, some days at a time -> within a radius? -> cells (source, day)

The groups are drawn of all passages, those of known narratives and those that wait: an event inside of a
large narrative makes a group of its own. A group has no history; what is counted back is how much was told as
near to its centroid as most of its own texts are, so that the days before are measured as its own days are.
Recurring forms need no test of their own: what comes every week is expected. Three days could not tell them
either, an outlet tells one event on three days in much the same words.
What a group's figures mean is said by `analysis.spikes`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from analysis.arrays import Floats, Matrix, Vectors, unit
from analysis.counts.observe import observe
from analysis.counts.reach import FAST_DAYS, GROUP_INSIDE
from analysis.embedding.centring import centre
from analysis.narratives.discover import daily_rules
from analysis.narratives.labels import label, ranked, standing_titles
from analysis.narratives.linking import grouped
from analysis.narratives.run_view import RunView
from analysis.narratives.units import TextUnits, units_of
from analysis.tellings import Telling
from config.clock import day_of, midnight
from config.settings import SpikeSettings
from storage.records import DailyGroup, GroupCell, PassageFacts, PassageRow

GROUP_DAYS = max(FAST_DAYS)
"""Days that groups are drawn from: the longest fast window, so that both ask of the same texts."""
FEWEST_UNITS = 3
"""Text units of a group that is kept: fewer have no inside to measure a radius by. Chosen, not measured."""
AT_ONCE = timedelta(days=1)
"""Days of passages that are read at a time; decides memory only."""
_BLOCK = 8192  # vectors compared at a time; decides memory only


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Groups before anything is counted; row i of each array is one group."""

    centroids: Vectors
    radii: Floats
    labels: Sequence[str]
    own: dict[str, tuple[int, float]]
    """Passage of a group -> the group, and its cosine to the centroid of the group's other texts."""


def daily_groups(view: RunView, rules: SpikeSettings) -> list[DailyGroup]:
    """The groups of the days that end now, by number."""
    start = midnight(day_of(view.now) - timedelta(days=GROUP_DAYS - 1))
    drawn = _drawn(view, start)
    counted = _counted_back(view, drawn, start, timedelta(days=rules.guard_days + rules.baseline_days))
    first = view.store.daily_groups.last_number(day_of(view.now)) + 1
    return [_group(view, drawn, counted, place, first + place) for place in range(len(drawn.labels))]


def _counted_back(view: RunView, drawn: _Drawn, start: datetime, before: timedelta) -> _Counted:
    """What was told near the groups since their days began, and in the weeks before.

    All vectors of those weeks are compared; more is read only of the few passages that lie near a group.
    """
    passages, counted = view.store.passages, _Counted(start)
    own = {row.passage_no: drawn.own[row.passage_id] for row in passages.facts_of(drawn.own.keys())}
    for numbers, vectors in _spans(view, start - before) if drawn.labels else ():
        near = list(_near(drawn, own, numbers, vectors))
        facts = {row.passage_no: row for row in passages.numbered({number for number, _ in near})}
        counted.add((group, facts[number]) for number, group in near if number in facts)
    return counted


def _near(
    drawn: _Drawn, own: Mapping[int, tuple[int, float]], numbers: Sequence[int], vectors: Vectors
) -> Iterator[tuple[int, int]]:
    """Passage and group, wherever a passage lies within the radius of a group.

    Args:
        own: passage of a group -> the group, and its cosine to the centroid of the group's other texts.
        numbers: of the passages; row i of `vectors` is that of the i-th.
    """
    for first in range(0, len(numbers), _BLOCK):
        some = numbers[first : first + _BLOCK]
        cosines = vectors[first : first + _BLOCK] @ drawn.centroids.T
        for place, number in enumerate(some):
            if number in own:
                group, cosine = own[number]
                cosines[place, group] = cosine
        places, groups = np.nonzero(cosines >= drawn.radii)
        yield from zip((some[place] for place in places.tolist()), groups.tolist(), strict=True)


def _group(view: RunView, drawn: _Drawn, counted: _Counted, place: int, number: int) -> DailyGroup:
    return DailyGroup(
        day=day_of(view.now),
        number=number,
        label=drawn.labels[place],
        centroid=drawn.centroids[place],
        radius=float(drawn.radii[place]),
        build=view.table.build,
        mean_version=view.table.version,
        passages=tuple(sorted(counted.passages[place])),
        cells=counted.cells(place),
        run_id=view.run_id,
    )


def _drawn(view: RunView, start: datetime) -> _Drawn:
    """The groups of the passages counted since a moment, by their first passage."""
    told = [row for row in view.store.passages.window(start, view.end) if not row.late]
    rows, vectors = view.read(told)
    if not rows:
        return _Drawn(np.zeros((0, 0), np.float32), np.zeros(0), (), {})
    units = units_of(rows, vectors)
    labels = grouped(units.vectors, view.rules.cluster_likeness)
    order = np.argsort(labels, kind="stable")
    groups = [group.tolist() for group in np.split(order, np.cumsum(np.bincount(labels))[:-1])]
    least = daily_rules(view).min_outlets
    kept = [group for group in groups if _is_kept(rows, units, group, least)]
    # By the passages alone, without their articles around them: so are those of the weeks before compared.
    return _measured(kept, _Told(rows, view.vectors(rows)[1], units), view.readers)


def _is_kept(rows: Sequence[PassageRow], units: TextUnits, group: Sequence[int], least: int) -> bool:
    """Whether a group is of several texts and outlets."""
    outlets = {rows[place].source_id for one in group for place in units.members[one]}
    return len(group) >= FEWEST_UNITS and len(outlets) >= least


@dataclass(frozen=True, slots=True)
class _Told:
    """What was told in the days of the groups."""

    rows: Sequence[PassageRow]
    vectors: Matrix
    """Row i for `rows[i]`, centred unit vectors."""
    units: TextUnits

    def texts(self, group: Sequence[int]) -> Matrix:
        """One unit vector for each text unit of a group."""
        return unit(np.stack([self.vectors[list(self.units.members[one])].mean(axis=0) for one in group]))

    def first_rows(self, group: Sequence[int]) -> list[PassageRow]:
        """The first passage of each text unit of a group."""
        return [self.rows[self.units.members[one][0]] for one in group]

    def passages(self, one: int) -> list[str]:
        """Those of a text unit."""
        return [self.rows[place].passage_id for place in self.units.members[one]]


def _measured(groups: Sequence[Sequence[int]], told: _Told, readers: Sequence[str]) -> _Drawn:
    """Centroids, radii and labels of groups."""
    centroids = np.zeros((len(groups), told.vectors.shape[1]), np.float32)
    radii = np.zeros(len(groups))
    own: dict[str, tuple[int, float]] = {}
    for number, group in enumerate(groups):
        centroids[number], cosines = _around(told.texts(group))
        radii[number] = np.quantile(cosines, 1 - GROUP_INSIDE)
        for one, cosine in zip(group, cosines.tolist(), strict=True):
            own |= dict.fromkeys(told.passages(one), (number, cosine))
    return _Drawn(centroids, radii, _labels(groups, told, readers), own)


def _labels(groups: Sequence[Sequence[int]], told: _Told, readers: Sequence[str]) -> list[str]:
    """The headline of each group's most central text."""
    titles = ((row.source_id, row.title, row.group_id) for row in told.rows)
    standing, found = standing_titles(titles), []
    for group in groups:
        first = told.first_rows(group)
        order = ranked(told.texts(group), first)
        found.append(label(first, order, readers=readers, standing=standing))
    return found


def _around(texts: Matrix) -> tuple[Matrix, Floats]:
    """The mean direction of unit rows, and of each its cosine to that of the others."""
    total = texts.sum(axis=0)
    others = unit(total - texts)
    return unit(total[None])[0], np.einsum("ij,ij->i", others, texts)


def _spans(view: RunView, start: datetime) -> Iterator[tuple[list[int], Vectors]]:
    """Numbers of the passages counted since a moment, with their centred vectors, a day at a time."""
    while start < view.end:
        end = min(start + AT_ONCE, view.end)
        numbers, languages, raw = view.store.vectors.told(view.table.build, start, end)
        if numbers:
            yield numbers, centre(raw, languages, view.table)
        start = end


class _Counted:
    """What was told near each group, span by span."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._tellings: defaultdict[int, set[Telling]] = defaultdict(set)
        self.passages: defaultdict[int, list[str]] = defaultdict(list)
        """Group -> those of its own days."""

    def add(self, near: Iterable[tuple[int, PassageFacts]]) -> None:
        """Count passages, each with a group that it lies near to."""
        for number, row in near:
            telling = Telling(number, row.counted_at, row.article_id, row.source_id, row.group_id)
            self._tellings[number].add(telling)
            if row.counted_at >= self._start:
                self.passages[number].append(row.passage_id)

    def cells(self, number: int) -> tuple[GroupCell, ...]:
        """What is counted of one group, by (day, source)."""
        counted = observe(sorted(self._tellings[number]))
        return tuple(GroupCell(item.source_id, item.day, item.own_texts, item.articles) for item in counted)
