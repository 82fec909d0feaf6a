"""One form of a name, as the gazetteer's file holds it: a line, five columns.

form \t name \t kind \t rule \t languages

form       as it is written, with its capitals
name       an id: `country:MR`, `place:MR` (somewhere in it), `office:president-RU`, `phrase`
kind       N name of a country, A adjective or inhabitant, R region, C town, X another name, P phrase that
names nothing
rule       how many letters the last word may go on, then `w` if the form is weak
languages  ISO codes with commas between, `*` for all that use its script
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["N", "A", "R", "C", "X", "P"]

GOES_ON: Final = 5
"""Letters by which a form with a star goes on: "российск-ими", "American-ism". Chosen, not measured."""
EVERYWHERE: Final = "*"
_STAR: Final = re.compile(r"\*$")


@dataclass(frozen=True, slots=True)
class Form:
    """A way to write a name."""

    text: str
    name: str
    kind: Kind
    goes_on: int = 0
    weak: bool = False
    """Counts only where something else in the text speaks for the same country."""
    languages: tuple[str, ...] = (EVERYWHERE,)

    def line(self) -> str:
        """The form as a line of the file."""
        rule = f"{self.goes_on}{'w' if self.weak else ''}"
        return "\t".join((self.text, self.name, self.kind, rule, ",".join(self.languages)))


def form_of(line: str) -> Form:
    """The form that a line holds."""
    text, name, kind, rule, spoken = line.split("\t")
    languages = tuple(spoken.split(","))
    return Form(text, name, kind, int(rule[0]), rule.endswith("w"), languages)  # type: ignore[arg-type]


def listed(spelling: str) -> tuple[str, int, bool]:
    """A spelling of a list: its text, letters it may go on, whether it is weak.

    `Russian*` goes on, `romano_` is weak, `Costa_Rican` has a space.
    """
    weak = spelling.endswith("_")
    bare = spelling.rstrip("_")
    return _STAR.sub("", bare).replace("_", " "), GOES_ON if bare.endswith("*") else 0, weak


def merged(forms: Iterable[Form]) -> Iterator[Form]:
    """Each form once, with all its languages; one that is weak or goes on in some of them stands twice."""
    found: dict[tuple[str, str, bool, int], Form] = {}
    for form in forms:
        key = (form.text, form.name, form.weak, form.goes_on)
        found[key] = _joined(found[key], form) if key in found else form
    yield from (found[key] for key in sorted(found))


def _joined(one: Form, other: Form) -> Form:
    both = {*one.languages, *other.languages}
    languages = (EVERYWHERE,) if EVERYWHERE in both else tuple(sorted(both))
    return Form(one.text, one.name, one.kind, one.goes_on, one.weak, languages)
