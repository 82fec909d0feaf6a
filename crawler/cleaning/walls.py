"""What a page is instead of an article: a wall, an error page, a parked domain, a list of stories.

Decided from what would be stored as the article, its title and the page's own claims, so that the words of a
cookie dialogue beside an article harm nothing. Each is a named outcome; see
`crawler.outcomes.CLEAN_OUTCOMES`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from crawler.cleaning import vocabulary as words
from crawler.cleaning import wallwords
from crawler.cleaning.letters import weight_of
from crawler.cleaning.wallstems import STEMS

WALL_MOST: Final = 2500
"""A wall has less text than this, cookie dialogues aside (chosen, not measured)."""
WALL_SHARE: Final = 0.5
"""Share of the text in lines that only a wall has (chosen, not measured)."""
LONG_WALL: Final = (
    "cookie", "partner", "partenaires", "socios", "consent", "einwilligung", "legitim", "куки", "çerez",
    "تعريف الارتباط",
)  # fmt: skip
LONG_WALL_WORDS: Final = 5
"""So often a long consent dialogue has one of these (chosen, not measured)."""
SENTENCES_READ: Final = 12
"""Sentences that are looked at, spread over the text (chosen, not measured)."""
SHORT_WALL: Final = 700
"""A page with so little text is a wall already where its title is a wall's own (chosen, not measured) ..."""
SHARE_UNDER_TITLE: Final = 0.15
"""... and this share of its text in such sentences (chosen, not measured)."""
WALL_TITLE: Final = 45
"""Characters of a wall's title, the site's name included; headlines are longer (chosen, not measured)."""
SOFT_404: Final = 600
"""An error page whose title alone says so has less text than this (chosen, not measured)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a decision is made from."""

    title: str
    """As it would be stored."""
    titles: Sequence[str]
    """What the page calls itself: `og:title`, window title."""
    text: str


def wall_of(seen: Seen) -> str | None:
    """The outcome that a page has in place of an article; None where it may be one."""
    if _is_error(seen):
        return "soft_404"
    weight = weight_of(seen.text)
    lower = seen.text.lower()
    is_long = weight > WALL_MOST
    if is_long and sum(map(lower.count, LONG_WALL)) < LONG_WALL_WORDS:
        return None
    titled = any(_is_wall_title(title) for title in (seen.title, *seen.titles))
    possible = ["consent_wall"] if is_long else _possible(lower)
    name, share = _most_said(seen.text, possible, titled=titled)
    least = SHARE_UNDER_TITLE if titled and weight < SHORT_WALL else WALL_SHARE
    return name if share >= least else None


def _possible(lower: str) -> list[str]:
    """The walls of whose words the text, in lower case, has any."""
    return [name for name, stems in STEMS.items() if any(stem in lower for stem in stems)]


def _is_wall_title(title: str) -> bool:
    return len(title) <= WALL_TITLE and bool(wallwords.TITLES.search(title))


def _most_said(text: str, possible: Sequence[str], *, titled: bool) -> tuple[str, float]:
    """The wall that most of the text speaks of, and the share of its sentences."""
    sentences = [part for part in words.SENTENCES.split(text) if part]
    sample = sentences[:: 1 + len(sentences) // SENTENCES_READ]
    found = {name: _share(sample, wallwords.TEXTS[name]) for name in possible}
    for name in wallwords.DENIALS.keys() & found.keys() if titled else ():
        found[name] = min(1.0, found[name] + _share(sample, wallwords.DENIALS[name]))
    name = max(found, key=found.__getitem__, default="")
    return name, found.get(name, 0.0)


def _share(sentences: Iterable[str], pattern: re.Pattern[str]) -> float:
    """Share of the text in sentences that the pattern knows."""
    weights = [(weight_of(sentence), bool(pattern.search(sentence))) for sentence in sentences]
    total = sum(weight for weight, _ in weights)
    return sum(weight for weight, known in weights if known) / total if total else 0.0


def _is_error(seen: Seen) -> bool:
    """A page that says it is not there: by its title where it has little text, by several titles that agree
    else."""
    said = [title for title in (seen.title, *seen.titles) if words.NOT_FOUND_TEXT.search(title)]
    if not said:
        return False
    others = [title for title in (seen.title, *seen.titles) if title and title not in said]
    return weight_of(seen.text) < SOFT_404 or (len(said) > 1 and not others)
