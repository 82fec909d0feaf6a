"""Innocent explanations of a spike: each is looked at, and what was found is written down.

A check answers `ruled out: ...` or `named: ...`; a named explanation that suffices to explain the spike makes
it a matter for the digest.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

import numpy as np

from analysis.arrays import Floats
from analysis.counts.panel import Panel
from analysis.counts.series import Series, series_of
from analysis.spikes.baseline import Expected, fit, upper_tail
from analysis.spikes.detectors import baseline_end
from analysis.spikes.facts import WindowFacts
from analysis.spikes.owners import largest_house
from config.settings import SpikeSettings

RETEST_P = 0.01
"""What a spike must still reach without the outlets under suspicion: they are fewer, so the bar is lower than
for an alert. Chosen, not measured.
"""
YOUNG_DAYS = 14
"""Seen days before the guard band that make an outlet part of the baseline. Chosen, not measured."""
RECOVERY_DAYS = 3
"""Days after an outage in which a backlog may come in: live finds that are older than 72 h are late and
never counted. By definition of late."""
ONE_OUTLET_SHARE = 0.6
"""More of the own texts than this by one outlet is that outlet's matter, ... Chosen, not measured."""
ONE_OUTLET_P = 0.01
"""... if its share of all output makes so many of them this rare: of two outlets one may write three times as
much as the other, and tells most of everything. Chosen, not measured.
"""
BUSY_DAY = 1.5
"""All output over the usual from which it is named as an explanation. Chosen, not measured."""
STORM_SHARE = 0.5
"""A storm is half of the articles as one text ... Chosen, not measured."""
STORM_ARTICLES = 6
"""... and so many of them: fewer reprints are a wire's daily bread. Chosen, not measured."""
RHYTHM_SHARE = 0.7
"""A window is a matter of rhythm if at least two of the four weeks before had so large a share of it on the
same weekdays. Chosen, not measured.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A narrative's window that stands out."""

    panel: Panel
    series: Series
    narrative_id: int
    day: int
    window_days: int
    observed: float
    expected: float
    facts: WindowFacts
    rules: SpikeSettings
    running: int | None
    """Index of the day that is not over."""
    owners: Mapping[str, str] = field(default_factory=dict)
    """Source -> the house that it shares with other outlets (`owners.owners_of`)."""

    @property
    def first(self) -> int:
        """Index of the window's first day."""
        return max(0, self.day - self.window_days + 1)

    @property
    def row(self) -> int:
        """The narrative's place in the arrays."""
        return self.panel.row_of(self.narrative_id)

    @property
    def carriers(self) -> list[str]:
        """Sources with articles in the window, by id."""
        return [
            source
            for source, _, articles in self.panel.cells_of(self.narrative_id, self.first, self.day)
            if articles
        ]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    text: str
    explains: bool = False
    """The explanation suffices: no alert."""


def _ruled_out(text: str) -> Finding:
    return Finding(f"ruled out: {text}")


def _named(text: str, *, explains: bool) -> Finding:
    return Finding(f"named: {text}", explains)


def explanations(case: Case) -> dict[str, Finding]:
    """Every check's finding, by name."""
    return {name: check(case) for name, check in sorted(CHECKS.items())}


def stands_without(case: Case, excluded: Collection[str]) -> bool:
    """Whether the window still stands out when these sources had never been seen."""
    panel = case.panel.without(excluded).only(case.narrative_id)
    observed, law = _window_without(case, panel)
    outlets = sum(own > 0 for _, own, _ in panel.cells_of(case.narrative_id, case.first, case.day))
    rare = float(upper_tail(observed, law)[0]) <= RETEST_P
    return outlets >= 2 and rare and float(observed[0]) >= case.rules.min_ratio * float(law.mean[0])


