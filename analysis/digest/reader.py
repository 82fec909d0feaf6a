"""What a digest is written from, read once from the store: a period, and the days that it is compared
with.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cached_property

import numpy as np

from analysis.counts.local_days import local_cells, local_source_days
from analysis.counts.panel import Flags, panel_of
from analysis.counts.reach import look_back
from analysis.digest.attention import SILENT_DAYS
from analysis.digest.evidence import ArchivePlace, OutletRef, SpikeNote
from analysis.digest.outlets import outlet_ref, outlet_refs
from analysis.digest.trends import Trends, ratio_of
from analysis.spikes.policy import outlet_floor
from analysis.tellings import RESTS, passages_of, resting_forms, speaking
from config.clock import day_of, midnight
from config.workspace import Workspace
from storage.records import CopyGroup, Judgement, Narrative, Source, Spike
from storage.records.decisions import muted
from storage.records.told import Cell, NarrativeRow, PrintedRow, SourceDayRow
from storage.store import Store

CHART_DAYS = 70
"""Ten weeks: what fits a chart of a page's width in days. Chosen, not measured."""


DaysOf = Callable[[date, date], list[SourceDayRow]]


class DigestReader:
    """The rows of a period [start, end) and of the days that it is compared with.

    Args:
        only: the narratives that are asked about; None: all. Nothing is read of others.
        days_of: gives the source days of a period; None: the store does.
        zone: whose days they are; only those of UTC are kept counted.

    Raises:
        ValueError: the period has no day.
    """

    def __init__(
        self,
        store: Store,
        workspace: Workspace,
        start: date,
        end: date,
        *,
        only: Collection[int] | None = None,
        days_of: DaysOf | None = None,
        zone: tzinfo = UTC,
    ) -> None:
        if end <= start:
            raise ValueError(
                f"digest: the period from {start} to {end} has no day; "
                "end is exclusive and must lie after start"
            )
        self.store = store
        self.workspace = workspace
        self.rules = workspace.settings.spikes
        self.start, self.end = start, end
        self.zone = zone
        self.opens, self.closes = midnight(start, zone), midnight(end, zone)
        self._is_utc = str(zone) == "UTC"
        self.days = (end - start).days
        self._only = only
        self._texts: dict[int, frozenset[str]] = {}
        self._days_of = days_of or store.counts.source_day_rows
        compared = min(end - timedelta(days=CHART_DAYS), start - timedelta(days=self.days))
        self.first = compared - timedelta(days=look_back(self.rules))

    @cached_property
    def narratives(self) -> dict[int, Narrative]:
        """Narratives that were not merged into another, by id."""
        if self._only is None:
            return {item.narrative_id: item for item in self.store.narratives.all()}
        found = (self.store.narratives.get(key) for key in sorted(self._only))
        return {item.narrative_id: item for item in found if item is not None and item.status != "merged"}

    @cached_property
    def listed(self) -> dict[int, Narrative]:
        """Narratives that a digest may list: weather, market prices and other recurring forms claim nothing,
        and what tells a watched statement is listed as the watched one.
        """
        forms = resting_forms(self.store.narratives.lineage(kinds=RESTS))
        linked = {item.narrative_id for item in self.store.links.all()}
        return {key: item for key, item in self.narratives.items() if key not in forms | linked}

    @cached_property
    def judged(self) -> dict[int, Judgement]:
        """What narratives are; those that nobody judged yet are left out."""
        return self.store.kinds.all() if self._only is None else self.store.kinds.of(self._only)

    @cached_property
    def claims(self) -> set[int]:
        """Narratives that may rise: claims, what is watched or pinned, and what nobody judged yet; none that
        an analyst muted.
        """
        decided = self.store.corrections.in_force()
        pinned = {self.survivors.get(item.narrative_id) for item in decided if item.kind == "pin"}
        silenced = muted(decided, self.survivors, self.end)
        return {
            key
            for key, item in self.listed.items()
            if key not in silenced and (key in pinned or self._is_claim(item))
        }

    def _is_claim(self, narrative: Narrative) -> bool:
        judged = self.judged.get(narrative.narrative_id)
        return narrative.kind == "watched" or judged is None or judged.kind == "claim"

    @cached_property
    def survivors(self) -> dict[int, int]:
        """Narrative id -> the id that stands for it now; of those that are asked about, and what went into
        them.
        """
        if self._only is None:
            return self.store.narratives.counted_as()
        return self.store.narratives.leading_to(self._only)

    @cached_property
    def sources(self) -> list[Source]:
        """All sources, by id."""
        return self.store.sources.all()

    @cached_property
    def refs(self) -> dict[str, OutletRef]:
        """Source id -> the outlet as it is shown."""
        return outlet_refs(self.sources)

    def ref(self, source_id: str) -> OutletRef:
        """An outlet by its id; one that is in no directory any more is shown by it."""
        return outlet_ref(self.refs, source_id)

    @cached_property
    def watched_since(self) -> dict[str, date]:
        """Source id -> the day of its first live crawl; sources that were never crawled are left out."""
        return {
            item.source_id: self.day_of(item.first_crawled_at)
            for item in self.sources
            if item.first_crawled_at is not None
        }

    @cached_property
    def cells(self) -> list[Cell]:
        """What was observed in the period and the days that it is compared with."""
        if self._is_utc:
            return self.store.counts.cells(self.first, self.end, narrative_ids=self._only)
        return local_cells(self.store, self.survivors, (self.first, self.end), self.zone, self._only)

    @cached_property
    def told(self) -> set[int]:
        """Narratives observed in the period."""
        return {cell.narrative_id for cell in self.cells if cell.day >= self.start}

    @cached_property
    def articles(self) -> list[PrintedRow]:
        """Articles of the period, late ones too."""
        return self.store.tellings.printed(self.opens, self.closes)

    @cached_property
    def source_days(self) -> list[SourceDayRow]:
        """Source days of the period and the days that it is compared with."""
        stored = self._days_of(self.first, self.end)
        if self._is_utc:
            return stored
        return local_source_days(self.store, stored, (self.first, self.end), self.zone)

    @cached_property
    def inside(self) -> list[SourceDayRow]:
        """Source days of the period."""
        return [item for item in self.source_days if item.day >= self.start]

    @cached_property
    def trends(self) -> Trends:
        """Narratives that were observed, are watched or were asked for, against their baselines."""
        days = [self.first + timedelta(days=n) for n in range((self.end - self.first).days)]
        panel = panel_of(self.cells, self.source_days, narratives=self._compared(), days=days)
        watched = np.array(
            [self.narratives[key].kind == "watched" for key in panel.narratives], dtype=np.bool_
        )
        first = (self.start - self.first).days
        return Trends(panel, watched, first, len(days) - 1, self.rules, known=self._known(panel.narratives))

    def _known(self, keys: Sequence[int]) -> Flags:
        """Narratives that were told before a silence of the period may have begun."""
        since = midnight(self.start - timedelta(days=SILENT_DAYS))
        return np.array([self.narratives[key].first_seen_at < since for key in keys], dtype=np.bool_)

    def _compared(self) -> list[int]:
        """Narratives that can have a trend."""
        if self._only is not None:
            return list(self.narratives)
        observed = {cell.narrative_id for cell in self.cells}
        return [key for key, item in self.narratives.items() if key in observed or item.kind == "watched"]

    @cached_property
    def floor(self) -> int:
        """Outlets that a rise needs."""
        seen = {item.source_id for item in self.inside if item.health not in ("not_yet", "down")}
        return outlet_floor(len(seen), self.rules)

    @cached_property
    def output(self) -> dict[str, int]:
        """Source -> its articles in the period."""
        totals = {item.source_id: 0 for item in self.sources}
        for item in self.inside:
            totals[item.source_id] = totals.get(item.source_id, 0) + item.articles
        return totals

    @cached_property
    def corpus_start(self) -> datetime | None:
        """The first moment that anything was counted of, as far as the rows of this digest reach."""
        days = [item.day for item in self.source_days if item.articles]
        return midnight(min(days), self.zone) if days and min(days) > self.first else None

    @cached_property
    def spikes(self) -> list[Spike]:
        """Spikes of the period, by day and id."""
        return self.store.spikes.between(self.start, self.end)

    @cached_property
    def spikes_of(self) -> dict[int, list[Spike]]:
        """Spikes of the period by the narrative that stands for theirs now."""
        found: defaultdict[int, list[Spike]] = defaultdict(list)
        for spike in self.spikes:
            found[self.survivors.get(spike.narrative_id, spike.narrative_id)].append(spike)
        return dict(found)

    def label(self, narrative_id: int) -> str:
        """A narrative's label, also of one that was merged; empty where there is none."""
        narrative = self.narratives.get(narrative_id) or self.store.narratives.get(narrative_id)
        return narrative.label if narrative else ""

    def note(self, spike: Spike) -> SpikeNote:
        """A spike as it is shown."""
        return SpikeNote(
            spike_id=spike.spike_id,
            narrative_id=spike.narrative_id,
            label=self.label(spike.narrative_id),
            day=spike.day,
            window_days=spike.window_days,
            detector=spike.detector,
            decision=spike.decision,
            observed=round(spike.observed, 4),
            expected=round(spike.expected, 4),
            ratio=_ratio(spike),
            p_value=significant(spike.p_value),
            q_value=significant(spike.q_value),
            cusum=round(spike.cusum, 4),
            outlets=spike.outlets,
            countries=spike.countries,
            languages=spike.languages,
            articles=spike.articles,
            reprint_share=round(spike.reprint_share, 4),
            checks=dict(sorted(spike.checks.items())),
        )

    def passages_of(self, narrative: Narrative) -> list[NarrativeRow]:
        """All passages that speak for a narrative, up to the end of the period, by passage id."""
        return speaking(passages_of(self.store, narrative, self.survivors, end=self.closes))

    def texts_of(self, narrative_id: int) -> frozenset[str]:
        """Copy groups of the period that tell a narrative."""
        if narrative_id not in self._texts:
            rows = self.passages_of(self.narratives[narrative_id])
            told = (row for row in rows if not row.late and self.in_period(row.counted_at))
            self._texts[narrative_id] = frozenset(row.group_id for row in told)
        return self._texts[narrative_id]

    def groups(self, group_ids: Iterable[str]) -> dict[str, CopyGroup]:
        """Copy groups by id."""
        return self.store.tellings.groups(set(group_ids))

    def wire_of(self, group_id: str) -> str | None:
        """The agency that a text credits."""
        group = self.groups([group_id]).get(group_id)
        return group.wire if group else None

    def place(self, article_id: str) -> ArchivePlace | None:
        """Where an article's page lies in the archive."""
        page = self.store.pages.get(article_id)
        if page is None or page.warc is None:
            return None
        return ArchivePlace(file=page.warc.file, offset=page.warc.offset, length=page.warc.length)

    def in_period(self, at: datetime) -> bool:
        """Whether a moment lies in the period."""
        return self.opens <= at < self.closes

    def day_of(self, at: datetime) -> date:
        """The day of a moment in the reader's zone."""
        return day_of(at, self.zone)


def _ratio(spike: Spike) -> float | None:
    return rounded(ratio_of(spike.observed, spike.expected))


def significant(value: float) -> float:
    """A number to six significant digits."""
    return float(f"{value:.6g}")


def rounded(value: float | None, digits: int = 2) -> float | None:
    """A number as it is shown; None stays None."""
    return None if value is None else round(value, digits)


def strongest(spikes: Sequence[Spike]) -> Spike | None:
    """The spike that speaks loudest: an alert before the digest before a suppressed one, then the smallest p,
    then the newest.
    """
    order = {"alert": 0, "digest": 1, "suppressed": 2}

    def rank(spike: Spike) -> tuple[int, float, int, str]:
        return order[spike.decision], spike.p_value, -spike.day.toordinal(), spike.spike_id

    return min(spikes, key=rank, default=None)
