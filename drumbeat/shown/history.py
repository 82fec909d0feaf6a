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
    "drifted": "its texts moved away from its label",
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
    "undo": "a decision taken back",
}


def event_words(event: LineageEvent) -> str:
    """What happened, with the figures and names that its record holds."""
    detail = event.detail
    if event.kind == "renamed":
        return f"{WHAT['renamed']}: “{_text(detail, 'from')}” became “{_text(detail, 'to')}”{_by(detail)}"
    if event.kind == "decided":
        said = f": {_text(detail, 'value')}" if detail.get("value") and not _is_number(detail) else ""
        return f"{DECIDED.get(_text(detail, 'what'), _text(detail, 'what'))}{said}{_by(detail)}"
    parts = [WHAT.get(event.kind, event.kind.replace("_", " "))]
    if "joined" in detail:
        parts.append(f"{detail['joined']} passages joined")
    if "label" in detail:
        parts.append(f"“{_text(detail, 'label')}”")
    if "reason" in detail:
        parts.append(_text(detail, "reason"))
    if "share" in detail:
        parts.append(f"{float(detail['share']):.0%} of its texts are nearer to what it was")
    return ", ".join(parts) + _by(detail)


def decision_words(decision: Correction) -> str:
    """What a decision in force says, in a line."""
    said = "" if decision.value is None or decision.value.isdecimal() else f": {one_line(decision.value)}"
    other = f" (narrative {decision.other_id})" if decision.other_id is not None else ""
    return f"{DECIDED[decision.kind]}{other}{said}"


def _text(detail: Mapping[str, Any], key: str) -> str:
    return one_line(str(detail.get(key, "")))


def _by(detail: Mapping[str, Any]) -> str:
    return f", says {_text(detail, 'by')}" if detail.get("by") else ""


def _is_number(detail: Mapping[str, Any]) -> bool:
    """Whether the value only tells where a passage was before."""
    return str(detail.get("value", "")).isdecimal()
