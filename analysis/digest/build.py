"""The doors of the digest: a period, one narrative or one spike, written from the store.

    build_digest      the whole period: what rises, falls and is new, with evidence, health and method
    narrative_detail  one narrative over a period
    alert_evidence    one spike's window, as JSON, frozen into its alert

Reads the store, writes nothing. The same rows give the same bytes: stable orders, no run id, no wall time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from analysis.digest import corpus
from analysis.digest.desk import DigestDesk
from analysis.digest.evidence import NarrativeDigest
from analysis.digest.leads import lead_lines
from analysis.digest.narrative import write_narrative
from analysis.digest.records import AlertEvidence, Digest
from config.clock import Clock, midnight
from config.workspace import Workspace
from storage.records import Narrative, Spike
from storage.store import Store

BORN = ("born", "split_from")


def build_digest(*, store: Store, workspace: Workspace, start: date, end: date, clock: Clock) -> Digest:
    """Everything about the days [start, end).

    Args:
        clock: tells up to when narratives that were found belong to this period: a refit on the morning after it still does.

    Raises:
        ValueError: the period has no day.
    """
    desk = DigestDesk(store, workspace, start, end)
    articles = store.articles.between(midnight(start), midnight(end))
    limit, write = workspace.settings.report.narratives, _writer(desk)
    rising, falling, found = (
        _rising(desk)[:limit],
        _falling(desk)[:limit],
        _new(desk, min(clock.now(), midnight(end) + timedelta(days=1))),
    )
    shown = {item.narrative_id for item in rising}
    new = [item for item in found if item.narrative_id not in shown][:limit]
    return Digest(
        start=start, end=end, totals=corpus.totals(desk, articles),
        rising=tuple(write(item) for item in rising), falling=tuple(write(item) for item in falling), new=tuple(write(item) for item in new),
        alerts=corpus.alert_lines(desk), spikes=tuple(desk.note(spike) for spike in desk.spikes), reprint_storms=corpus.storms(desk),
        leads=lead_lines(desk.observations, desk.refs, desk.watched_since), sources=corpus.source_lines(desk), not_seen=corpus.not_seen(desk, articles),
        methods=corpus.methods(desk),
    )  # fmt: skip


def narrative_detail(
    *, store: Store, workspace: Workspace, narrative_id: int, start: date, end: date
) -> NarrativeDigest | None:
    """One narrative over the days [start, end), a merged one under the narrative that it went into; None if there is none."""
    narrative = store.narratives.resolve(narrative_id)
    desk = DigestDesk(store, workspace, start, end)
    return (
        None
        if narrative is None or narrative.narrative_id not in desk.narratives
        else _writer(desk)(narrative)
    )


def alert_evidence(*, store: Store, workspace: Workspace, spike: Spike) -> dict[str, Any]:
    """What the mail about a spike shows: `AlertEvidence` as plain JSON.

    Raises:
        LookupError: the spike's narrative is not known (any more).
    """
    first, end = spike.day - timedelta(days=spike.window_days - 1), spike.day + timedelta(days=1)
    desk = DigestDesk(store, workspace, first, end)
    narrative = store.narratives.resolve(spike.narrative_id)
    if narrative is None:
        raise LookupError(
            f"spike {spike.spike_id}: there is no narrative {spike.narrative_id}; was the database cut back after it was found?"
        )
    note = desk.note(spike)
    # The figures that were tested, not those of the same window on another day's baseline: a mail must not show two expectations.
    expected = None if note.detector == "emergence" else note.expected
    written = replace(_writer(desk)(narrative), observed=note.observed, expected=expected, ratio=note.ratio)
    return AlertEvidence(
        start=first, end=end, spike=note, narrative=written, methods=corpus.methods(desk)
    ).to_dict()


def _writer(desk: DigestDesk) -> Callable[[Narrative], NarrativeDigest]:
    themes = {item.theme_id: item.label for item in desk.store.narratives.themes()}
    return lambda narrative: write_narrative(desk, narrative, themes)


def _rising(desk: DigestDesk) -> list[Narrative]:
    """Narratives with a spike that was told, or clearly above their baseline; alerts first, then the stronger evidence."""
    spikes = desk.spikes_of.items()
    told = {
        key
        for key, found in spikes
        if any(item.decision != "suppressed" and item.detector != "emergence" for item in found)
    }
    alerted = {key for key, found in spikes if any(item.decision == "alert" for item in found)}
    trends = {key: desk.trends.of(key) for key in desk.listed}
    found = [
        key for key, trend in trends.items() if key in told | alerted or trend.rises(desk.rules, desk.floor)
    ]
    found.sort(key=lambda key: (key not in alerted, trends[key].p_up, -trends[key].observed, key))
    return [desk.narratives[key] for key in found]


def _falling(desk: DigestDesk) -> list[Narrative]:
    """Narratives clearly below their baseline, the stronger evidence first."""
    trends = {key: desk.trends.of(key) for key in desk.listed}
    found = [key for key, trend in trends.items() if trend.falls()]
    found.sort(key=lambda key: (trends[key].p_down, trends[key].observed, key))
    return [desk.narratives[key] for key in found]


def _new(desk: DigestDesk, until: datetime) -> list[Narrative]:
    """Narratives found in as many days before `until` as the period has and told in the period, those of most outlets first."""
    since = until - timedelta(days=desk.days)
    born = {
        item.narrative_id
        for item in desk.store.narratives.lineage()
        if item.kind in BORN and since < item.at <= until
    }
    told = {item.narrative_id for item in desk.observations if item.day >= desk.start}
    trends = {key: desk.trends.of(key) for key in sorted(born & told) if key in desk.listed}
    found = [key for key in trends if desk.narratives[key].kind == "discovered"]
    found.sort(key=lambda key: (-trends[key].outlets, -trends[key].observed, key))
    return [desk.narratives[key] for key in found]
