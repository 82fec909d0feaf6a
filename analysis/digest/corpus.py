"""What a digest says of the whole corpus: totals, storms, alerts, the sources' health, what was not seen, how it was done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from analysis.counts.source_health import SEEN, USUAL_DAYS
from analysis.digest.desk import DigestDesk
from analysis.digest.records import (
    AlertLine,
    MethodNotes,
    NotSeen,
    SourceLine,
    SourceStatus,
    StormLine,
    Totals,
)
from analysis.plain import direction_of
from analysis.spikes.checks import STORM_ARTICLES
from config.clock import midnight
from storage.records import Article, CopyGroup, Source, SourceDay

STORM_OUTLETS = 5
"""A storm is printed by at least so many outlets and a quarter of all that were seen."""
STORM_REACH = 7
"""Days after the period in which copies of a text may still come."""
NEW_DAYS = 14
"""A source is called new for so long after its first live day."""
STATUS_ORDER: tuple[SourceStatus, ...] = ("outage", "silent", "degraded", "new", "not_yet", "ok")


def totals(desk: DigestDesk, articles: Sequence[Article]) -> Totals:
    """The period in figures; late articles are not in them."""
    counted = [item for item in articles if not item.late]
    inside = [item for item in desk.source_days if item.day >= desk.start]
    before = desk.start - timedelta(days=desk.days)
    texts = sum(item.copy_groups for item in inside)
    return Totals(
        articles=len(counted), copy_groups=texts, reprints=max(0, len(counted) - texts),
        outlets=len({item.source_id for item in counted}),
        countries=len({desk.refs[item.source_id].country for item in counted if item.source_id in desk.refs}),
        languages=dict(sorted(Counter(item.language for item in counted).items())),
        narratives_active=len({item.narrative_id for item in desk.observations if item.day >= desk.start}),
        narratives_known=len(desk.narratives),
        passages_assigned=len(desk.store.narratives.assignments(start=midnight(desk.start), end=midnight(desk.end))),
        backfill_articles=sum(item.origin == "backfill" for item in counted),
        articles_before=sum(item.articles for item in desk.source_days if before <= item.day < desk.start),
    )  # fmt: skip


def storms(desk: DigestDesk) -> tuple[StormLine, ...]:
    """Texts first told in the period that a good part of the outlets printed, most articles first."""
    seen = len(
        {item.source_id for item in desk.source_days if item.day >= desk.start and item.health in SEEN}
    )
    floor = max(STORM_OUTLETS, -(-seen // 4))
    groups = desk.store.copies.groups(midnight(desk.start), midnight(desk.end))
    found = [
        _storm(desk, group) for group in groups if group.size >= STORM_ARTICLES and group.outlets >= floor
    ]
    return tuple(sorted(found, key=lambda item: (-item.articles, item.day, item.group_id)))


def _storm(desk: DigestDesk, group: CopyGroup) -> StormLine:
    members = {item.article_id: item for item in desk.store.copies.members([group.group_id])}
    passages = desk.store.narratives.assignments(
        start=midnight(desk.start), end=midnight(desk.end) + timedelta(days=STORM_REACH)
    )
    carried = Counter(
        desk.survivors[item.narrative_id]
        for item in passages
        if item.passage_id.rpartition(":")[0] in members
    )
    told = sorted((key for key in carried if key in desk.narratives), key=lambda key: (-carried[key], key))
    narrative = desk.narratives[told[0]] if told else None
    first = desk.store.articles.get(group.first_article_id)
    language = first.language if first else "und"
    translations = sum(item.relation == "translation" for item in members.values())
    note = f"{group.size} articles of {group.outlets} outlets are one text"
    return StormLine(
        group_id=group.group_id, narrative_id=narrative.narrative_id if narrative else None,
        label=first.title if first else narrative.label if narrative else "", language=language, direction=direction_of(language),
        day=group.first_at.date(), first_outlet=desk.ref(group.first_source_id), wire=group.wire, articles=group.size,
        outlets=group.outlets, note=note + (f", {translations} of them translations" if translations else ""),
    )  # fmt: skip


def alert_lines(desk: DigestDesk) -> tuple[AlertLine, ...]:
    """Alerts made in the period, by time and id."""
    found = []
    for alert in desk.store.alerts.between(midnight(desk.start), midnight(desk.end)):
        states = Counter(item.state for item in desk.store.alerts.deliveries(alert.alert_id))
        narrative = desk.narratives.get(alert.narrative_id) or desk.store.narratives.get(alert.narrative_id)
        found.append(
            AlertLine(
                alert_id=alert.alert_id, narrative_id=alert.narrative_id, label=narrative.label if narrative else "",
                created_at=alert.created_at, subject=alert.subject, spike_id=alert.spike_id, deliveries=dict(sorted(states.items())),
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda item: (item.created_at, item.alert_id)))


def source_lines(desk: DigestDesk) -> tuple[SourceLine, ...]:
    """The sources' health, those that need attention first, then by id."""
    by_source: dict[str, list[SourceDay]] = {item.source_id: [] for item in desk.sources}
    for item in desk.source_days:
        by_source.setdefault(item.source_id, []).append(item)
    known = {item.source_id: item for item in desk.sources}
    lines = [_source_line(desk, known.get(key), key, days) for key, days in by_source.items()]
    return tuple(sorted(lines, key=lambda line: (STATUS_ORDER.index(line.status), line.outlet.source_id)))


