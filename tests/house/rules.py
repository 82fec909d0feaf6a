"""The rules that a machine can hold, each as a function that finds what breaks it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from tests.house.measures import (
    ROOMS,
    ROOT,
    complexity,
    files,
    functions,
    long_lines,
    numeric_constants,
    parts_of,
    place,
    public_names,
    syntax_nodes,
)

NODES = 140
"""Syntax nodes of a function, 90th percentile of a room; six admired projects of the field have 80 to 144."""
COMPLEXITY = 10
GLOSSARY = ROOT / "docs" / "glossary.md"

DECIDES_QUALITY = ("crawler/cleaning", "crawler/copies", "analysis")
"""Where a number decides what is found; elsewhere numbers are limits, formats and tables."""
PROVENANCE = re.compile(
    r"[Cc]hosen, not measured|[Mm]easured|[Dd]ecides (only )?(speed|memory|cost)|python -m |"
    r"RFC \d|ISO \d|Unicode|[Bb]y definition|et al\.|"
    r"[A-Z][a-z]+(, | and [A-Z][a-z]+,? |\s)\(?(19|20)\d\d|(19|20)\d\d\)|\d[\d.,]* (of|in) \d|"
    r"(recall|precision|F1|cosine|share)s? (of )?0\.\d",
)
"""What tells where a number comes from: that it is chosen, a measurement (figures or a command), a paper with
its year, a standard, or that it decides speed only.
"""


@cache
def nodes_of(room: str) -> int:
    """The 90th percentile of a room's functions."""
    sizes = sorted(syntax_nodes(function) for path in files(room) for function in functions(path))
    return sizes[int(len(sizes) * 0.9)]


def complex_functions() -> Iterator[str]:
    """Functions over the limit, with their complexity: `file:name 12`."""
    for room in ROOMS:
        for path in files(room):
            for function in functions(path):
                if (found := complexity(function)) > COMPLEXITY:
                    yield f"{place(path, function.name)} {found}"


def long_lines_of() -> Iterator[str]:
    """Lines over the limit, of the tests too: `file:number`."""
    for room in (*ROOMS, "tests"):
        for path in files(room):
            yield from (place(path, str(number)) for number in long_lines(path))


def bare_constants() -> Iterator[str]:
    """Numbers that decide quality and do not say where they come from."""
    for folder in DECIDES_QUALITY:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for constant in numeric_constants(path):
                if not PROVENANCE.search(constant.words):
                    yield place(path, constant.name)


@cache
def forbidden_words() -> dict[str, str]:
    """Word -> what is said instead, as the glossary's second table has it."""
    text = GLOSSARY.read_text(encoding="utf-8").partition("## Words we do not use")[2]
    return dict(re.findall(r"^\| `([a-z]+)` \| (.+?) \|", text, re.MULTILINE))


def forbidden_names() -> Iterator[str]:
    """Public names that hold a forbidden word: `file:name`."""
    for room in ROOMS:
        for path in files(room):
            for name in sorted(set(public_names(path))):
                if parts_of(name) & forbidden_words().keys():
                    yield place(path, name)
