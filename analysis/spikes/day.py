"""One tested day: from arrays to decided spikes. Pure: reads nothing, writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from analysis.counts.reach import FAST_DAYS
from analysis.counts.series import Series, series_of
from analysis.spikes import policy
from analysis.spikes.baseline import fit, upper_tail
from analysis.spikes.checks import STORM_ARTICLES, STORM_SHARE, Case, explanations
from analysis.spikes.desk import Desk
from analysis.spikes.detectors import (
    DayTest,
    Detector,
    EmergenceFacts,
    Tier,
    WindowTest,
    baseline_end,
    emergence,
    examine,
    has_baseline,
)
from analysis.spikes.facts import WindowFacts
from analysis.spikes.policy import Candidate, Sent
from storage.records import Spike

STORM_P = 0.001
BURST_DAYS = max(FAST_DAYS)


@dataclass(frozen=True, slots=True)
class DayResult:
    """What a day's tests gave."""

    tested: int
    """Narratives with a baseline."""
    spikes: tuple[Spike, ...]
    """By narrative."""


def examine_day(desk: Desk, day: date, earlier: Sequence[Spike], *, running: bool, run_id: str) -> DayResult:
    """Test one day and decide what is told.

    Args:
        earlier: stored spikes of the days that can keep a story quiet, up to and with this day.
        running: the day is not over.
    """
    t = (day - desk.panel.days[0]).days
    series = series_of(desk.panel, until=baseline_end(t, desk.rules), running=t if running else None)
    if not desk.panel.live[t] or not series.exposure[:, t].any():
        return DayResult(0, ())
    tested = _Day(desk, day, t, series, run_id, running=running)
    alerts = [item for item in earlier if item.decision == "alert"]
    fixed = {item.narrative_id for item in alerts if item.day == day}
    candidates = [item for item in tested.candidates(earlier) if item.spike.narrative_id not in fixed]
    sent = [tested.sent(item) for item in alerts if item.day >= policy.quiet_since(day, desk.rules)]
    involved = [item.spike.narrative_id for item in candidates] + [item.spike.narrative_id for item in sent]
    similarity = desk.similarity(involved)
    mailed = sum(item.day > day - timedelta(days=7) for item in alerts)
    decided = policy.decide(candidates, sent, similarity, desk.rules, mailed=mailed)
    storms = tested.storms(earlier, fixed | {item.narrative_id for item in decided})
    return DayResult(tested.family_size, tuple(sorted(decided + storms, key=lambda item: item.narrative_id)))


