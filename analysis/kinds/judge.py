"""What kind of thing a narrative is. Pure.

    claim    what is asserted, by framing, across events
    event    one happening, told within days
    subject  what is written about
    form     weather, markets, schedules: what comes back with other figures

The head (`head.py`) says how much each text reads like a claim. Their mean alone will not do: of many small
groups of unrelated texts some have a high mean by chance. So the mean is drawn to 0, where unrelated pages
lie, as by `DRAWN` texts that lie there, and what is left is the evidence:

    evidence = sum of the texts' scores / (texts + DRAWN)

Nothing here depends on what else was collected.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from analysis.arrays import Floats
from storage.records import Kind

DRAWN = 12
"""Texts by which a mean is drawn to that of ordinary texts. Measured on the passages of half of the
publishers of 961 unrelated pages, grouped as a refit does, at thresholds midway to the sample world's planted
ones: share in claims 0.07 with 4, 0.03 with 8, 0.02 with 12.
"""
CLAIM = 0.18
"""Evidence from which a narrative is a claim. Measured: between the greatest of ordinary coverage of the
sample world at any refit (0.10) and the least of its planted narratives from the third week on (0.23).
Unrelated pages of that half of the publishers count more: nearer to the former, and the share of their
passages in claims doubles. The other half was not looked at for it.
"""
ONE_EVENT_BAR = 0.06
"""What a narrative must have more when most of its texts tell one event: it may be that event, told with
feeling. Measured on 42 English events, a narrative each (ECB+): 8 would be claims without the bar, 3 with it,
2 with twice of it, which would cost the newest claims.
"""
HOLD = 0.06
"""What a narrative that is a claim needs less to stay one: a quiet month leaves few texts in the window, and
names that change every week help nobody. Chosen, not measured.
"""
SLOPE = 0.08
"""How fast the grade goes from 0 to 1 with the evidence. Chosen, not measured; it orders nothing anew."""
EVENT_DAYS = 7
"""Days within which an event is told, by definition: as `analysis.narratives.events` has it."""
MOST = 0.8
"""Share of the texts told within those days that makes an event; chosen, not measured."""
ONE_EVENT = 0.5
"""Share of the articles that makes them tell one event; chosen, not measured."""


class Facts(NamedTuple):
    """What is known of a narrative; texts are distinct ones, reprints apart."""

    scores: Floats | None
    """Of the head, one a text; None where there is no head for these vectors."""
    days: Sequence[int]
    """The day each text was first told, as ordinals."""
    outlets: int
    one_event: float
    """Share of the articles that tell the event which most of them tell."""
    is_form: bool
    was_claim: bool = False
    """Whether it was judged a claim the last time."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A kind with how much speaks for a claim and why."""

    kind: Kind | None
    """None: nobody can say, since there is no head for these vectors."""
    grade: float
    reasons: Mapping[str, Any]


def judge(facts: Facts) -> Verdict:
    """What the facts say."""
    found, needed = evidence(facts.scores), needed_for(facts)
    within = told_within(facts.days, EVENT_DAYS)
    grade = 0.0 if found is None else _grade(found - needed)
    kind, decided = _kind(facts, found, needed, within)
    reasons = {**_figures(facts, found, needed, within), "decided": decided}
    return Verdict(kind, round(grade, 3), reasons)


def _figures(facts: Facts, found: float | None, needed: float, within: float) -> dict[str, float | None]:
    """What a verdict rests on, rounded as it is kept."""
    return {
        "texts": len(facts.days),
        "outlets": facts.outlets,
        "evidence": None if found is None else round(found, 3),
        "needed": round(needed, 3),
        "within_a_week": round(within, 2),
        "one_event": round(facts.one_event, 2),
    }


def _kind(facts: Facts, found: float | None, needed: float, within: float) -> tuple[Kind | None, str]:
    """The kind, and what decided it."""
    if facts.is_form:
        return "form", "its texts come back with other figures"
    if found is not None and found >= needed:
        return "claim", "its texts assert"
    if within >= MOST:
        return "event", "told within a week"
    if found is None:
        return None, "there is no head for this embedding model"
    return "subject", "its texts report, on more than one occasion"


def evidence(scores: Floats | None) -> float | None:
    """The mean score drawn to that of unrelated pages."""
    return None if scores is None else float(np.sum(scores) / (len(scores) + DRAWN))


def needed_for(facts: Facts) -> float:
    """Evidence from which this narrative is a claim."""
    bar = ONE_EVENT_BAR if facts.one_event >= ONE_EVENT else 0.0
    return CLAIM + bar - (HOLD if facts.was_claim else 0.0)


def told_within(days: Sequence[int], length: int) -> float:
    """The largest share of the days that lies within `length` days; 0 of none."""
    given = np.sort(np.asarray(days, np.int64))
    if not len(given):
        return 0.0
    ends = np.searchsorted(given, given + length, side="left")
    return float((ends - np.arange(len(given))).max() / len(given))


def _grade(above: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, above / SLOPE))))
