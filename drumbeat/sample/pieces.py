"""What the outlets publish: drafts while the world is being made, pieces once it is."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from drumbeat.sample.plan import Plan
from drumbeat.sample.texts import Text

Kind = Literal["own", "wire_copy", "excerpt", "translation", "storm", "recurring", "background"]


def dice(*key: object) -> random.Random:
    """Seeded chance: the same key gives the same draws on every machine and in every process."""
    seed = "/".join(str(part) for part in key)
    return random.Random(seed)  # noqa: S311 (an invented world needs no secrets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A text on its way into an outlet: who, when, what, from whom."""

    outlet: str
    published: datetime
    kind: Kind
    key: str
    """Language and text id; unique among originals."""
    title: str
    paragraphs: tuple[str, ...]
    narrative: str | None = None
    credit: str | None = None
    """The agency named in the text."""
    of: str | None = None
    """Key of the text it was made from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One published article of the sample world, with what the truth table says of it."""

    outlet: str
    path: str
    """Address on the outlet's site."""
    language: str
    published: datetime
    """When the outlet published it."""
    visible: datetime
    """From when on its page and its listing can be fetched."""
    stated: datetime | None
    """The date the page's markup claims: None on pages without a date, wrong on a few."""
    listed: bool
    """False: published during the outage and never listed afterwards."""
    title: str
    paragraphs: tuple[str, ...]
    author: str | None
    kind: Kind
    key: str
    narrative: str | None
    of: tuple[str, str] | None
    """Outlet and path of the piece it copies or translates."""

    @property
    def late(self) -> bool:
        """Published more than 72 hours before anybody could see it."""
        return (self.visible - self.published).total_seconds() > 72 * 3600


@dataclass(frozen=True, slots=True)
class World:
    """The whole sample world: its plan and everything published, by (visible, outlet, path)."""

    plan: Plan
    pieces: tuple[Piece, ...]


def own(text: Text, outlet: str, published: datetime) -> Draft:
    """A text in the outlet's own words."""
    kind: Kind = "own" if text.narrative else "background"
    return Draft(
        outlet=outlet,
        published=published,
        kind=kind,
        key=text.key,
        title=text.title,
        paragraphs=text.paragraphs,
        narrative=text.narrative,
    )
