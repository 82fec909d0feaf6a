"""The doors of the digest: a period, one narrative or one spike, written from the store.

    build_digest      the whole period: what rises, falls and is new, with evidence, health and method
    narrative_detail  one narrative over a period
    alert_evidence    one spike's window, as JSON, frozen into its alert

Reads the store, writes nothing. The same rows give the same bytes: stable orders, no run id, no wall time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from analysis.digest import corpus
from analysis.digest.evidence import NarrativeDigest
from analysis.digest.folding import folds
from analysis.digest.leads import lead_lines
from analysis.digest.narrative import write_narrative
from analysis.digest.others import other_lines
from analysis.digest.reader import DaysOf, DigestReader
from analysis.digest.records import AlertEvidence, Digest
from analysis.digest.source_lines import source_lines
from config.clock import Clock
from config.workspace import Workspace
from storage.records import LineageKind, Narrative, Spike
from storage.store import Store

BORN: tuple[LineageKind, ...] = ("born", "split_from")


def build_digest(
    *, store: Store, workspace: Workspace, start: date, end: date, clock: Clock, zone: tzinfo = UTC
) -> Digest:
    """Everything about the days [start, end).

    Args:
        clock: tells up to when narratives that were found belong to this period: a refit on the morning after
            it still does.
        zone: whose days they are.

    Raises:
        ValueError: the period has no day.
    """
    reader = DigestReader(store, workspace, start, end, zone=zone)
    found = listing(reader, until_of(reader.closes, clock.now()))
    write = _writer(reader)
    rising, falling, new, returned = (
        tuple(replace(write(reader.narratives[key]), folded=found.under(key)) for key in keys)
        for keys in (found.rising, found.falling, found.new, found.returned)
    )
    listed = (*rising, *falling, *new, *returned)
    shown = {item.narrative_id for item in listed} | found.folded.keys()
    return Digest(
        start=start,
        end=end,
        zone=str(zone),
        totals=corpus.totals(reader),
        rising=rising,
        falling=falling,
        new=new,
        returned=returned,
        others=other_lines(reader, shown),
        alerts=corpus.alert_lines(reader),
        spikes=tuple(reader.note(spike) for spike in reader.spikes),
        reprint_storms=corpus.storms(reader),
        leads=lead_lines(reader.cells, reader.refs, reader.watched_since),
        sources=source_lines(reader),
        not_seen=corpus.not_seen(reader),
        methods=corpus.methods(reader),
    )


def listing(reader: DigestReader, until: datetime) -> Listed:
    """The claims that rise, fall, return and are new, as many as a report lists; each stands in one section,
    and what is told under another number in none.
    """
    limit = reader.workspace.settings.report.narratives
    returned = _claims_told(reader, _returned(reader))
    risen = [key for key in _claims_told(reader, _rising(reader)) if _is_risen(reader, key)]
    rising = _without(risen, returned)
    falling = [key for key in _falling(reader) if key in reader.claims]
    new = _claims_told(reader, _new(reader, until))
    order = sorted(
        dict.fromkeys([*rising, *returned, *new, *falling]),
        key=lambda key: reader.narratives[key].kind != "watched",
    )
    into = folds(order, {key: reader.texts_of(key) for key in order})
    first = _without(rising, into)[:limit]
    return Listed(
        rising=first,
        falling=_without(falling, into)[:limit],
        new=_without(new, {*into, *first, *returned})[:limit],
        returned=_without(returned, into)[:limit],
        folded=into,
    )


def _claims_told(reader: DigestReader, keys: Sequence[int]) -> list[int]:
    """Those that are claims and have texts enough for a report."""
    return [key for key in keys if key in reader.claims and _is_told_enough(reader, key)]


def until_of(closes: datetime, now: datetime) -> datetime:
    """Up to when narratives that were found belong to a period that ends before `closes`: a refit on the
    morning after it still does.
    """
    return min(now, closes + timedelta(days=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Narratives that a digest lists, by section, and those that are told under another's number."""

    rising: list[int]
    falling: list[int]
    new: list[int]
    returned: list[int]
    folded: dict[int, int]

    def under(self, narrative_id: int) -> tuple[int, ...]:
        """The numbers that are told under this one."""
        return tuple(sorted(key for key, into in self.folded.items() if into == narrative_id))


def _without(keys: Sequence[int], others: Collection[int]) -> list[int]:
    return [key for key in keys if key not in others]


def _is_risen(reader: DigestReader, narrative_id: int) -> bool:
    """Whether what a spike or a test found of a narrative holds of the whole period: a slow rise that ended
    on its first day does not.
    """
    trend = reader.trends.of(narrative_id)
    return trend.expected is None or trend.observed > trend.expected


def _is_told_enough(reader: DigestReader, narrative_id: int) -> bool:
    """Whether a narrative has as many distinct texts in the period as a report wants, damped as the report
    shows them too: one outlet's seven texts are three.
    """
    least = reader.workspace.settings.report.min_texts
    told = reader.trends.among([narrative_id]).get(narrative_id)
    is_shown = told is not None and round(told.observed, 4) >= least
    return is_shown and len(reader.texts_of(narrative_id)) >= least


