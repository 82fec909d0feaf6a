"""Budgets of content, branches and lines, where numbers come from, and one word for one thing."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.house import ledger, rules
from tests.house.measures import ROOMS, complexity, files, numeric_constants, parts_of, syntax_nodes

OWED = ledger.load()


def beyond(found: Iterable[str], rule: str) -> dict[str, list[str]]:
    """Rooms that break a rule more often than the ledger lets them, with all places."""
    places: defaultdict[str, list[str]] = defaultdict(list)
    for where in found:
        places[where.partition("/")[0]].append(where)
    return {
        room: where for room, where in places.items() if len(where) > int(OWED.get(rule, {}).get(room, 0))
    }


@pytest.mark.parametrize("room", ROOMS)
def test_functions_hold_little(room: str) -> None:
    """Nine of ten functions of a room hold at most 140 syntax nodes: short in lines is not enough."""
    allowed = OWED.get("nodes", {}).get(room, rules.NODES)
    assert rules.nodes_of(room) <= int(allowed)


def test_functions_branch_little() -> None:
    """No function has more than ten paths, comprehensions and boolean operators counted."""
    assert beyond(rules.complex_functions(), "complexity") == {}


def test_lines_are_short() -> None:
    """No line is longer than 110 characters, comments and docstrings included."""
    assert beyond(rules.long_lines_of(), "lines") == {}


def test_numbers_say_where_they_come_from() -> None:
    """Beside each number that decides quality stands a measurement, a paper, a standard, or "chosen, not
    measured".
    """
    assert beyond(rules.bare_constants(), "constants") == {}


def test_one_word_for_one_thing() -> None:
    """No public name uses a word that the glossary replaces by another."""
    assert [where for where in rules.forbidden_names() if where not in OWED.get("names", {})] == []


def test_the_ledger_only_shrinks() -> None:
    """The command takes away what is paid and lowers ceilings; it adds nothing."""
    owed: ledger.Ledger = {"nodes": {"config": 150, "storage": 145}, "names": {"a.py:desk": "until renamed"}}
    there = {"nodes": {"config": 141, "crawler": 170}, "names": {"a.py:desk": 0, "b.py:home": 0}}
    assert ledger.shrunk(owed, there) == {"nodes": {"config": 141}, "names": {"a.py:desk": "until renamed"}}
    assert ledger.text_of({"names": {"a.py:desk": "why"}}).endswith('[names]\n"a.py:desk" = "why"\n')


def test_every_exception_has_a_reason() -> None:
    """A name that stays although the glossary forbids it says why."""
    assert [where for where, reason in OWED.get("names", {}).items() if not str(reason).strip()] == []


def function_of(source: str) -> ast.FunctionDef:
    """The first function of a source."""
    (found,) = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    return found


def test_complexity_counts_comprehensions_and_operators() -> None:
    """A comprehension is a branch, each of its conditions another, and so is each boolean
    operator and case.
    """
    plain = "def f(x):\n    return x\n"
    dense = "def f(x):\n    return [y for y in x if y and y > 1 or y < 0]\n"
    assert complexity(function_of(plain)) == 1
    assert complexity(function_of(dense)) == 1 + 2 + 2
    assert (
        complexity(function_of("def f(x):\n    match x:\n        case 1: pass\n        case _: pass\n")) == 3
    )


def test_content_is_counted_without_the_docstring() -> None:
    """A docstring is no content, breaking a line differently changes nothing."""
    short = function_of("def f(x):\n    return g(x, 1)\n")
    told = function_of('def f(x):\n    """Why."""\n    return g(\n        x,\n        1,\n    )\n')
    assert syntax_nodes(short) == syntax_nodes(told)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("A = 3\n", {"A": ""}),
        ('A = 3\n"""Measured."""\n', {"A": "Measured."}),
        ('A = 3\nB, C = 0.5, -2\n"""Chosen, not measured."""\n', dict.fromkeys("ABC", "Chosen, not measured.")),
        ('A = 3\n\nB = 4\n"""Of B alone."""\n', {"A": "", "B": "Of B alone."}),
        ("A = timedelta(days=2)  # RFC 9309\n", {"A": "RFC 9309"}),
        ("a = 3\nA = 'text'\nB = True\nC = f(x)\n", {}),
    ],
)  # fmt: skip
def test_constants_are_read_with_what_stands_beside_them(
    source: str, expected: dict[str, str], tmp_path: Path
) -> None:
    """A docstring holds for the numbers directly above it; comments count; texts, flags and calls of names
    are no numbers.
    """
    path = tmp_path / "module.py"
    path.write_text(source)
    assert {item.name: item.words for item in numeric_constants(path)} == expected


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("Chosen, not measured.".lower(), True),
        ("Measured with python -m tests.benchmarks.copies: recall 0.99.", True),
        ("Shingles of this length (Broder 1997).", True),
        ("As RFC 9309 asks.", True),
        ("Found in 17 of 307 pages.", True),
        ("A text this short is no article.", False),
        ("", False),
    ],
)
def test_provenance_is_told_by_its_words(words: str, told: bool) -> None:
    """A measurement, a paper, a standard or an honest choice is provenance; a meaning alone is none."""
    assert bool(rules.PROVENANCE.search(words)) is told


def test_names_are_compared_word_by_word() -> None:
    """`RefitDesk`, `refit_desk` and `DESK` hold the word, `desktop` does not."""
    assert all("desk" in parts_of(name) for name in ("RefitDesk", "refit_desk", "DESK", "open_desk2"))
    assert "desk" not in parts_of("desktop")


def test_every_room_is_looked_at() -> None:
    """The rules see every room."""
    assert all(files(room) for room in ROOMS)
