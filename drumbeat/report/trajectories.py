"""Which word is said of which figure. Every report prints this table in its annex."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

SHARPLY, CLEARLY, FELL = 3.0, 1.5, 0.5
"""Times the expectation, or the period before: from how much on something rose sharply, rose, and up to how
much it fell. Chosen, not measured; a rise is told only where a test found it."""
SURE_Q, LIKELY_Q = 0.01, 0.05
"""False discovery rates. Chosen, not measured."""
SURE_OUTLETS, LIKELY_OUTLETS = 5, 3
"""Outlets with texts of their own. Chosen, not measured."""

WORDS_EXPLAINED: Final = (
    f"Rose sharply: {SHARPLY:g} times the expected or more; rose: {CLEARLY:g} times or more; somewhat more "
    f"than usual: less than that, and a test found it; fell: {FELL:g} times or less; fell silent: no "
    f"text. Against the period before: grew, {CLEARLY:g} times or more; died down, {FELL:g} times or less; "
    "held its level, between.",
    f"Confidence high: q at most {SURE_Q:g} and texts of their own in {SURE_OUTLETS} outlets or more; "
    f"moderate: q at most {LIKELY_Q:g} and {LIKELY_OUTLETS} outlets; low: less than that, or no test. First: "
    "nothing speaks against it; probably first: the dates leave a doubt, which the claim's page names.",
    "State-controlled: classed by the list named on the claim's page as state-controlled, captured public or "
    "captured private media (SC, CaPu, CaPr); independent: ISFM, ISF, ISM, IP.",
)


def of_ratio(ratio: float | None) -> str:
    """The phrase for texts over expectation."""
    if ratio is None or ratio >= SHARPLY:
        return "rose_sharply" if ratio is not None else "rose"
    return "rose" if ratio >= CLEARLY else "rose_a_little"


def of_fall(observed: float) -> str:
    """The phrase for what fell."""
    return "fell" if observed > 0 else "silent"


def since(then: float, now: float) -> str:
    """The phrase for what became of a finding."""
    if now == 0:
        return "silent"
    if now <= FELL * then:
        return "died_down"
    return "grew" if now >= CLEARLY * then else "held"


def confidence(q_value: float | None, own_text_outlets: int) -> str:
    """The phrase for how much evidence there is."""
    if q_value is None:
        return "confidence_untested"
    if q_value <= SURE_Q and own_text_outlets >= SURE_OUTLETS:
        return "confidence_high"
    if q_value <= LIKELY_Q and own_text_outlets >= LIKELY_OUTLETS:
        return "confidence_moderate"
    return "confidence_low"


def side(sides: Sequence[Mapping[str, Any]], name: str) -> tuple[int, Mapping[str, Any]] | None:
    """What one side told, with its place in the list; None where it told nothing."""
    return next(((place, item) for place, item in enumerate(sides) if item["side"] == name), None)
