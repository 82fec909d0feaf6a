"""The tests of one day: what stands out, with its facts and innocent explanations. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np

from analysis.arrays import Floats, places_where
from analysis.counts.panel import Flags
from analysis.counts.reach import FAST_DAYS
from analysis.counts.series import series_of
from analysis.spikes import groups, policy
from analysis.spikes.baseline import fit, upper_tail
from analysis.spikes.checks import STORM_ARTICLES, STORM_SHARE, Case, Finding, explanations
from analysis.spikes.day_evidence import DayEvidence
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
"""How rare a window's articles must be for a narrative with a baseline to be looked at for a storm. Chosen,
not measured.
"""
BURST_DAYS = max(FAST_DAYS)
_FACTS = ("outlets", "countries", "languages", "articles", "reprint_share")
_NO_FACTS: Mapping[str, Any] = dict.fromkeys(_FACTS, 0)


class ExaminedDay:
    """The tests of one day."""

    def __init__(self, evidence: DayEvidence, day: date, run_id: str, *, running: bool) -> None:
        self.evidence, self.day, self._run_id = evidence, day, run_id
        self._panel, self._rules = evidence.panel, evidence.rules
        self._t = (day - evidence.panel.days[0]).days
        self._running = self._t if running else None
        self._until = baseline_end(self._t, self._rules)
        self._series = series_of(self._panel, until=self._until, running=self._running)
        self._told_by: dict[int, int] = {}
        """Group -> the narrative that is tested in its place."""

    @property
    def is_watched(self) -> bool:
        """Whether somebody watched that day, and saw enough of it."""
        return bool(self._panel.live[self._t] and self._series.exposure[:, self._t].any())

    @cached_property
    def _tests(self) -> DayTest:
        floors = policy.text_floor(self._active, self._rules), groups.least_of(self._rules)
        least = np.array([floors[groups.is_group(number)] for number in self._panel.narratives])
        return examine(self._series.y, self._series.exposure, day=self._t, rules=self._rules, least=least)

    @property
    def _active(self) -> int:
        """Sources seen that day."""
        return int(self._series.active[self._t])

    @property
    def outlet_floor(self) -> int:
        """Outlets with own texts that a spike of the day needs."""
        return policy.outlet_floor(self._active, self._rules)

    @property
    def family_size(self) -> int:
        """Narratives with a baseline."""
        return sum(not groups.is_group(self._panel.narratives[n]) for n in places_where(self._family))

    @cached_property
    def _family(self) -> Flags:
        """Narratives with a baseline, whose tests count."""
        watched = np.array([self._is_counted_back(key) for key in self._panel.narratives], dtype=np.bool_)
        able = has_baseline(
            self._series.y, self._tests.baseline, day=self._t, watched=watched, rules=self._rules
        )
        return np.asarray(able & (self._series.exposure[:, self._t] > 0), dtype=np.bool_)

    def _is_counted_back(self, number: int) -> bool:
        """Whether what was told before it was found counts: of a statement, and near a group's centroid.

        A group is new in the world only after days of watching: history that was loaded says little of them.
        """
        watched_days = int(self._panel.live[: self._until].sum())
        if groups.is_group(number):
            return watched_days >= self._rules.min_history_days
        return self.evidence.is_watched(number)

    @cached_property
    def _account(self) -> policy.Account:
        is_known = np.array([not groups.is_group(key) for key in self._panel.narratives], dtype=np.bool_)
        return policy.false_discovery(self._tests, self._family, is_known)

    def has_baseline(self, n: int) -> bool:
        """Whether a row is tested against a baseline."""
        return bool(self._family[n])

    def text_floor(self, n: int) -> float:
        """Damped texts that a window of a row needs."""
        return float(self._tests.least[n])

    def explained(self, n: int) -> tuple[WindowFacts, dict[str, Finding]]:
        """Facts and innocent explanations of the louder window of a row, whether or not it stands out."""
        spike = self._tested_spike(n)
        facts = self._facts(n, spike.window_days)
        return facts, explanations(self._case(spike, facts))

    def candidates(self, earlier: Sequence[Spike], fixed: Collection[int]) -> list[Candidate]:
        """What stands out and holds the floors, explained ones taken down to the digest.

        Args:
            fixed: narratives that were decided on before.
        """
        found = [self._standing_out(n) for n in places_where(self._family)]
        standing = [self._of_holder(item) for item in found if item is not None]
        taken = {item.spike.narrative_id for item in standing}
        strongest = policy.strongest([*standing, *self._new(earlier, taken)])
        return [item for item in strongest if item.spike.narrative_id not in fixed]

    def _new(self, earlier: Sequence[Spike], taken: Collection[int]) -> list[Candidate]:
        """Narratives without a baseline that are told widely and by no group of theirs."""
        numbers = self._panel.narratives
        told = {item.narrative_id for item in earlier if item.day < self.day}
        rows = [n for n in self._without_baseline if numbers[n] not in taken]
        found = [self._emerging(n, known=numbers[n] in told) for n in rows]
        return [item for item in found if item is not None]

    @cached_property
    def _without_baseline(self) -> list[int]:
        """Rows of narratives that no test against a baseline can be made of."""
        numbers = self._panel.narratives
        rest = [n for n in places_where(~self._family) if not groups.is_group(numbers[n])]
        return [n for n in rest if not self.evidence.is_watched(numbers[n])]

    def _of_holder(self, item: Candidate) -> Candidate:
        """A group that a narrative without a baseline tells is that narrative's own."""
        holder = self.evidence.holders.get(item.spike.narrative_id)
        if holder not in {self._panel.narratives[n] for n in self._without_baseline}:
            return item
        self._told_by[item.spike.narrative_id] = holder
        return replace(item, spike=groups.told_of(item.spike, holder))

    def quiet_groups(self) -> dict[int, Spike]:
        """Every group that was tested, as if nothing were asked for; by key."""
        numbers = self._panel.narratives
        found = [self.figures(n) for n in places_where(self._family) if groups.is_group(numbers[n])]
        told = self._told_by
        return {item.narrative_id: groups.said_by(item, told.get(item.narrative_id)) for item in found}

    def figures(self, n: int) -> Spike:
        """What the fast detector finds, without facts, which are read only for what stands out."""
        bare = self._bare(n, policy.best_window(self._tests, n), self._detector(n))
        return replace(self._rated(bare, n), decision="suppressed")

    def _rated(self, spike: Spike, n: int) -> Spike:
        """A spike with p and q of the fast detector."""
        return replace(spike, p_value=float(self._account.p[n]), q_value=float(self._account.q[n]))

    def _detector(self, n: int) -> Detector:
        """The name of the fast detector: of a group it says that something emerges."""
        return "emergence" if groups.is_group(self._panel.narratives[n]) else "fast"

    def _tested_spike(self, n: int) -> Spike:
        """The louder window of the fast detector, with p and q."""
        return self._rated(self._spike(n, policy.best_window(self._tests, n), self._detector(n)), n)

    def _standing_out(self, n: int) -> Candidate | None:
        """A row that a detector asks something for; the slow one is asked of narratives only."""
        fast, slow = self._fast_tier(n), self._slow_tier(n)
        if fast == "mail" or (fast and slow != "mail"):
            return self._checked(n, self._tested_spike(n), fast)
        if slow:
            p, q = float(self._account.slow_p[n]), float(self._account.slow_q[n])
            spike = replace(self._spike(n, self._tests.slow, "slow"), p_value=p, q_value=q)
            return self._checked(n, spike, slow)
        return None

    def _fast_tier(self, n: int) -> Tier:
        window, q = policy.best_window(self._tests, n), float(self._account.q[n])
        return policy.fast_tier(q, float(window.observed[n]), float(window.expected[n]), self._rules)

    def _slow_tier(self, n: int) -> Tier:
        return policy.slow_tier(self._account.slow_q[n], self._tests.cusum[n], self._rules)

    def _emerging(self, n: int, *, known: bool) -> Candidate | None:
        """A narrative without a baseline; one for the digest is told once."""
        window = self._burst
        if window.observed[n] < self._tests.least[n]:
            return None
        facts = self._emergence_facts(n, window.days)
        tier = emergence(facts, active=self._active, watch=self.evidence.watch)
        if not tier or (tier == "digest" and known):
            return None
        spike = self._spike(n, window, "emergence")
        return self._checked(n, replace(spike, expected=0.0, p_value=1.0), tier)

    def _emergence_facts(self, n: int, days: int) -> EmergenceFacts:
        facts, narrative_id = self._facts(n, days), self._panel.narratives[n]
        return EmergenceFacts(
            outlets=facts.own_outlets,
            countries=facts.countries,
            languages=facts.languages,
            largest_group_share=facts.largest_group_share,
            novelty=self.evidence.novelty(narrative_id, self.day),
        )

    def _checked(self, n: int, spike: Spike, tier: Tier) -> Candidate | None:
        """The candidate with its explanations; nothing if too few outlets tell it in their own words."""
        facts = self._facts(n, spike.window_days)
        few = groups.is_group(self._panel.narratives[n]) and facts.own_texts < groups.texts_of(self._rules)
        if facts.own_outlets < self.outlet_floor or few:
            return None
        findings = explanations(self._case(spike, facts))
        explained = any(finding.explains for finding in findings.values())
        checks = {name: finding.text for name, finding in findings.items()}
        return Candidate(
            spike=replace(spike, checks=checks),
            tier="digest" if explained else tier,
            watched=self.evidence.is_watched(spike.narrative_id),
            articles=facts.article_ids,
            level=self._level(n, self._t),
        )

    def _case(self, spike: Spike, facts: WindowFacts) -> Case:
        return Case(
            panel=self._panel,
            series=self._series,
            narrative_id=spike.narrative_id,
            day=self._t,
            window_days=spike.window_days,
            observed=spike.observed,
            expected=spike.expected,
            facts=facts,
            rules=self._rules,
            running=self._running,
            owners=self.evidence.owners,
        )

    def sent(self, spike: Spike) -> Sent:
        """An earlier alert with what its narrative brought since."""
        first = spike.day - timedelta(days=spike.window_days - 1)
        facts = self.evidence.facts(spike.narrative_id, first, self.day)
        return Sent(spike=spike, articles=facts.article_ids, level=self._level_since(spike))

    def _level_since(self, spike: Spike) -> float:
        """The highest level of an alerted narrative before the tested day; 0 for one that is not tested any
        more.
        """
        if spike.narrative_id not in self._panel.narratives:
            return 0.0
        n = self._panel.row_of(spike.narrative_id)
        days = range(self._t - (self.day - spike.day).days, self._t)
        return max((self._level(n, t) for t in days), default=0.0)

    def storms(self, earlier: Sequence[Spike], taken: Collection[int]) -> list[Spike]:
        """Narratives whose articles stand out while their texts do not: one text repeated; named once in the
        quiet days.
        """
        named = {
            item.narrative_id for item in earlier if item.decision == "suppressed" and item.day < self.day
        }
        quiet = named.union(taken)
        suspects = (n for n in self._repeated() if self._panel.narratives[n] not in quiet)
        return [spike for n in suspects if (spike := self._storm(n)) is not None]

    def _repeated(self) -> list[int]:
        """Rows of narratives with many articles in the burst, more than their articles before let expect."""
        raw, exposure = self._series.raw, self._series.exposure
        part = slice(max(0, self._t - BURST_DAYS + 1), self._t + 1)
        observed: Floats = raw[:, part].sum(1)
        baseline = fit(raw, exposure, until=self._until, days=self._rules.baseline_days)
        rare = upper_tail(observed, baseline.expect(exposure[:, part].sum(1), BURST_DAYS)) <= STORM_P
        repeated = places_where((observed >= STORM_ARTICLES) & (rare | ~self._family))
        return [n for n in repeated if not groups.is_group(self._panel.narratives[n])]

    def _storm(self, n: int) -> Spike | None:
        facts = self._facts(n, BURST_DAYS)
        is_storm = facts.largest_group >= STORM_ARTICLES and facts.largest_group_share >= STORM_SHARE
        if not is_storm or facts.largest_group_outlets < self.outlet_floor:
            return None
        note = f"named: {facts.largest_group} articles of {facts.largest_group_outlets} outlets are one text"
        spike = self._spike(n, self._burst, "fast")
        return replace(spike, decision="suppressed", checks={"reprint_storm": note})

    @property
    def _burst(self) -> WindowTest:
        return next(item for item in self._tests.fast if item.days == BURST_DAYS)

    def _facts(self, n: int, days: int) -> WindowFacts:
        return self.evidence.facts(self._panel.narratives[n], self.day - timedelta(days=days - 1), self.day)

    def _level(self, n: int, t: int) -> float:
        return float(self._series.y[n, max(0, t - BURST_DAYS + 1) : t + 1].sum())

    def _spike(self, n: int, window: WindowTest, detector: Detector) -> Spike:
        """A row's window with its facts."""
        facts = self._facts(n, window.days)
        return replace(
            self._bare(n, window, detector),
            outlets=facts.outlets,
            countries=facts.countries,
            languages=facts.languages,
            articles=facts.articles,
            reprint_share=facts.reprint_share,
        )

    def _bare(self, n: int, window: WindowTest, detector: Detector) -> Spike:
        """A row's window as it was tested."""
        number = self._panel.narratives[n]
        return Spike(
            spike_id=f"{number}-{self.day.isoformat()}",
            narrative_id=number,
            day=self.day,
            window_days=window.days,
            observed=float(window.observed[n]),
            expected=float(window.expected[n]),
            p_value=float(window.p[n]),
            q_value=1.0,
            cusum=float(self._tests.cusum[n]),
            detector=detector,
            decision="digest",
            **_NO_FACTS,
            run_id=self._run_id,
        )
