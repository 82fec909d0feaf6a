"""Who is told: the false-discovery rate of a day, the floors, quiet days, twins and the weekly budget.

mail     q <= fdr, and of the slow detector the CUSUM over its threshold; floors held; nothing innocent
         explains it; not quiet; within the budget
digest   q <= 2 fdr, and of the slow one the CUSUM over three quarters of its threshold; or mail's bar, but
         explained, quiet or over the budget
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from analysis.arrays import Floats
from analysis.counts.panel import Flags
from analysis.spikes.baseline import upper_tail
from analysis.spikes.detectors import KAPPA, DayTest, Tier, WindowTest, rarity
from config.settings import SpikeSettings
from storage.records import Spike, SpikeDecision

DIGEST_FDR = 2.0
"""The digest's false-discovery rate over the mails'. Chosen, not measured."""
DIGEST_CUSUM = 0.75
"""The digest's share of the mails' CUSUM threshold. Chosen, not measured."""
DIGEST_RATIO = 2.0
"""A digest's spike is twice what is expected at least. Chosen, not measured."""
LEVELS = 10
"""Counts above its floor for which a narrative's attainable probabilities are worked out: beyond, p itself
is taken, which is safe. Decides cost only."""
TWIN_SHARE = 0.5
"""Two narratives are twins in a window if they share so much of the articles of the smaller. Chosen, not
measured.
"""
TWIN_COSINE = 0.7
"""... or if their centroids are so close. Set on the sample world. Chosen, not measured on real news."""
GROWN_DAYS = 3
"""A burst grows for days; only after these can a level have doubled: the longest fast window. By definition
of the windows."""


@dataclass(frozen=True, slots=True)
class Account:
    """p and q of a day's tests, one value a narrative; 1 where the floors are not held.

    One account for all detectors: the fast tests of narratives and of daily groups, and the slow ones of
    narratives, are hypotheses of one family.
    """

    p: Floats
    """Of the fast detector ..."""
    q: Floats
    slow_p: Floats
    """... and of the slow one."""
    slow_q: Floats


def false_discovery(tests: DayTest, family: Flags, slow: Flags | None = None) -> Account:
    """The false-discovery rates of a day.

    Benjamini-Hochberg for discrete tests (Heyse 2011): most narratives are so quiet that they cannot reach
    the floors by chance, and each adds to the expected false discoveries only the largest probability that it
    can attain below p, instead of p.

    Args:
        family: narratives with a baseline, whose tests count.
        slow: those that the slow detector is asked of; None: all of them.
    """
    p, slow_p = _smallest(tests, family), _slow_p(tests, family if slow is None else family & slow)
    levels = [_levels(window, tests.least)[:, family] for window in tests.fast]
    able = int((family if slow is None else family & slow).sum())
    every = np.concatenate([p, slow_p])
    q: Floats = np.ones(len(every))
    lowest = 1.0
    order = sorted(np.nonzero(every < 1)[0], key=lambda n: (-every[n], n))
    for rank, n in zip(range(len(order), 0, -1), order, strict=True):
        false = _expected_false(levels, float(every[n])) + able * every[n]
        lowest = q[n] = min(lowest, max(every[n], false / rank))
    return Account(p, q[: len(p)], slow_p, q[len(p) :])


def _expected_false(levels: Sequence[Floats], p: float) -> float:
    """Tests of the fast windows that reach p by chance."""
    return sum(float(_attained(part, p / len(levels)).sum()) for part in levels)


def _slow_p(tests: DayTest, family: Flags) -> Floats:
    """(narratives,): p of the slow detector: both its sum of small rises and its newest week must be rare."""
    window = tests.slow
    enough = (window.observed >= tests.least) & (window.observed >= KAPPA * window.expected)
    rare = np.maximum(rarity(tests.cusum), window.p)
    return np.asarray(np.where(family & enough, rare, 1.0), dtype=np.float64)


def _smallest(tests: DayTest, family: Flags) -> Floats:
    """(narratives,): the smallest p of the fast windows, times their number; 1 where no window holds the
    floors.
    """
    p: Floats = np.ones(len(family))
    for window in tests.fast:
        enough = (window.observed >= tests.least) & (window.observed >= DIGEST_RATIO * window.expected)
        together = np.minimum(1.0, len(tests.fast) * window.p)
        p = np.where(family & enough, np.minimum(p, together), p)
    return p


def _levels(window: WindowTest, least: Floats) -> Floats:
    """(counts, narratives): probabilities of a window to reach the floors by chance, and of each of the next
    counts.
    """
    floor = np.maximum(least, np.ceil(DIGEST_RATIO * window.expected))
    return np.stack([upper_tail(floor + more, window.law) for more in range(LEVELS)])


def _attained(levels: Floats, p: float) -> Floats:
    """The largest attainable probability that is at most p; p itself where the counts that were tried are not
    rare enough.
    """
    below = np.where(levels <= p, levels, 0.0).max(0)
    return np.asarray(np.where(levels[-1] > p, p, below), dtype=np.float64)


def best_window(tests: DayTest, n: int) -> WindowTest:
    """The fast window that speaks loudest for a narrative among those that hold the floors."""
    held = [
        w
        for w in tests.fast
        if w.observed[n] >= tests.least[n] and w.observed[n] >= DIGEST_RATIO * w.expected[n]
    ]
    return min(held or tests.fast, key=lambda window: (float(window.p[n]), window.days))


def fast_tier(q: float, observed: float, expected: float, rules: SpikeSettings) -> Tier:
    """What the fast detector asks for."""
    if q <= rules.fdr and observed >= rules.min_ratio * expected:
        return "mail"
    return "digest" if q <= DIGEST_FDR * rules.fdr else ""


