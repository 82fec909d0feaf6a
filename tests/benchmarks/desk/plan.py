"""Who publishes what on which day: sources, narratives, originals and their copies. Pure and seeded; a day
needs only the two before it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Literal

import numpy as np

from analysis.arrays import Floats

CopyKind = Literal["exact", "near", "excerpt"]

LANGUAGES = {
    "en": 0.25,
    "fr": 0.12,
    "ar": 0.12,
    "ru": 0.12,
    "es": 0.10,
    "pt": 0.08,
    "tr": 0.06,
    "fa": 0.06,
    "zh": 0.05,
    "ha": 0.04,
}
"""Share of the sources; chosen, not measured."""
COUNTRIES = (
    "GB", "US", "FR", "DZ", "EG", "SA", "RU", "BY", "ES", "MX",
    "PT", "BR", "TR", "IR", "CN", "NG", "NE", "ML", "MR", "SN",
)  # fmt: skip
MEDIAN_WORDS, SPREAD = 359, 0.976
"""Words of an article, log-normal: median 359 and mean 578, as on the evaluation data's
1,582 real articles.
"""
FEWEST_WORDS, MOST_WORDS = 30, 3_000
IN_NARRATIVE = 0.6
"""Articles about a narrative; with `PASSAGES_IN_NARRATIVE` 40 of 100 passages are in one. Chosen, not
measured.
"""
PASSAGES_IN_NARRATIVE = 2 / 3
LIFE_DAYS = 30
"""A narrative is told for so many days on average; chosen, not measured."""
COPY_DAYS = 2
"""A copy appears within so many days of its original."""
COPIED = 0.4
"""Chance that a copied text is not copied once more: copied texts have 2.5 copies on average. Chosen, not
measured.
"""
_DAY_MINUTES = 22 * 60
"""Published before 22:00, so that the day's last crawl sees everything."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What was asked for; `desk.json` keeps it."""

    articles: int
    per_day: int = 500
    seed: int = 1
    sources: int = 300
    copy_every: int = 5
    """One article in so many is a copy."""
    statements: int = 10
    words: int = MEDIAN_WORDS
    """Of the median article; the mean is 1.61 times that."""
    sentences: int = 3
    """A passage has so many sentences, or one more: with 1 and `words=150` an article has as many passages as
    a real one, at a third of its text.
    """
    known: bool = True
    """Narratives are in the registry with their passages; else they are there to be found."""
    end: date = date(2026, 3, 1)
    """The day after the last one."""

    @property
    def days(self) -> int:
        """Days of coverage."""
        return math.ceil(self.articles / self.per_day)

    def day(self, number: int) -> date:
        """The date of a day, the first being 0."""
        return self.end - timedelta(days=self.days - number)

    def moment(self, number: int, minute: float) -> datetime:
        """A minute of a day."""
        day = self.day(number)
        return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minute)


@dataclass(frozen=True, slots=True)
class Outlet:
    """A source."""

    number: int
    source_id: str
    country: str
    language: str

    @property
    def domain(self) -> str:
        """A name that leads nowhere (RFC 2606)."""
        return f"{self.source_id}.example"


@dataclass(frozen=True, slots=True)
class Copy:
    """Another outlet's print of an original."""

    outlet: int
    delay_minutes: int
    kind: CopyKind