def _window_without(case: Case, panel: Panel) -> tuple[Floats, Expected]:
    """What was observed in the window, and what to expect of it, in a panel of the narrative alone."""
    until, part = baseline_end(case.day, case.rules), slice(case.first, case.day + 1)
    series = series_of(panel, until=until, running=case.running)
    baseline = fit(series.y, series.exposure, until=until, days=case.rules.baseline_days)
    law = baseline.expect(series.exposure[:, part].sum(1), case.window_days)
    return np.asarray(series.y[:, part].sum(1), dtype=np.float64), law


def _volume(case: Case) -> Finding:
    volume = float(np.max(case.series.volume[case.first : case.day + 1]))
    if volume >= BUSY_DAY:
        return _named(
            f"all output was up to {volume:.1f} times the usual; the expectation allows for it",
            explains=False,
        )
    return _ruled_out(f"all output together was at most {volume:.1f} times the usual")


def _new_outlet(case: Case) -> Finding:
    until = baseline_end(case.day, case.rules)
    seen = (case.panel.weight[:, :until] > 0).sum(1)
    young = [source for source in case.carriers if seen[case.panel.sources.index(source)] < YOUNG_DAYS]
    if not young:
        return _ruled_out("every carrier has been watched for two weeks or longer")
    if stands_without(case, young):
        return _ruled_out(f"it stands without the new outlets {', '.join(young)}")
    return _named(f"it rests on the new outlets {', '.join(young)}", explains=True)


def _outage_recovery(case: Case) -> Finding:
    back = [source for source in case.carriers if _came_back(case, source)]
    if back and _was_off(case):
        back = [source for source in back if _has_backlog(case, source)]
        if not back:
            return _ruled_out("most outlets came back together, and the carriers wrote no more than usual")
    if not back:
        return _ruled_out("no carrier came back from an outage")
    if stands_without(case, back):
        return _ruled_out(f"it stands without {', '.join(back)}, back from an outage")
    return _named(f"it rests on {', '.join(back)}, back from an outage", explains=True)


def _came_back(case: Case, source: str) -> bool:
    """Whether it was seen, then not seen shortly before the window's last day, in the window or before it."""
    weight = case.panel.weight[case.panel.sources.index(source)]
    start = max(0, case.first - RECOVERY_DAYS)
    return bool((weight[:start] > 0).any() and (weight[start : case.day] <= 0).any())


def _was_off(case: Case) -> bool:
    """Whether most of the outlets came back together: it was the watching that stopped, and to set all of
    them aside would leave nothing to judge by.
    """
    back = sum(_came_back(case, source) for source in case.panel.sources)
    return 2 * back > len(case.panel.sources)


def _has_backlog(case: Case, source: str) -> bool:
    """Whether an outlet wrote clearly more a day in the window than on the days before on which it was seen:
    what an outage kept back comes in beside what is new.
    """
    place = case.panel.sources.index(source)
    output, seen = case.panel.output[place], case.panel.weight[place] > 0
    until, part = baseline_end(case.day, case.rules), slice(case.first, case.day + 1)
    if not seen[:until].any():
        return True
    usual = float(output[:until][seen[:until]].mean())
    now = float(output[part][seen[part]].mean()) if seen[part].any() else 0.0
    return now > BUSY_DAY * usual


def _reprint_storm(case: Case) -> Finding:
    facts = case.facts
    text = f"{facts.largest_group} articles of {facts.largest_group_outlets} outlets are one text"
    if facts.largest_group >= STORM_ARTICLES and facts.largest_group_share >= STORM_SHARE:
        left = (
            facts.own_texts - 1 >= case.rules.min_count
            and facts.own_texts - 1 >= case.rules.min_ratio * case.expected
        )
        return _named(text, explains=not left)
    return _ruled_out(
        f"{facts.articles} articles are {facts.own_texts} own texts of {facts.own_outlets} outlets"
    )


