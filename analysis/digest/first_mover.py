"""Who told a narrative first in this corpus, as far as the dates allow to say. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from analysis.digest.evidence import FirstMover, OutletRef
from analysis.digest.outlets import ref_of
from analysis.digest.spread import articles_of
from storage.records.published import WITHOUT_ZONE, published_between
from storage.records.told import NarrativeRow

TIE = timedelta(hours=6)
"""Publications closer than this share the first place: feeds state when an item was edited, templates when a
page was built. Chosen, not measured.
"""
TAKEN_UP = timedelta(hours=72)
"""A text that no other outlet follows for so long began nothing. Chosen, not measured."""
DAY = timedelta(days=1)
"""By definition."""


@dataclass(frozen=True, slots=True)
class _Dated:
    """An original text and the moments between which it was published."""

    row: NarrativeRow
    earliest: datetime
    latest: datetime


def first_mover(
    rows: Sequence[NarrativeRow],
    refs: Mapping[str, OutletRef],
    *,
    wire_of: Callable[[str], str | None],
    corpus_start: datetime | None,
) -> FirstMover | None:
    """Who told the narrative first with a text of their own; outlets that the dates cannot tell apart share
    the place.

    A text that no other outlet follows within 72 h began nothing - more often it was taken for the narrative
    by mistake -; it is passed over and mentioned. Where nothing was followed so soon, the earliest text
    stands.

    Args:
        rows: all passages of the narrative.
        wire_of: copy group -> agency that its text credits.
        corpus_start: the first moment that anything is known of.
    """
    texts = _originals(rows)
    if not texts:
        return None
    place = _first_followed(texts)
    leader = texts[place]
    rivals = [text for text in texts[place:] if text.earliest <= leader.latest + TIE]
    outlets = tuple(dict.fromkeys(ref_of(refs, text.row) for text in rivals))
    wire = wire_of(leader.row.group_id)
    doubts = [*_doubts(leader, rows, corpus_start, outlets=len(outlets), wire=wire)]
    if place:
        doubts.append(_passed_over(texts[0], refs))
    return _named(leader, rivals, outlets, wire, doubts)


def _named(
    leader: _Dated,
    rivals: Sequence[_Dated],
    outlets: tuple[OutletRef, ...],
    wire: str | None,
    doubts: list[str],
) -> FirstMover:
    return FirstMover(
        outlets=outlets,
        article_id=leader.row.article_id,
        url=leader.row.url,
        title=leader.row.title,
        earliest=min(text.earliest for text in rivals),
        latest=leader.latest,
        date_confidence=leader.row.date_confidence,
        certain=not doubts,
        wire=wire,
        note="; ".join(doubts),
    )


def _originals(rows: Sequence[NarrativeRow]) -> list[_Dated]:
    """Original texts, the one that was published first at the latest first.

    Who has the original was decided from all copies and their dates; the order in which they count can differ
    from that.
    """
    originals = [row for row in articles_of(rows) if row.relation == "original"]
    found = [_Dated(row, *published_between(row)) for row in originals]
    return sorted(found, key=lambda text: (text.latest, text.row.article_id))


def _first_followed(texts: Sequence[_Dated]) -> int:
    """Place of the first text that another outlet follows within `TAKEN_UP`; 0 where there is none."""
    followed = (place for place in range(len(texts)) if _is_followed(texts, place))
    return next(followed, 0)


def _is_followed(texts: Sequence[_Dated], place: int) -> bool:
    text = texts[place]
    until = text.latest + TAKEN_UP
    others = (other for other in texts[place + 1 :] if other.row.source_id != text.row.source_id)
    return any(other.earliest <= until for other in others)


def _passed_over(text: _Dated, refs: Mapping[str, OutletRef]) -> str:
    name, day = ref_of(refs, text.row).name, text.latest.date()
    return f"an earlier text, by {name} on {day}, was not taken up within 72 hours"


def _doubts(
    leader: _Dated,
    rows: Sequence[NarrativeRow],
    corpus_start: datetime | None,
    *,
    outlets: int,
    wire: str | None,
) -> Iterator[str]:
    """Why the first place is not certain."""
    row = leader.row
    if outlets > 1:
        yield f"{outlets} outlets lie so close that their dates cannot tell them apart"
    if row.date_confidence in ("C", "D"):
        yield f"the date of the first article has confidence {row.date_confidence}"
    elif row.date_source.endswith(WITHOUT_ZONE):
        yield "the time of the first article names no time zone"
    if wire:
        yield f"its text credits {wire}"
    if _is_stated_earlier(rows, leader.latest):
        yield "an article found late states an earlier date"
    if corpus_start is not None and leader.latest < corpus_start + DAY:
        yield "the corpus begins on that day"


def _is_stated_earlier(rows: Sequence[NarrativeRow], moment: datetime) -> bool:
    late = [row.published_at for row in rows if row.late and row.published_at is not None]
    return any(stated < moment for stated in late)
