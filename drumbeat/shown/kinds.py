"""Kinds of narratives in words: what pages, reports and commands say of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drumbeat.shown.safe import one_line
from storage.records import Judgement, Kind

TITLES: Mapping[Kind, str] = {"claim": "Claims", "event": "Events", "subject": "Subjects", "form": "Forms"}
MEANINGS: Mapping[Kind, str] = {
    "claim": "What is asserted, across events. Watched statements stand here too, "
    "and what no run has judged yet.",
    "event": "One happening, told within days.",
    "subject": "What is written about on many occasions; its texts report and do not assert.",
    "form": "Weather, markets, schedules: texts that come back with other figures.",
}


def kind_title(kind: Kind) -> str:
    """`Claims`."""
    return TITLES[kind]


def kind_meaning(kind: Kind) -> str:
    """What a kind is, in a sentence or two."""
    return MEANINGS[kind]


def kind_reasons(judged: Judgement) -> str:
    """Why a narrative was judged to be what it is, in figures."""
    return reasons_in_words(judged.reasons)


def reasons_in_words(reasons: Mapping[str, Any]) -> str:
    """The reasons of a judgement as sentences; what is not known is left out."""
    parts = [_decided(reasons), _evidence(reasons), _told(reasons)]
    return " ".join(f"{part[0].upper()}{part[1:]}." for part in parts if part)


def _decided(reasons: Mapping[str, Any]) -> str:
    decided, by = one_line(str(reasons.get("decided", ""))), reasons.get("by")
    return f"decided by {decided}, {one_line(str(by))}" if by else decided


def _evidence(reasons: Mapping[str, Any]) -> str:
    found, needed = reasons.get("evidence"), reasons.get("needed")
    return (
        "" if found is None or needed is None else f"evidence of a claim {found:.2f}, {needed:.2f} is needed"
    )


def _told(reasons: Mapping[str, Any]) -> str:
    if "texts" not in reasons:
        return ""
    outlets, texts = reasons.get("outlets", 0), reasons["texts"]
    within = reasons.get("within_a_week", 0.0)
    return f"texts {texts}, outlets {outlets}, within one week {within:.0%}"
