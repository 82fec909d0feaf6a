"""Records as plain JSON, and which way a language is written; shared by everything a digest holds."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

RIGHT_TO_LEFT = frozenset({"ar", "azb", "ckb", "dv", "fa", "he", "pnb", "ps", "sd", "syr", "ug", "ur", "yi"})
"""Languages written from right to left (ISO 639)."""

Direction = Literal["ltr", "rtl"]


def direction_of(language: str) -> Direction:
    """Writing direction of a language tag."""
    return "rtl" if language.split("-")[0].lower() in RIGHT_TO_LEFT else "ltr"


def to_plain(value: Any) -> Any:
    """A record, date, tuple or mapping as plain JSON types; stable for equal values."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(item) for item in value]
    return value


class Plain:
    """Gives a record its `to_dict()`."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """The record as plain JSON types."""
        plain: dict[str, Any] = to_plain(self)
        return plain
