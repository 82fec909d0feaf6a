"""Why an alarm rang or did not: every gate of one narrative, or of one daily group, on one day, with its
figure.

The same arrays and the same functions as the test itself; nothing is stored. What the day's decision looked
at besides - quiet days, the same story under another number, the budget - is read from the stored spike.
"""

from __future__ import annotations

from collections.abc import Sequence

from analysis.spikes import groups
from analysis.spikes.examined_day import ExaminedDay
from config.settings import SpikeSettings
from storage.records import Spike

Gates = dict[str, str]
"""Gate -> `held: ...` or `not held: ...`, in the order in which they are asked."""


def gates_of(tested: ExaminedDay, number: int, stored: Sequence[Spike]) -> Gates:
    """The gates of a narrative, or of a group by its key.

    Args:
        stored: spikes of the day.
    """
    if not tested.is_watched:
        return {"seen": "not held: too little was seen that day for any test"}
    if number not in tested.evidence.panel.narratives:
        return {"told": "not held: nothing told it in the weeks before and it is not watched"}
    n = tested.evidence.panel.row_of(number)
    if not tested.has_baseline(n):
        return {"baseline": _no_baseline(tested.evidence.rules, number)}
    return _of_test(tested, n) | _decision(number, stored)


def _no_baseline(rules: SpikeSettings, number: int) -> str:
    if groups.is_group(number):
        return f"not held: fewer than {rules.min_history_days} days were watched before it"
    return (
        f"not held: told on too few days, or for fewer than {rules.min_history_days}; "
        "until then its daily groups are tested"
    )


def _of_test(tested: ExaminedDay, n: int) -> Gates:
    """What the test asks: texts, ratio, error rates, outlets, explanations."""
    facts, findings = tested.explained(n)
    outlets = (
        f"{facts.own_outlets} outlets in {facts.own_texts} texts of their own, at least {tested.outlet_floor}"
    )
    return {
        **_of_counts(tested, n),
        "outlets": _said(facts.own_outlets >= tested.outlet_floor, outlets),
        **{name: _said(not item.explains, item.text) for name, item in findings.items()},
    }


def _of_counts(tested: ExaminedDay, n: int) -> Gates:
    """What the test asks of counts alone."""
    rules, found = tested.evidence.rules, tested.figures(n)
    days = f"{found.window_days} day{'s' * (found.window_days > 1)}"
    ratio = found.observed / max(found.expected, 1e-9)
    return {
        "texts": _said(
            found.observed >= tested.text_floor(n),
            f"{found.observed:.1f} damped texts in {days}, at least {tested.text_floor(n):.1f}",
        ),
        "ratio": _said(
            ratio >= rules.min_ratio,
            f"{ratio:.1f} times the {found.expected:.2f} expected, at least {rules.min_ratio:g}",
        ),
        "error": _said(
            found.q_value <= rules.fdr, f"p {found.p_value:.1g}, q {found.q_value:.1g}, at most {rules.fdr:g}"
        ),
        "cumulated": _said(
            found.cusum > rules.cusum_threshold,
            f"the sum of small rises is {found.cusum:.1f}, alarm above {rules.cusum_threshold:g}",
        ),
    }


def _said(held: bool, text: str) -> str:
    return f"held: {text}" if held else f"not held: {text}"


def _decision(number: int, stored: Sequence[Spike]) -> Gates:
    """What was decided that day, and what kept it from people."""
    told = [spike for spike in stored if spike.narrative_id == number]
    if not told:
        return {"decision": "nothing was asked for"}
    asked = [name for name in ("quiet", "same_story", "budget") if name in told[0].checks]
    kept = {str(name): f"not held: {told[0].checks[name]}" for name in asked}
    return kept | {"decision": f"{told[0].decision}, by the {told[0].detector} test"}