@dataclass(frozen=True, slots=True)
class Original:
    """A text as it first appears."""

    day: int
    index: int
    outlet: int
    minute: int
    words: int
    narrative: int
    """-1: about none."""
    copies: tuple[Copy, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """One article of a day: an original, or the copy of one."""

    original: Original
    outlet: int
    minute: int
    """Of the day on which it appears."""
    copy: int
    """0 for the original, else the number of the copy."""
    kind: CopyKind | None


class Plan:
    """All days of a shape."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.outlets = _outlets(shape)
        self._mates = {
            language: [outlet.number for outlet in self.outlets if outlet.language == language]
            for language in LANGUAGES
        }

    @property
    def new_narratives(self) -> int:
        """Narratives born a day: 10 at 500 articles a day, 32 at 5,000."""
        return max(1, round(0.45 * math.sqrt(self.shape.per_day)))

    @property
    def narratives(self) -> int:
        """Numbers given until the end; the first were born before the first day."""
        return self.new_narratives * (self.shape.days + LIFE_DAYS)

    def born(self, number: int) -> int:
        """The day on which a narrative begins; negative before the first."""
        return number // self.new_narratives - LIFE_DAYS

    @cached_property
    def _weights(self) -> Floats:
        """How much each outlet publishes: some a lot, most a little."""
        weights = 1.0 / (np.arange(len(self.outlets)) + 20.0)
        return np.asarray(weights / weights.sum(), np.float64)

    @cached_property
    def _strength(self) -> Floats:
        """How much each narrative is told: a few a lot. Long enough for days that are added later."""
        draws = np.random.default_rng((self.shape.seed, 1)).pareto(
            1.5, self.narratives + 400 * self.new_narratives
        )
        return np.asarray(1.0 + np.minimum(draws, 30.0), np.float64)

    def originals(self, day: int, articles: int | None = None, words: int | None = None) -> list[Original]:
        """Texts that first appear on a day, by time; `articles` and `words` in place of the shape's."""
        dice = np.random.default_rng((self.shape.seed, 2, day + 10_000))
        share = 1.0 - 1.0 / self.shape.copy_every
        count = max(1, round((articles or self.shape.per_day) * share))
        outlets = dice.choice(len(self.outlets), count, p=self._weights).tolist()
        minutes = np.sort(dice.integers(0, _DAY_MINUTES, count)).tolist()
        median = math.log(words or self.shape.words)
        lengths = np.exp(dice.normal(median, SPREAD, count)).clip(FEWEST_WORDS, MOST_WORDS)
        narratives = np.where(dice.random(count) < IN_NARRATIVE, self._told(day, count, dice), -1).tolist()
        # As many copies a text as make the wished share of all articles.
        chance = COPIED / (self.shape.copy_every - 1)
        copied = (dice.random(count) < chance).tolist()
        return [
            Original(
                day, index, outlets[index], minutes[index], int(lengths[index]), narratives[index],
                self._copies(outlets[index], dice) if copied[index] else (),
            )
            for index in range(count)
        ]  # fmt: skip

    def pieces(self, day: int, originals: Sequence[Sequence[Original]]) -> list[Piece]:
        """Articles of a day, by time.

        Args:
            originals: those of the day and of the `COPY_DAYS` days before it.
        """
        found = list(self._pieces(day, [item for items in originals for item in items]))
        return sorted(
            found, key=lambda piece: (piece.minute, piece.original.day, piece.original.index, piece.copy)
        )

    def _pieces(self, day: int, originals: Sequence[Original]) -> Iterator[Piece]:
        for original in originals:
            if original.day == day:
                yield Piece(original, original.outlet, original.minute, 0, None)
            for number, copy in enumerate(original.copies, 1):
                minute = (original.day - day) * 1440 + original.minute + copy.delay_minutes
                if 0 <= minute < _DAY_MINUTES:
                    yield Piece(original, copy.outlet, minute, number, copy.kind)

    def appearing(self, original: Original) -> list[Copy]:
        """The copies of an original that appear: not at night, and not after the last day."""
        shown = []
        for copy in original.copies:
            days, minute = divmod(original.minute + copy.delay_minutes, 1440)
            if minute < _DAY_MINUTES and original.day + days < self.shape.days:
                shown.append(copy)
        return shown

    def _told(self, day: int, count: int, dice: np.random.Generator) -> Floats:
        """The narrative of each text, drawn from those that are told on the day."""
        last = (day + LIFE_DAYS + 1) * self.new_narratives
        numbers = np.arange(max(0, last - 4 * LIFE_DAYS * self.new_narratives), last)
        age = day - (numbers // self.new_narratives - LIFE_DAYS)
        weights = self._strength[numbers] * np.exp(-age / LIFE_DAYS)
        return np.asarray(dice.choice(numbers, count, p=weights / weights.sum()))

    def _copies(self, outlet: int, dice: np.random.Generator) -> tuple[Copy, ...]:
        mates = [other for other in self._mates[self.outlets[outlet].language] if other != outlet]
        count = min(int(dice.geometric(COPIED)), len(mates), 12)
        chosen = dice.choice(mates, count, replace=False).tolist()
        delays = dice.integers(20, COPY_DAYS * 1440 - 1440, count).tolist()
        kinds: Sequence[CopyKind] = dice.choice(
            ["exact", "near", "excerpt"], count, p=[0.4, 0.4, 0.2]
        ).tolist()
        return tuple(map(Copy, chosen, delays, kinds))


def _outlets(shape: Shape) -> list[Outlet]:
    dice = np.random.default_rng((shape.seed, 0))
    languages = dice.choice(list(LANGUAGES), shape.sources, p=list(LANGUAGES.values())).tolist()
    languages[: len(LANGUAGES)] = list(LANGUAGES)[: shape.sources]
    countries = dice.choice(COUNTRIES, shape.sources).tolist()
    return [
        Outlet(number, f"outlet-{number:03d}", country, language)
        for number, (country, language) in enumerate(zip(countries, languages, strict=True))
    ]
