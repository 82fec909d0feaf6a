"""One tested day: from arrays to decided spikes. Pure: reads nothing, writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from analysis.spikes import groups, policy
from analysis.spikes.day_evidence import DayEvidence
from analysis.spikes.examined_day import ExaminedDay
from analysis.spikes.policy import Candidate
from storage.records import Spike


@dataclass(frozen=True, slots=True)
class DayResult:
    """What a day's tests gave."""

    tested: int
    """Narratives with a baseline."""
    spikes: tuple[Spike, ...]
    """By narrative."""
    groups: Mapping[int, Spike] = field(default_factory=dict)
    """What was found of each daily group, by its key; of those that nothing was asked for too."""


def examine_day(
    evidence: DayEvidence, day: date, earlier: Sequence[Spike], *, running: bool, run_id: str
) -> DayResult:
    """Test one day and decide what is told.

    Args:
        earlier: stored spikes of the days that can keep a story quiet, up to and with this day.
        running: the day is not over.
    """
    tested = ExaminedDay(evidence, day, run_id, running=running)
    if not tested.is_watched:
        return DayResult(0, ())
    kept = _kept(earlier, day)
    decided, of_groups = groups.parted(_decide(tested, tested.candidates(earlier, kept), earlier))
    storms = tested.storms(earlier, {*kept, *(item.narrative_id for item in decided)})
    stay = [item for item in kept.values() if item.decision != "alert"]
    spikes = tuple(sorted([*decided, *storms, *stay], key=_number))
    return DayResult(tested.family_size, spikes, tested.quiet_groups() | of_groups)


def _kept(earlier: Sequence[Spike], day: date) -> dict[int, Spike]:
    """Narrative -> its spike of the day that was decided before and stays."""
    return {item.narrative_id: item for item in earlier if item.day == day and _stays(item)}


def _stays(spike: Spike) -> bool:
    """Whether a spike that was found for the day before stays as it was decided: an alert, and what bore a
    narrative, whose group is not tested again.
    """
    return spike.decision == "alert" or (spike.detector == "emergence" and "budget" in spike.checks)


def _number(spike: Spike) -> int:
    return spike.narrative_id


def _decide(tested: ExaminedDay, candidates: Sequence[Candidate], earlier: Sequence[Spike]) -> list[Spike]:
    """The candidates with their decisions, beside the alerts that are still quiet."""
    evidence, day = tested.evidence, tested.day
    alerts = [item for item in earlier if item.decision == "alert"]
    sent = [tested.sent(item) for item in alerts if item.day >= policy.quiet_since(day, evidence.rules)]
    involved = [item.spike.narrative_id for item in candidates]
    involved += [item.spike.narrative_id for item in sent]
    return policy.decide(
        candidates,
        sent,
        evidence.similarity(involved),
        evidence.rules,
        mailed=_within_the_week(alerts, day),
        asked=asked_before(earlier, day),
    )


def _within_the_week(alerts: Sequence[Spike], day: date) -> int:
    """How many of the alerts are of the seven days that end with a day."""
    return sum(item.day > day - timedelta(days=7) for item in alerts)


def asked_before(earlier: Sequence[Spike], day: date) -> dict[int, float]:
    """Narrative -> the smallest p with which it asked for a mail within the week before a day."""
    found: dict[int, float] = {}
    for item in earlier:
        asks = item.decision == "alert" or "budget" in item.checks
        if asks and day - timedelta(days=7) < item.day < day:
            found[item.narrative_id] = min(item.p_value, found.get(item.narrative_id, 1.0))
    return found