def narrative_detail(
    *,
    store: Store,
    workspace: Workspace,
    narrative_id: int,
    start: date,
    end: date,
    days_of: DaysOf | None = None,
) -> NarrativeDigest | None:
    """One narrative over the days [start, end), a merged one under the narrative that it went into; None if
    there is none.

    Args:
        days_of: gives the source days of a period; None: the store does.
    """
    narrative = store.narratives.shown_as(narrative_id)
    if narrative is None:
        return None
    only = [narrative.narrative_id]
    return _writer(DigestReader(store, workspace, start, end, only=only, days_of=days_of))(narrative)


def narrative_details(
    *, store: Store, workspace: Workspace, narrative_ids: Sequence[int], start: date, end: date
) -> Iterator[NarrativeDigest]:
    """Several narratives, none of them merged, over the days [start, end); what they share is read once."""
    reader = DigestReader(store, workspace, start, end, only=list(narrative_ids))
    write = _writer(reader)
    return (write(reader.narratives[key]) for key in narrative_ids if key in reader.narratives)


def alert_evidence(*, store: Store, workspace: Workspace, spike: Spike) -> dict[str, Any]:
    """What the mail about a spike shows: `AlertEvidence` as plain JSON.

    Raises:
        LookupError: the spike's narrative is not known (any more).
    """
    narrative = store.narratives.shown_as(spike.narrative_id)
    if narrative is None:
        raise LookupError(
            f"spike {spike.spike_id}: there is no narrative {spike.narrative_id}; "
            "was the database cut back after it was found?"
        )
    first, end = spike.day - timedelta(days=spike.window_days - 1), spike.day + timedelta(days=1)
    reader = DigestReader(store, workspace, first, end, only=[narrative.narrative_id])
    note = reader.note(spike)
    # The figures that were tested, not those of the same window on another day's baseline: a mail must not
    # show two expectations.
    expected = note.expected or None  # a narrative that was not counted back has none
    written = replace(_writer(reader)(narrative), observed=note.observed, expected=expected, ratio=note.ratio)
    evidence = AlertEvidence(
        start=first, end=end, spike=note, narrative=written, methods=corpus.methods(reader)
    )
    return evidence.to_dict()


def _writer(reader: DigestReader) -> Callable[[Narrative], NarrativeDigest]:
    themes = {item.theme_id: item.label for item in reader.store.narratives.themes()}
    return lambda narrative: write_narrative(reader, narrative, themes)


def _rising(reader: DigestReader) -> list[int]:
    """Narratives with a spike that was told, or clearly above their baseline; alerts first, then the stronger
    evidence.
    """
    alerted = _with_spikes(reader, _is_alert)
    told = _with_spikes(reader, _is_told) | alerted
    trends = reader.trends.among(reader.listed)
    found = [key for key, trend in trends.items() if key in told or trend.rises(reader.rules, reader.floor)]
    return sorted(found, key=lambda key: (key not in alerted, trends[key].p_up, -trends[key].observed, key))


def _with_spikes(reader: DigestReader, are: Callable[[Spike], bool]) -> set[int]:
    return {key for key, spikes in reader.spikes_of.items() if any(map(are, spikes))}


def _is_alert(spike: Spike) -> bool:
    return spike.decision == "alert"


def _is_told(spike: Spike) -> bool:
    return spike.decision != "suppressed" and spike.detector != "emergence"


def _falling(reader: DigestReader) -> list[int]:
    """Narratives clearly below their baseline, the stronger evidence first."""
    every = reader.trends.among(reader.listed)
    trends = {key: trend for key, trend in every.items() if trend.falls(reader.rules)}
    return sorted(trends, key=lambda key: (trends[key].p_down, trends[key].observed, key))


def _returned(reader: DigestReader) -> list[int]:
    """Narratives that are told again after silence, the stronger evidence first."""
    every = reader.trends.among(reader.listed)
    trends = {key: trend for key, trend in every.items() if trend.returns(reader.rules, reader.floor)}
    return sorted(trends, key=lambda key: (trends[key].p_up, -trends[key].observed, key))


def _new(reader: DigestReader, until: datetime) -> list[int]:
    """Narratives found in as many days before `until` as the period has and told in the period, those of most
    outlets first.
    """
    trends = reader.trends.among(_born(reader, until) & reader.told)
    found = [key for key in trends if key in reader.listed and reader.listed[key].kind == "discovered"]
    return sorted(found, key=lambda key: (-trends[key].outlets, -trends[key].observed, key))


def _born(reader: DigestReader, until: datetime) -> set[int]:
    """Narratives found in as many days before a moment as the period has."""
    since = until - timedelta(days=reader.days)
    history = reader.store.narratives.lineage(kinds=BORN, since=since)
    return {item.narrative_id for item in history if since < item.at <= until}
