"""What an article names, and which countries it is about.

title, passages, tail --matches--> named places --without clubs, persons, datelines; weak ones only with
support-->
names with their passages --weight by place in the text--> salience of countries --> about
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from analysis.places.context import is_named, is_placed
from analysis.places.gazetteer import Gazetteer
from analysis.places.matching import FoldedText, Match, matches_of
from analysis.places.tongues import languages_read

TITLE: Final = -1
"""Segment of the title, by definition."""
TITLE_WEIGHT: Final = 3.0
LEAD_WEIGHT: Final = 2.0
LEAD_SIGNS: Final = 300
"""Signs of the first segment in which a name has the weight of the lead: two sentences. Chosen, not
measured."""
LEAST_SHARE: Final = 0.25
"""Share of all weight from which an article is about a country. Chosen, not measured; what it gives on
labelled texts: `python -m tests quality --only countries`."""
LEAST_WEIGHT: Final = 2.0
"""Weight that such a country has at least where others are named: one mention in the lead, or two below it.
Chosen, not measured."""
MOST_READ: Final = 40_000
"""Signs of an article that are read: hostile pages have no end. Chosen, not measured."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of an article: its title (`TITLE`), or a passage by its ordinal."""

    ordinal: int
    text: str


@dataclass(frozen=True, slots=True)
class Named:
    """A name that an article has."""

    name: str
    mentions: int
    ordinals: tuple[int, ...]
    """Segments that name it."""
    share: float = 0.0
    """Of a country: its share of the weight of all countries."""
    about: bool = False


@dataclass(frozen=True, slots=True)
class _Mention:
    segment: int
    start: int
    name: str
    weak: bool


def read_article(segments: Sequence[Segment], language: str, names: Gazetteer) -> list[Named]:
    """Names of an article, by id.

    Args:
        segments: title and passages in reading order.
        language: ISO 639-1 (639-3 where there is none) or `und`.
    """
    mentions = _supported(_mentions(segments, language, names))
    weights = _weights(mentions, segments)
    total = sum(weights.values())
    found: defaultdict[str, list[int]] = defaultdict(list)
    for mention in mentions:
        found[mention.name].append(mention.segment)
    return [_named(name, found[name], weights.get(name, 0.0), total) for name in sorted({*found, *weights})]


def _named(name: str, places: Sequence[int], weight: float, total: float) -> Named:
    share = weight / total if total else 0.0
    about = share >= LEAST_SHARE and (weight >= LEAST_WEIGHT or weight == total)
    return Named(name, len(places), tuple(sorted(set(places))), round(share, 4), about)


def _mentions(segments: Sequence[Segment], language: str, names: Gazetteer) -> list[_Mention]:
    found: list[_Mention] = []
    read = languages_read(language)
    left = MOST_READ
    for segment in segments:
        text = FoldedText.of(segment.text[: max(0, left)])
        left -= len(segment.text)
        matches = [match for match in matches_of(text, read, names) if match.entry.form.kind != "P"]
        small = _written_small(text, matches)
        for match in matches:
            if is_named(text, match, names) and not (match.name in small and not match.proved):
                weak = match.entry.form.weak and not is_placed(text, match, names)
                found.append(_Mention(segment.ordinal, match.start, match.name, weak))
    return found


def _written_small(text: FoldedText, matches: Sequence[Match]) -> set[str]:
    """Names whose word the text also writes small: there it is a word."""
    doubtful = [match for match in matches if match.entry.needs_capital and not match.proved]
    return {match.name for match in doubtful if _stands_small(text, match)}


def _stands_small(text: FoldedText, match: Match) -> bool:
    word = text.low[match.start : match.end]
    return f" {word} " in text.bare


def _supported(mentions: Sequence[_Mention]) -> list[_Mention]:
    """All but weak mentions of a country that nothing else in the text speaks for."""
    strong = {mention.name for mention in mentions if not mention.weak}
    return [mention for mention in mentions if mention.name in strong]


def _weights(mentions: Sequence[_Mention], segments: Sequence[Segment]) -> dict[str, float]:
    """Country -> weight of its mentions; leaders by office speak for their state."""
    first = next((segment.ordinal for segment in segments if segment.ordinal != TITLE), None)
    weights: defaultdict[str, float] = defaultdict(float)
    for mention in mentions:
        country = _country_of(mention.name)
        if country is not None:
            lead = mention.segment == first and mention.start < LEAD_SIGNS
            weights[country] += TITLE_WEIGHT if mention.segment == TITLE else LEAD_WEIGHT if lead else 1.0
    return dict(weights)


def _country_of(name: str) -> str | None:
    kind, _, key = name.partition(":")
    if kind == "country":
        return name
    return f"country:{key.rpartition('-')[2]}" if kind == "office" else None
