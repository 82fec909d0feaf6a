"""What the house still owes: exceptions to its rules, by rule, in `ledger.toml`. Lists only shrink.

    python -m tests.house.ledger      take off the list what is paid, and lower ceilings to what is there

A test compares the tree with the ledger: what is not on it must keep the rule. A debt that was paid stays
listed until the command is run; it never comes back unseen, since the command only takes away.
"""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.house import rules
from tests.house.measures import ROOMS

FILE = Path(__file__).with_name("ledger.toml")
HEADER = "# Debts of the house by rule. Made smaller by: python -m tests.house.ledger\n"

Ledger = dict[str, dict[str, int | str]]


def load() -> Ledger:
    """Rule -> room -> how much of it may break the rule; for names: `file:name` -> reason."""
    found: Ledger = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return found


def present() -> dict[str, dict[str, int]]:
    """The same as it stands in the tree: rule -> room or place -> how much breaks the rule."""
    counted = {
        "complexity": rules.complex_functions(),
        "lines": rules.long_lines_of(),
        "constants": rules.bare_constants(),
    }
    return {
        "nodes": {room: found for room in ROOMS if (found := rules.nodes_of(room)) > rules.NODES},
        **{
            rule: dict(Counter(where.partition("/")[0] for where in found)) for rule, found in counted.items()
        },
        "names": dict.fromkeys(rules.forbidden_names(), 0),
    }


def shrunk(ledger: Ledger, there: Mapping[str, Mapping[str, int]]) -> Ledger:
    """The ledger without what is paid, ceilings lowered; nothing is added."""
    return {
        rule: {
            place: _lower(allowed, there[rule][place])
            for place, allowed in entries.items()
            if place in there[rule]
        }
        for rule, entries in ledger.items()
    }


def _lower(allowed: int | str, found: int) -> int | str:
    return min(allowed, found) if isinstance(allowed, int) else allowed


def text_of(ledger: Ledger) -> str:
    """As TOML, sorted."""
    return HEADER + "".join(_lines(ledger))


def _lines(ledger: Ledger) -> Iterator[str]:
    for rule in sorted(ledger):
        yield f"\n[{rule}]\n"
        for place in sorted(ledger[rule]):
            yield f"{json.dumps(place)} = {json.dumps(ledger[rule][place], ensure_ascii=False)}\n"


if __name__ == "__main__":
    FILE.write_text(text_of(shrunk(load(), present())), encoding="utf-8")