class _Day:
    """The tests of one day."""

    def __init__(self, desk: Desk, day: date, t: int, series: Series, run_id: str, *, running: bool) -> None:
        self._desk = desk
        self._day = day
        self._t = t
        self._series = series
        self._run_id = run_id
        self._running = t if running else None
        self._tests: DayTest = examine(series.y, series.exposure, day=t, rules=desk.rules)
        self._family = self._with_baseline()
        self._floor = policy.outlet_floor(int(series.active[t]), desk.rules)

    @property
    def family_size(self) -> int:
        """Narratives with a baseline."""
        return int(self._family.sum())

    def _with_baseline(self) -> npt.NDArray[np.bool_]:
        watched = np.array(
            [self._desk.is_watched(key) for key in self._desk.panel.narratives], dtype=np.bool_
        )
        able = has_baseline(
            self._series.y, self._tests.baseline, day=self._t, watched=watched, rules=self._desk.rules
        )
        return np.asarray(able & (self._series.exposure[:, self._t] > 0), dtype=np.bool_)

    def candidates(self, earlier: Sequence[Spike]) -> list[Candidate]:
        """What stands out and holds the floors, explained ones taken down to the digest."""
        p, q = policy.false_discovery(self._tests, self._family, self._desk.rules)
        told = {item.narrative_id for item in earlier if item.day < self._day}
        found: list[Candidate] = []
        for n, narrative_id in enumerate(self._desk.panel.narratives):
            if self._family[n]:
                found += self._standing_out(n, float(p[n]), float(q[n]))
            elif not self._desk.is_watched(narrative_id):
                found += self._emerging(n, known=narrative_id in told)
        return found

    def _standing_out(self, n: int, p: float, q: float) -> list[Candidate]:
        tests, rules = self._tests, self._desk.rules
        window = policy.best_window(tests, n, rules)
        fast = policy.fast_tier(q, float(window.observed[n]), float(window.expected[n]), rules)
        slow = policy.slow_tier(float(tests.cusum[n]), tests.slow, n, rules)
        if fast == "mail" or (fast and slow != "mail"):
            return self._checked(n, replace(self._spike(n, window, "fast"), p_value=p, q_value=q), fast)
        if slow:
            return self._checked(n, replace(self._spike(n, tests.slow, "slow"), q_value=q), slow)
        return []

    def _emerging(self, n: int, *, known: bool) -> list[Candidate]:
        """A narrative without a baseline; one for the digest is told once."""
        window = self._burst
        if window.observed[n] < self._desk.rules.min_count:
            return []
        facts = self._facts(n, window.days)
        emergent = EmergenceFacts(
            outlets=facts.own_outlets, countries=facts.countries, languages=facts.languages, largest_group_share=facts.largest_group_share,
            novelty=self._desk.novelty(self._desk.panel.narratives[n], self._day), told_days=facts.told_days, span_days=facts.span_days,
            watched_days=int(self._desk.panel.live[: (self._series.y[n] > 0).argmax()].sum()),
        )  # fmt: skip
        tier = emergence(emergent, active=int(self._series.active[self._t]), rules=self._desk.rules)
        if not tier or (tier == "digest" and known):
            return []
        return self._checked(n, replace(self._spike(n, window, "emergence"), expected=0.0, p_value=1.0), tier)

    def _checked(self, n: int, spike: Spike, tier: Tier) -> list[Candidate]:
        """The candidate with its explanations; nothing if too few outlets tell it in their own words."""
        facts = self._facts(n, spike.window_days)
        if facts.own_outlets < self._floor:
            return []
        case = Case(
            panel=self._desk.panel, series=self._series, narrative_id=spike.narrative_id, day=self._t, window_days=spike.window_days,
            observed=spike.observed, expected=spike.expected, facts=facts, rules=self._desk.rules, running=self._running,
        )  # fmt: skip
        findings = explanations(case)
        tier = "digest" if any(finding.explains for finding in findings.values()) else tier
        spike = replace(spike, checks={name: finding.text for name, finding in findings.items()})
        watched = self._desk.is_watched(spike.narrative_id)
        return [
            Candidate(
                spike=spike,
                tier=tier,
                watched=watched,
                articles=facts.article_ids,
                level=self._level(n, self._t),
            )
        ]

    def sent(self, spike: Spike) -> Sent:
        """An earlier alert with what its narrative brought since."""
        articles = self._desk.facts(
            spike.narrative_id, spike.day - timedelta(days=spike.window_days - 1), self._day
        ).article_ids
        level = 0.0
        if spike.narrative_id in self._desk.panel.narratives:
            n, start = (
                self._desk.panel.narratives.index(spike.narrative_id),
                self._t - (self._day - spike.day).days,
            )
            level = max((self._level(n, t) for t in range(start, self._t)), default=0.0)
        return Sent(spike=spike, articles=articles, level=level)

    def storms(self, earlier: Sequence[Spike], taken: set[int]) -> list[Spike]:
        """Narratives whose articles stand out while their texts do not: one text repeated; named once in the quiet days."""
        raw, exposure, until = (
            self._series.raw,
            self._series.exposure,
            baseline_end(self._t, self._desk.rules),
        )
        part = slice(max(0, self._t - BURST_DAYS + 1), self._t + 1)
        observed = raw[:, part].sum(1)
        law = fit(raw, exposure, until=until, days=self._desk.rules.baseline_days).expect(
            exposure[:, part].sum(1), BURST_DAYS
        )
        rare = upper_tail(observed, law) <= STORM_P
        named = {
            item.narrative_id for item in earlier if item.decision == "suppressed" and item.day < self._day
        }
        suspects = np.nonzero((observed >= STORM_ARTICLES) & (rare | ~self._family))[0]
        return [
            spike
            for n in suspects
            if self._desk.panel.narratives[n] not in taken | named
            for spike in self._storm(int(n))
        ]

    def _storm(self, n: int) -> list[Spike]:
        facts = self._facts(n, BURST_DAYS)
        is_storm = facts.largest_group >= STORM_ARTICLES and facts.largest_group_share >= STORM_SHARE
        if not is_storm or facts.largest_group_outlets < self._floor:
            return []
        note = f"named: {facts.largest_group} articles of {facts.largest_group_outlets} outlets are one text"
        return [
            replace(
                self._spike(n, self._burst, "fast"), decision="suppressed", checks={"reprint_storm": note}
            )
        ]

    @property
    def _burst(self) -> WindowTest:
        return next(item for item in self._tests.fast if item.days == BURST_DAYS)

    def _facts(self, n: int, days: int) -> WindowFacts:
        return self._desk.facts(
            self._desk.panel.narratives[n], self._day - timedelta(days=days - 1), self._day
        )

    def _level(self, n: int, t: int) -> float:
        return float(self._series.y[n, max(0, t - BURST_DAYS + 1) : t + 1].sum())

    def _spike(self, n: int, window: WindowTest, detector: Detector) -> Spike:
        facts, narrative_id = self._facts(n, window.days), self._desk.panel.narratives[n]
        return Spike(
            spike_id=f"{narrative_id}-{self._day.isoformat()}", narrative_id=narrative_id, day=self._day, window_days=window.days,
            observed=float(window.observed[n]), expected=float(window.expected[n]), p_value=float(window.p[n]), q_value=1.0,
            cusum=float(self._tests.cusum[n]), detector=detector, outlets=facts.outlets, countries=facts.countries,
            languages=facts.languages, articles=facts.articles, reprint_share=facts.reprint_share, decision="digest", run_id=self._run_id,
        )  # fmt: skip
