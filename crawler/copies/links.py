"""Which pairs of texts are copies. A link is a property of its two texts (and of when they count) alone.

So neither the order of work nor what else is stored leaves a trace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from config.settings import CopySettings
from crawler.copies.candidates import candidates
from crawler.copies.changes import Change, change_between
from crawler.copies.components import Components
from crawler.copies.shingles import Shingles, Sketch, overlap, shingles
from storage.records import CopyLink, LinkKind

WHOLE_JACCARD = 0.42
"""A reprint cut in half still has a Jaccard of 0.5; far below, one text is only a part of the other (a
round-up). Chosen, not measured, between the two."""
SHORT_CHARACTERS, SHORT_JACCARD = 150, 0.6
"""Short texts on one subject share most of their words ("X tests positive for ..."): they must agree as a
whole, and that alone decides. Chosen on ITN's revisions and the headlines (`python -m tests quality --only
dedup`): F1 0.984 and 0.984 at a containment of 0.8 and a Jaccard of 0.55, 0.985 and 0.993 at a Jaccard of
0.6."""
EXCERPT_CHARACTERS = 300
"""A shorter text that stands in another is a quotation, not an excerpt. Chosen, not measured."""
CONNECTING: Final = frozenset[LinkKind](("whole", "figure"))
"""Links that make one group of everything they connect."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text ready to be compared."""

    text: str
    shingles: Shingles

    @classmethod
    def of(cls, text: str) -> Text:
        """Cut the text into its runs."""
        return cls(text, shingles(text))


@dataclass(frozen=True, slots=True)
class Dated:
    """What pairs are looked for by: an article's sketch and the time it counts at."""

    article_id: str
    counted_at: datetime
    sketch: Sketch


@dataclass(frozen=True, slots=True)
class Comparison:
    """How much two texts have in common."""

    containment: float
    """Share of the shorter text that the other has."""
    is_whole: bool
    """One is a reprint of the other."""
    change: Change | None
    """What a reprint turns."""


def window(settings: CopySettings) -> timedelta:
    """Copies lie at most so far apart."""
    return timedelta(days=settings.window_days)


def compared(left: Text, right: Text, settings: CopySettings) -> Comparison:
    """Compare two texts."""
    containment, jaccard = overlap(left.shingles, right.shingles)
    is_short = min(len(left.text), len(right.text)) < SHORT_CHARACTERS
    is_near = containment >= settings.near_containment and jaccard >= WHOLE_JACCARD
    is_whole = jaccard >= SHORT_JACCARD if is_short else is_near
    change = change_between(left.text, right.text) if is_whole and containment < 1 else None
    return Comparison(containment, is_whole, change)


def kind_of(found: Comparison, characters: int, settings: CopySettings) -> LinkKind | None:
    """The kind of link that a comparison makes, if it makes one.

    Args:
        characters: length of the shorter text.
    """
    if found.is_whole:
        return found.change or "whole"
    is_excerpt = found.containment >= settings.excerpt_containment and characters >= EXCERPT_CHARACTERS
    return "excerpt" if is_excerpt else None


def pairs_to_compare(
    new: Sequence[Dated], others: Sequence[Dated], settings: CopySettings
) -> list[tuple[str, str]]:
    """Pairs (smaller id first) of a new text with a new or another one that may be copies."""
    rows = [*new, *others]
    left, right = candidates([row.sketch for row in rows], len(new))
    found = [(rows[one], rows[other]) for one, other in zip(left.tolist(), right.tolist(), strict=True)]
    near = [pair for pair in found if abs(pair[0].counted_at - pair[1].counted_at) <= window(settings)]
    return sorted(_ordered(one.article_id, other.article_id) for one, other in near)


def link_pairs(
    pairs: Iterable[tuple[str, str]],
    texts: Mapping[str, Text] | Callable[[str], Text],
    settings: CopySettings,
    *,
    known: Iterable[CopyLink] = (),
) -> list[CopyLink]:
    """Compare pairs; those that are connected already, through others, are left out: it would change no
    group.

    Args:
        pairs: ids, the smaller first.
        texts: id -> text.
        known: links that were found before.
    """
    components = Components((link.left_id, link.right_id) for link in known if link.kind in CONNECTING)
    text_of = texts if callable(texts) else texts.__getitem__
    links = []
    for left, right in pairs:
        if components.are_one(left, right):
            continue
        link = _link(left, right, text_of, settings)
        if link is not None:
            links.append(link)
        if link is not None and link.kind in CONNECTING:
            components.join(left, right)
    return links


def _link(left: str, right: str, text_of: Callable[[str], Text], settings: CopySettings) -> CopyLink | None:
    one, other = text_of(left), text_of(right)
    found = compared(one, other, settings)
    kind = kind_of(found, min(len(one.text), len(other.text)), settings)
    if kind is None:
        return None
    return CopyLink(left_id=left, right_id=right, kind=kind, containment=round(found.containment, 4))


def _ordered(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)