def _source_line(
    desk: DigestDesk, source: Source | None, source_id: str, days: Sequence[SourceDay]
) -> SourceLine:
    inside = [item for item in days if item.day >= desk.start]
    before = [item for item in days if item.day < desk.start and item.health in SEEN][-USUAL_DAYS:]
    usual = sum(item.articles for item in before) / len(before) * desk.days if before else 0.0
    status, note = _status(desk, source, inside)
    by_day = {item.day: item.health for item in inside}
    all_days = [desk.start + timedelta(days=n) for n in range(desk.days)]
    return SourceLine(
        outlet=desk.ref(source_id), status=status, days=dict(sorted(Counter(item.health for item in inside).items())),
        daily=tuple(by_day.get(day, "not_yet") for day in all_days), articles=sum(item.articles for item in inside),
        usual_articles=round(usual, 1), fetched=sum(item.fetched for item in inside), failed=sum(item.failed for item in inside),
        polls=sum(item.polls for item in inside), polls_failed=sum(item.polls_failed for item in inside), note=note,
    )  # fmt: skip


def _status(desk: DigestDesk, source: Source | None, inside: Sequence[SourceDay]) -> tuple[SourceStatus, str]:
    unread = [
        item.day
        for item in inside
        if item.health == "down" and item.polls and item.polls == item.polls_failed
    ]
    unasked = [item.day for item in inside if item.health == "down" and not item.polls]
    silent = [item.day for item in inside if item.health == "down" and item.day not in {*unread, *unasked}]
    degraded = [item.day for item in inside if item.health == "degraded"]
    if unread:
        return "outage", f"no feed could be read on {_days(unread, desk.days)}: a gap, not a fall"
    if unasked:
        return "outage", f"not asked on {_days(unasked, desk.days)}: a gap, not a fall"
    if silent:
        return (
            "silent",
            f"nothing published on {_days(silent, desk.days)} although it usually does: a gap, not a fall",
        )
    if degraded:
        return "degraded", f"clearly less than usual, or most of it failed, on {_days(degraded, desk.days)}"
    live = desk.watched_since.get(source.source_id) if source else None
    if live is not None and _is_new(desk, live):
        return "new", f"watched since {live.isoformat()}: counted as more output, not as a rise"
    if all(item.health in ("not_yet", "backfill") for item in inside):
        return "not_yet", "not watched yet"
    return "ok", ""


def _is_new(desk: DigestDesk, live: date) -> bool:
    """Watched for less than two weeks, while others are watched for longer."""
    return desk.end - timedelta(days=NEW_DAYS) < live < desk.end and min(desk.watched_since.values()) < live


def _days(days: Sequence[date], of: int) -> str:
    return f"{len(days)} of {of} days ({', '.join(day.isoformat() for day in days)})"


def not_seen(desk: DigestDesk, articles: Sequence[Article]) -> NotSeen:
    """What the digest could not see or did not count."""
    inside = [item for item in desk.source_days if item.day >= desk.start]
    polls = Counter(item.outcome for item in desk.store.feeds.polls(midnight(desk.start), midnight(desk.end)))
    return NotSeen(
        fetch_outcomes=dict(sorted(desk.store.pages.fetch_outcomes().items())),
        clean_outcomes=dict(sorted(desk.store.pages.clean_outcomes().items())),
        poll_outcomes=dict(sorted(polls.items())), failed_pages=sum(item.failed for item in inside),
        sources_down=tuple(sorted({item.source_id for item in inside if item.health == "down"})),
        undetermined_language=sum(item.language == "und" for item in articles), late_articles=sum(item.late for item in articles),
        weak_dates=sum(item.date_confidence in ("C", "D") for item in articles),
    )  # fmt: skip


def methods(desk: DigestDesk) -> MethodNotes:
    """Budget, thresholds and versions, and how to read the figures."""
    rules, narratives = desk.rules, desk.workspace.settings.narratives
    last = desk.store.runs.last("detect")
    builds = sorted({item.build for item in desk.narratives.values()})
    return MethodNotes(
        parameters={
            "alerts_per_week": rules.alerts_per_week, "assign_cosine": narratives.assign_cosine, "baseline_days": rules.baseline_days,
            "cusum_threshold": rules.cusum_threshold, "fdr": rules.fdr, "guard_days": rules.guard_days, "min_count": rules.min_count,
            "min_history_days": rules.min_history_days, "min_outlets": desk.floor, "min_ratio": rules.min_ratio, "quiet_days": rules.quiet_days,
        },
        versions=dict(sorted((last.versions if last else {}).items())) | {"embedding": ", ".join(builds)},
        notes=NOTES,
    )  # fmt: skip


NOTES = (
    "A text counts once, for the outlet that had it first; an outlet adds at most log2(1 + n) for n texts of its own a day. Reprints and "
    "probable translations are shown beside it.",
    "Expected is what the narrative's last eight weeks lead one to expect of what was seen of its usual carriers; a source that could not be "
    "read is a gap, not a fall, and a source that was added is more output, not a rise.",
    "Tests: negative binomial on one and three days (false discoveries per day bounded by `fdr`), and a CUSUM for slow rises. A discovered "
    "narrative without a history is told in the digest, and mailed only if it outlasts the news that began it.",
    "False alarms: on 2,000 simulated narratives in which nothing is news but what was planted this rule mails about 7 false alerts a week, "
    "before explanations and the weekly budget (python -m tests.benchmarks.spikes).",
    "First means first in this corpus, as far as the dates allow. An order in time is not a proof of influence.",
    "Ownership labels are those of the list named beside them, never inferred; `not listed` means that no list states one.",
    "Watched narratives count passages that say what the statement says; passages that refute it are not counted.",
    "Articles found more than 72 hours after their publication are shown but never counted.",
)
