"""The history of a narrative and the decisions on it, in words: what pages and commands say of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drumbeat.shown.safe import one_line
from storage.records import Correction, LineageEvent

WHAT: Mapping[str, str] = {
    "born": "first seen",
    "continued": "grew",
    "split_from": "split off",
    "merged_into": "merged",
    "dormant": "put to rest",
    "revived": "told again",
    "renamed": "another label",
    "drifted": "texts left it for a number of their own",
    "decided": "decided",
    "taken_back": "taken back",
}
DECIDED: Mapping[str, str] = {
    "rename": "renamed",
    "pin": "pinned: never merged, split or put to rest as a form",
    "mute": "muted: no alert and no rise of it is told",
    "merge": "merged with another narrative",
    "split": "passages split off into another narrative",
    "reject": "passages taken out",
    "assign": "passages put in",
    "together": "passages kept together",
    "apart": "kept apart",
    "kind": "judged",
    "note": "note",
    "link": "shown as the watched narrative",
    "unlink": "shown by itself, not as the watched narrative",
    "undo": "a decision taken back",
}


def event_words(event: LineageEvent) -> str:
    """What happened, with the figures and names that its record holds."""
    by = f", says {_text(event.detail, 'by')}" if event.detail.get("by") else ""
    if event.kind == "renamed":
        names = f"“{_text(event.detail, 'from')}” became “{_text(event.detail, 'to')}”"
        return f"{WHAT['renamed']}: {names}{by}"
    if event.kind == "decided":
        return f"{_decided(event.detail)}{by}"
    return ", ".join([WHAT[event.kind], *_figures(event.detail)]) + by


def _decided(detail: Mapping[str, Any]) -> str:
    """What an analyst decided; a number as the value only tells where a passage was before."""
    what, value = _text(detail, "what"), _text(detail, "value")
    return DECIDED.get(what, what) + (f": {value}" if value and not value.isdecimal() else "")


def _figures(detail: Mapping[str, Any]) -> list[str]:
    """What else a record holds."""
    parts = [f"{detail['joined']} passages joined"] if "joined" in detail else []
    parts += [f"“{_text(detail, 'label')}”"] if "label" in detail else []
    parts += [_text(detail, "reason")] if "reason" in detail else []
    if "share" in detail:
        parts.append(f"{float(detail['share']):.0%} of its texts are nearer to what it was")
    return parts


def decision_words(decision: Correction) -> str:
    """What a decision in force says, in a line."""
    said = "" if decision.value is None or decision.value.isdecimal() else f": {one_line(decision.value)}"
    other = f" (narrative {decision.other_id})" if decision.other_id is not None else ""
    return f"{DECIDED[decision.kind]}{other}{said}"


def _text(detail: Mapping[str, Any], key: str) -> str:
    return one_line(str(detail.get(key, "")))
