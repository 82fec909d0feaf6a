"""What a digest says of the whole corpus: totals, storms, alerts, what was not seen, how it was done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta

from analysis.counts.source_health import SEEN
from analysis.digest.reader import DigestReader
from analysis.digest.records import AlertLine, MethodNotes, NotSeen, StormLine, Totals
from analysis.plain import direction_of
from analysis.spikes.checks import STORM_ARTICLES
from analysis.spikes.facts import WEAK
from config.undetermined import UNDETERMINED
from storage.records import Alert, CopyGroup

STORM_OUTLETS = 5
"""A storm is printed by at least so many outlets and a quarter of all that were seen. Chosen, not
measured.
"""


def totals(reader: DigestReader) -> Totals:
    """The period in figures; late articles are not in them."""
    counted = [item for item in reader.articles if not item.late]
    texts = sum(item.copy_groups for item in reader.inside)
    return Totals(
        articles=len(counted),
        copy_groups=texts,
        reprints=max(0, len(counted) - texts),
        outlets=len({item.source_id for item in counted}),
        countries=len(_countries(reader)),
        languages=dict(sorted(Counter(item.language for item in counted).items())),
        narratives_active=len(reader.told),
        narratives_known=len(reader.narratives),
        passages_assigned=reader.store.tellings.assigned_count(reader.opens, reader.closes),
        backfill_articles=sum(item.origin == "backfill" for item in counted),
        articles_before=_articles_before(reader),
    )


def _countries(reader: DigestReader) -> set[str]:
    """Countries of the outlets that the directory knows and that published in the period."""
    outlets = {item.source_id for item in reader.articles if not item.late}
    return {reader.refs[source].country for source in outlets & reader.refs.keys()}


def _articles_before(reader: DigestReader) -> int:
    """Articles in the period of the same length before."""
    before = reader.start - timedelta(days=reader.days)
    return sum(item.articles for item in reader.source_days if before <= item.day < reader.start)


def storms(reader: DigestReader) -> tuple[StormLine, ...]:
    """Texts first told in the period that a good part of the outlets printed, most articles first."""
    seen = len({item.source_id for item in reader.inside if item.health in SEEN})
    groups = reader.store.tellings.repeated(
        reader.opens,
        reader.closes,
        articles=STORM_ARTICLES,
        outlets=max(STORM_OUTLETS, -(-seen // 4)),
    )
    found = [_storm(reader, group) for group in groups]
    return tuple(sorted(found, key=lambda item: (-item.articles, item.day, item.group_id)))


def _storm(reader: DigestReader, group: CopyGroup) -> StormLine:
    members = reader.store.copies.members([group.group_id])
    narrative_id = _told_most(reader, [item.article_id for item in members])
    first = reader.store.articles.get(group.first_article_id)
    language = first.language if first else UNDETERMINED
    return StormLine(
        group_id=group.group_id,
        narrative_id=narrative_id,
        label=first.title if first else "" if narrative_id is None else reader.label(narrative_id),
        language=language,
        direction=direction_of(language),
        day=reader.day_of(group.first_at),
        first_outlet=reader.ref(group.first_source_id),
        wire=group.wire,
        articles=group.size,
        outlets=group.outlets,
        note=_storm_note(group, sum(item.relation == "translation" for item in members)),
    )


def _told_most(reader: DigestReader, article_ids: list[str]) -> int | None:
    """The narrative that most passages of these articles tell; of several the older; None where none is
    told.
    """
    rows = reader.store.tellings.carried_by(article_ids)
    told = Counter(reader.survivors[row.narrative_id] for row in rows)
    known = [key for key in told if key in reader.narratives]
    return min(known, key=lambda key: (-told[key], key), default=None)


def _storm_note(group: CopyGroup, translations: int) -> str:
    note = f"{group.size} articles of {group.outlets} outlets are one text"
    return f"{note}, {translations} of them translations" if translations else note


def alert_lines(reader: DigestReader) -> tuple[AlertLine, ...]:
    """Alerts made in the period, by time and id."""
    alerts = reader.store.alerts.between(reader.opens, reader.closes)
    found = [_alert_line(reader, alert) for alert in alerts]
    return tuple(sorted(found, key=lambda item: (item.created_at, item.alert_id)))


def _alert_line(reader: DigestReader, alert: Alert) -> AlertLine:
    states = Counter(item.state for item in reader.store.alerts.deliveries(alert.alert_id))
    return AlertLine(
        alert_id=alert.alert_id,
        narrative_id=alert.narrative_id,
        label=reader.label(alert.narrative_id),
        created_at=alert.created_at,
        subject=alert.subject,
        spike_id=alert.spike_id,
        deliveries=dict(sorted(states.items())),
    )


def not_seen(reader: DigestReader) -> NotSeen:
    """What the digest could not see or did not count."""
    articles = reader.articles
    fetched, cleaned = reader.store.pages.outcomes_between(reader.opens, reader.closes)
    return NotSeen(
        fetch_outcomes=fetched,
        clean_outcomes=cleaned,
        poll_outcomes=_poll_outcomes(reader),
        failed_pages=sum(item.failed for item in reader.inside),
        sources_down=_down(reader),
        undetermined_language=_count(item.language == UNDETERMINED for item in articles),
        late_articles=_count(item.late for item in articles),
        weak_dates=_count(item.date_confidence in WEAK for item in articles),
    )


def _down(reader: DigestReader) -> tuple[str, ...]:
    return tuple(sorted({item.source_id for item in reader.inside if item.health == "down"}))


def _in_order(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items()))


def _count(flags: Iterable[bool]) -> int:
    return sum(flags)


def _poll_outcomes(reader: DigestReader) -> dict[str, int]:
    found: Counter[str] = Counter()
    for item in reader.store.counts.polls_between(reader.opens, reader.closes):
        found[item.outcome] += item.attempts
    return _in_order(found)


def methods(reader: DigestReader) -> MethodNotes:
    """Budget, thresholds and versions, and how to read the figures."""
    last = reader.store.runs.last("detect")
    builds = sorted({item.build for item in reader.narratives.values()})
    versions = dict(sorted((last.versions if last else {}).items()))
    return MethodNotes(
        parameters=_parameters(reader), versions=versions | {"embedding": ", ".join(builds)}, notes=NOTES
    )


def _parameters(reader: DigestReader) -> dict[str, float | int | str]:
    rules = reader.rules
    return {
        "alerts_per_week": rules.alerts_per_week,
        "assign_cosine": reader.workspace.settings.narratives.assign_cosine,
        "baseline_days": rules.baseline_days,
        "cusum_threshold": rules.cusum_threshold,
        "fdr": rules.fdr,
        "guard_days": rules.guard_days,
        "min_count": rules.min_count,
        "min_history_days": rules.min_history_days,
        "min_outlets": reader.floor,
        "min_ratio": rules.min_ratio,
        "quiet_days": rules.quiet_days,
    }


NOTES = (
    "A text counts once, for the outlet that had it first; an outlet adds at most log2(1 + n) for n texts "
    "of its own a day. Reprints and probable translations are shown beside it.",
    "Expected is what the narrative's last eight weeks lead one to expect of what was seen of its usual "
    "carriers; a source that could not be read is a gap, not a fall, and a source that was added is more "
    "output, not a rise.",
    "Tests: negative binomial on one and three days (false discoveries per day bounded by `fdr`), and a "
    "CUSUM for slow rises, which that bound does not cover. A discovered narrative without a history is "
    "told in the digest, and mailed only if it outlasts the news that began it.",
    "How many false alarms that makes depends on the news, and was not measured on this workspace's; the "
    "weekly budget bounds what is mailed.",
    "First means first in this corpus, as far as the dates allow. An order in time is not a proof of "
    "influence.",
    "Ownership labels are those of the list named beside them, never inferred; `not listed` means that no "
    "list states one.",
    "Watched narratives count passages that say what the statement says; passages that refute it are not "
    "counted.",
    "Articles found more than 72 hours after their publication are shown but never counted.",
)