def _backfill(case: Case) -> Finding:
    if not bool(case.panel.live[case.first : case.day + 1].all()):
        return _named("part of the window lies before the first live day", explains=True)
    loaded, live = case.facts.backfill, case.facts.articles - case.facts.backfill
    if loaded > live or (loaded and live < case.rules.min_count):
        return _named(
            f"{case.facts.backfill} of {case.facts.articles} articles are history loaded later", explains=True
        )
    return _ruled_out(f"seen live, {case.facts.backfill} of {case.facts.articles} articles loaded as history")


def _dates(case: Case) -> Finding:
    weak, articles = case.facts.weak_dates, case.facts.articles
    if weak * 2 > articles:
        return _named(
            f"{weak} of {articles} articles have no date to rely on and count on the day they were seen",
            explains=False,
        )
    return _ruled_out(
        f"{articles - weak} of {articles} articles have a date to rely on; late finds are not counted"
    )


def _one_outlet(case: Case) -> Finding:
    top, texts = case.facts.top_outlet_texts, max(case.facts.own_texts, 1)
    if top <= ONE_OUTLET_SHARE * texts:
        return _ruled_out(f"no outlet wrote more than {top} of {texts} texts")
    cells = case.panel.cells_of(case.narrative_id, case.first, case.day)
    outlet = max(cells, key=lambda cell: (cell[1], cell[0]), default=("", 0.0, 0.0))[0]
    return _by_few(case, "one outlet alone", top, texts, [outlet])


def _one_owner(case: Case) -> Finding:
    cells = case.panel.cells_of(case.narrative_id, case.first, case.day)
    own = {source: texts for source, texts, _ in cells}
    name, outlets = largest_house(own, case.owners)
    told, texts = round(sum(own[one] for one in outlets)), max(round(sum(own.values())), 1)
    if told <= ONE_OUTLET_SHARE * texts:
        return _ruled_out("no house of several outlets wrote most of the texts")
    house = [source for source, owner in case.owners.items() if owner == name]
    return _by_few(case, f"{len(outlets)} outlets of one house ({name})", told, texts, house)


def _by_few(case: Case, who: str, told: int, texts: int, outlets: Collection[str]) -> Finding:
    """Whether so many of the texts by some outlets are more than their share of all output makes likely."""
    from scipy.special import bdtrc

    share = _share_of_output(case, outlets)
    found = f"{who} wrote {told} of {texts} texts, and writes {share:.0%} of all that is seen"
    if bdtrc(told - 1, texts, min(share, 1.0)) <= ONE_OUTLET_P:
        return _named(found, explains=True)
    return _ruled_out(found)


def _share_of_output(case: Case, outlets: Collection[str]) -> float:
    """Share of some outlets in all output that was seen up to the window's end; 1 where none is known."""
    places = [case.panel.sources.index(source) for source in outlets if source in case.panel.sources]
    if not places:
        return 1.0
    output = (case.panel.output * (case.panel.weight > 0))[:, : case.day + 1].sum(1)
    return float(output[places].sum() / max(output.sum(), 1e-9))


def _calendar(case: Case) -> Finding:
    row = case.series.y[case.row]
    weeks = [float(row[max(0, case.first - 7 * n) : max(0, case.day + 1 - 7 * n)].sum()) for n in range(1, 5)]
    alike = sum(value >= RHYTHM_SHARE * case.observed for value in weeks)
    if alike >= 2:
        return _named(f"{alike} of the 4 weeks before had as much on the same weekdays", explains=True)
    return _ruled_out(
        "the same weekdays of the 4 weeks before had less; "
        "yearly dates cannot be told from so short a history"
    )


CHECKS: dict[str, Callable[[Case], Finding]] = {
    "backfill": _backfill,
    "calendar": _calendar,
    "dates": _dates,
    "new_outlet": _new_outlet,
    "one_outlet": _one_outlet,
    "one_owner": _one_owner,
    "outage_recovery": _outage_recovery,
    "reprint_storm": _reprint_storm,
    "volume": _volume,
}
"""Innocent explanation -> its check."""
