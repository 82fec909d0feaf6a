"""What measuring one set gives."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Floor:
    """A figure that must not fall below a value: pinned, or the baseline's figure of the same run."""

    figure: str
    value: float
    at_least: float

    @property
    def met(self) -> bool:
        """Whether it holds, to the four digits that are written."""
        return round(self.value, 4) >= round(self.at_least, 4)


@dataclass(frozen=True, slots=True)
class Result:
    """Figures of a set, by name, and its floors."""

    figures: dict[str, Any]
    floors: list[Floor] = field(default_factory=list)


def say(text: str) -> None:
    """A line of progress."""
    print(text, file=sys.stderr, flush=True)


def rounded(value: Any) -> Any:
    """Numbers to four digits, wherever they stand."""
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: rounded(part) for key, part in value.items()}
    return [rounded(part) for part in value] if isinstance(value, list) else value
