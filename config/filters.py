"""One way to say which coverage is meant: by country, language, outlet, kind, stance, name and period.

Watches, alerts, editions and pages narrow by the same record; what is empty narrows nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, StringConstraints, model_validator

from config.settings import Section, Text

Country = Annotated[str, StringConstraints(to_upper=True, pattern=r"^[A-Za-z]{2}$")]
"""ISO 3166-1 alpha-2."""
Language = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]+)*$"), AfterValidator(str.lower)
]
"""A BCP 47 tag; a region counts for nothing."""


class Filter(Section):
    """What is meant. Values of one field are alternatives, fields are conditions: all that are given must
    hold.
    """

    countries: tuple[Country, ...] = ()
    """Outlets of these countries."""
    about: tuple[Country, ...] = ()
    """Texts about these countries."""
    languages: tuple[Language, ...] = ()
    ownership: tuple[Text, ...] = ()
    """Ownership labels, in the words of the list that states them."""
    sources: tuple[Text, ...] = ()
    """Outlets by id."""
    groups: tuple[Text, ...] = ()
    """Groups of sources."""
    kinds: tuple[Literal["claim", "event", "subject", "form"], ...] = ()
    stances: tuple[Literal["endorses", "reports", "refutes", "unclear"], ...] = ()
    entities: tuple[Text, ...] = ()
    """Names by id, as `country:MR`."""
    since: date | None = None
    until: date | None = None
    """The last day, included."""

    @model_validator(mode="after")
    def _in_order(self) -> Filter:
        if self.since and self.until and self.until < self.since:
            raise ValueError("until lies before since; give the earlier day first")
        return self

    def means(self, told: Told) -> bool:
        """Whether something told is meant."""
        return all(_meets(wanted, found) for wanted, found in self._conditions(told)) and self._in_period(
            told
        )

    def _conditions(self, told: Told) -> list[tuple[Collection[str], Collection[str]]]:
        """What is wanted and what was found, field by field."""
        plain = {tag.replace("_", "-").partition("-")[0].lower() for tag in told.languages}
        wanted = [tag.replace("_", "-").partition("-")[0] for tag in self.languages]
        return [
            (self.countries, told.countries),
            (self.about, told.about),
            (wanted, plain),
            (self.ownership, told.ownership),
            (self.sources, told.sources),
            (self.groups, told.groups),
            (self.kinds, told.kinds),
            (self.stances, told.stances),
            (self.entities, told.entities),
        ]

    def _in_period(self, told: Told) -> bool:
        if told.day is None:
            return self.since is None and self.until is None
        return (self.since or date.min) <= told.day <= (self.until or date.max)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a filter looks at: one text, or all that is told of a narrative; what is not known is empty, and
    meets no condition.
    """

    countries: frozenset[str] = field(default=frozenset())
    about: frozenset[str] = field(default=frozenset())
    languages: frozenset[str] = field(default=frozenset())
    ownership: frozenset[str] = field(default=frozenset())
    sources: frozenset[str] = field(default=frozenset())
    groups: frozenset[str] = field(default=frozenset())
    kinds: frozenset[str] = field(default=frozenset())
    stances: frozenset[str] = field(default=frozenset())
    entities: frozenset[str] = field(default=frozenset())
    day: date | None = None


def _meets(wanted: Collection[str], found: Collection[str]) -> bool:
    return not wanted or any(value in found for value in wanted)
