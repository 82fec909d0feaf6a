"""What is wrong with a value, in the words of the files that people write: no name of a programming
language's type."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

LONGEST_VALUE = 200
"""Characters of a wrong value that a message repeats."""

_ADDRESS = "expected a web address such as https://example.org/feed.xml"
_EXPECTED: dict[str, str] = {
    "string": "expected a text in quotes",
    "int": "expected a whole number",
    "float": "expected a number",
    "finite_number": "expected a finite number",
    "bool": "expected true or false",
    "tuple": "expected a list in [brackets]",
    "list": "expected a list in [brackets]",
    "model": "expected a table, with its keys under a [heading] or in {braces}",
    "dict": "expected a table, with its keys under a [heading] or in {braces}",
    "date": "expected a day such as 2026-03-01",
    "path": "expected the path of a file or folder",
    "url": _ADDRESS,
    "string_pattern_mismatch": "not written as it must be",
    "url_too_long": "too long for an address",
}
"""By pydantic's error type, else by the part of it before the first underscore."""

_LIMITS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "greater_than": lambda limit: f"must be more than {limit['gt']:g}",
    "greater_than_equal": lambda limit: f"must be at least {limit['ge']:g}",
    "less_than": lambda limit: f"must be less than {limit['lt']:g}",
    "less_than_equal": lambda limit: f"must be at most {limit['le']:g}",
    "too_short": lambda limit: f"needs at least {counted(limit['min_length'], 'entry', 'entries')}",
    "too_long": lambda limit: f"takes at most {counted(limit['max_length'], 'entry', 'entries')}",
    "string_too_short": lambda limit: (
        f"needs at least {counted(limit['min_length'], 'character', 'characters')}"
    ),
    "string_too_long": lambda limit: (
        f"takes at most {counted(limit['max_length'], 'character', 'characters')}"
    ),
    "literal_error": lambda limit: f"expected one of {limit['expected']}",
    "string_pattern_mismatch": lambda limit: f"not written as it must be; it has to match {limit['pattern']}",
    "url_scheme": lambda limit: f"the address must begin with {limit['expected_schemes']}",
}
"""By error type, from the limit that was missed."""


def explained(key: str, problem: Mapping[str, Any]) -> str:
    """One problem of a validation as one line: key, value, what was expected.

    Args:
        problem: an entry of `pydantic.ValidationError.errors()`.
    """
    if problem["type"] == "extra_forbidden":
        return (
            f"unknown key {key!r} (value {shown(problem['input'])}); see `drumbeat config show` for the names"
        )
    if problem["type"] == "missing":
        return f"{key} is missing and has no default"
    said = expected(problem)
    return f"{key} = {shown(problem['input'])}: {said}" if key else said


def expected(problem: Mapping[str, Any]) -> str:
    """What should have stood there; a rule of our own says it itself."""
    kind = str(problem["type"])
    if kind == "value_error":
        message = str(problem["msg"]).removeprefix("Value error, ")
        return message if message[:2].isupper() else message[:1].lower() + message[1:]
    if kind in _LIMITS:
        return _LIMITS[kind](problem.get("ctx", {}))
    return _EXPECTED.get(kind) or _EXPECTED.get(kind.partition("_")[0], "not a value that fits here")


def shown(value: object) -> str:
    """A value as a settings file would have it, cut where it is long."""
    text = _written(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}..."


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return repr(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_written(part)}" for key, part in value.items()) + " }"
    if isinstance(value, Sequence):
        return "[" + ", ".join(map(_written, value)) + "]"
    return "nothing" if value is None else str(value)


def counted(number: int, one: str, several: str) -> str:
    """A number with its noun."""
    return f"{number} {one if number == 1 else several}"


def causes(problems: Sequence[Any]) -> list[Any]:
    """Problems without those that only follow from others: a list whose one entry is wrong is not also too
    short, and a default made from a wrong value is none."""
    places = [problem["loc"] for problem in problems]
    own = [one for one in problems if one["type"] != "default_factory_not_called"]
    return [one for one in own if not any(_is_inside(place, one["loc"]) for place in places)]


def _is_inside(place: Sequence[object], other: Sequence[object]) -> bool:
    return len(place) > len(other) and place[: len(other)] == other