def slow_tier(q: float, cusum: float, rules: SpikeSettings) -> Tier:
    """What the slow detector asks for."""
    if cusum > rules.cusum_threshold and q <= rules.fdr:
        return "mail"
    is_near = cusum > DIGEST_CUSUM * rules.cusum_threshold
    return "digest" if is_near and q <= DIGEST_FDR * rules.fdr else ""


def text_floor(active: int, rules: SpikeSettings) -> float:
    """Damped texts that a window needs: what `spikes.min_count` texts come to when all outlets that were seen
    share them evenly. Of four outlets and more that is the number itself; of two, of whom one writes most, no
    day could give four.
    """
    outlets = max(1, min(active, rules.min_count))
    return float(outlets * np.log2(1 + rules.min_count / outlets))


def outlet_floor(active: int, rules: SpikeSettings) -> int:
    """Outlets with own texts that a spike needs: relative to the outlets that were seen."""
    return min(rules.min_outlets, max(1, active // 4))


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A spike that asks to be mailed, with what the policy needs to know beside it."""

    spike: Spike
    tier: Tier
    watched: bool
    articles: frozenset[str]
    level: float
    """Damped texts of the last three days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """An earlier alert that still keeps its story quiet."""

    spike: Spike
    articles: frozenset[str]
    """The narrative's articles from the alert's window to now."""
    level: float
    """The highest three-day level since the alert, the tested day left out."""


def decide(
    candidates: Sequence[Candidate],
    sent: Sequence[Sent],
    similarity: Mapping[tuple[int, int], float],
    rules: SpikeSettings,
    *,
    mailed: int,
    asked: Mapping[int, float] | None = None,
) -> list[Spike]:
    """The day's spikes with their decisions, by narrative.

    Args:
        candidates: of one day; a watched narrative goes before a discovered one, then the smaller p.
        sent: alerts of the last quiet days, the candidates' own rows of the same day left out.
        similarity: cosine of two narratives' centres, smaller id first.
        mailed: alerts within the seven days that end with this one.
        asked: narrative -> the smallest p with which it asked for a mail within these days, whether or not it
            got one.
    """
    told, week = list(sent), dict(asked or {})
    found: list[Spike] = []
    for item in sorted(candidates, key=_precedence):
        reason, decision = _reason(item, told, similarity, rules)
        if decision == "alert":
            reason, decision = _within_budget(item, week, mailed, rules)
            week.setdefault(item.spike.narrative_id, item.spike.p_value)
        checks = dict(sorted((item.spike.checks | reason).items()))
        found.append(replace(item.spike, decision=decision, checks=checks))
        if decision == "alert":
            mailed += 1
            told.append(Sent(spike=item.spike, articles=item.articles, level=item.level))
    return sorted(found, key=lambda spike: spike.narrative_id)


def strongest(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The first candidate of each narrative by precedence: several daily groups may be of one."""
    found: dict[int, Candidate] = {}
    for item in sorted(candidates, key=_precedence):
        found.setdefault(item.spike.narrative_id, item)
    return list(found.values())


def _precedence(item: Candidate) -> tuple[bool, bool, float, int]:
    return item.tier != "mail", not item.watched, item.spike.p_value, item.spike.narrative_id


def _reason(
    item: Candidate,
    told: Sequence[Sent],
    similarity: Mapping[tuple[int, int], float],
    rules: SpikeSettings,
) -> tuple[dict[str, str], SpikeDecision]:
    if item.tier != "mail":
        return {}, "digest"
    for other in told:
        if other.spike.narrative_id == item.spike.narrative_id:
            if not _doubled(item, other):
                return {
                    "quiet": f"named: alerted on {other.spike.day}; its level has not doubled since"
                }, "digest"
        elif _twins(item, other, similarity):
            return {"same_story": _same_story(other.spike)}, "digest"
    return {}, "alert"


def _within_budget(
    item: Candidate, week: Mapping[int, float], mailed: int, rules: SpikeSettings
) -> tuple[dict[str, str], SpikeDecision]:
    """At most so many alerts within seven days, and only for what is among as many strongest of them: were
    the first to come all told, a full week would tell the weak and keep the strong back.
    """
    budget = rules.alerts_per_week
    stronger = sum(p < item.spike.p_value for p in week.values())
    if mailed >= budget:
        return {"budget": f"named: {mailed} alerts within seven days, the budget is {budget}"}, "digest"
    if stronger >= budget and not item.watched:
        return {"budget": f"named: {stronger} stronger within seven days, the budget is {budget}"}, "digest"
    return {}, "alert"


def _same_story(spike: Spike) -> str:
    return f"named: tells what narrative {spike.narrative_id} was alerted for on {spike.day}"


def _doubled(item: Candidate, other: Sent) -> bool:
    old_enough = item.spike.day - other.spike.day >= timedelta(days=GROWN_DAYS)
    return old_enough and item.level >= 2 * max(other.level, other.spike.observed)


def _twins(item: Candidate, other: Sent, similarity: Mapping[tuple[int, int], float]) -> bool:
    low, high = sorted((item.spike.narrative_id, other.spike.narrative_id))
    smaller = min(len(item.articles), len(other.articles))
    shared = len(item.articles & other.articles)
    return (smaller > 0 and shared >= TWIN_SHARE * smaller) or similarity.get((low, high), 0.0) >= TWIN_COSINE


def quiet_since(day: date, rules: SpikeSettings) -> date:
    """First day whose alerts keep their story quiet on a day."""
    return day - timedelta(days=rules.quiet_days - 1)
