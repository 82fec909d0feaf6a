"""Spread: who was first, who followed, in which countries, languages and ownership classes - as far as the dates allow to say.

Everything is "in this corpus": a source that is not watched cannot be first. Ownership is what a named list states, never inferred.
Timing is an order in time, not a proof of influence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median, quantiles

from analysis.digest.evidence import Carrier, CarrierShare, CopyLine, FirstMover, OutletRef, Role
from analysis.plain import direction_of
from config.clock import midnight
from storage.records import CopyGroup, PassageRow, Source

TIE = timedelta(hours=6)
"""Publications closer than this share the first place ..."""
DAY = timedelta(days=1)
TAKEN_UP = timedelta(hours=72)
"""A text that no other outlet follows for so long began nothing."""
UNDATED = timedelta(hours=72)
"""An article without a date may be so much older than its first sighting."""
EAST, WEST = timedelta(hours=14), timedelta(hours=12)
"""A day is the outlet's own: it begins so much earlier in the easternmost zone than in UTC, and ends so much later in the westernmost."""
EARLY_SHARE = 0.15
"""An amplifier joins before the peak, within this share of all texts."""
ATTENTION_PRIOR = 50.0
"""Articles' worth of the corpus' average added to an outlet's share of attention."""


@dataclass(frozen=True, slots=True)
class Told:
    """One article that carries a narrative."""

    row: PassageRow
    own: bool
    """The first article with this text within the narrative."""

    @property
    def day(self) -> date:
        """The UTC day it counts at."""
        return self.row.counted_at.astimezone(UTC).date()


def told_articles(rows: Iterable[PassageRow]) -> list[Told]:
    """One entry per counted article, by (counted_at, article_id); late articles are left out."""
    articles: dict[str, PassageRow] = {}
    for row in sorted(rows, key=lambda item: item.passage_id):
        if not row.late:
            articles.setdefault(row.article_id, row)
    found, seen = [], set()
    for row in sorted(articles.values(), key=lambda item: (item.counted_at, item.article_id)):
        found.append(Told(row, own=row.group_id not in seen))
        seen.add(row.group_id)
    return found


def outlet_refs(sources: Sequence[Source]) -> dict[str, OutletRef]:
    """Source id -> the outlet as it is shown."""
    return {
        item.source_id: OutletRef(
            source_id=item.source_id, name=item.name, country=item.country, ownership=item.ownership,
            ownership_list=item.ownership_list, ownership_as_of=item.ownership_as_of,
        )
        for item in sources
    }  # fmt: skip


def outlet_ref(
    refs: Mapping[str, OutletRef], source_id: str, *, country: str = "", ownership: str = "not listed"
) -> OutletRef:
    """An outlet by its id; one that is in no directory any more is shown by it, with what its passages say of it."""
    unknown = OutletRef(
        source_id=source_id, name=source_id, country=country, ownership=ownership, ownership_list=None, ownership_as_of=None
    )  # fmt: skip
    return refs.get(source_id, unknown)


def ref_of(refs: Mapping[str, OutletRef], row: PassageRow) -> OutletRef:
    """The outlet of a passage."""
    return outlet_ref(refs, row.source_id, country=row.country, ownership=row.ownership)


def publication_interval(row: PassageRow) -> tuple[datetime, datetime]:
    """The moments between which an article was published, never after it was seen.

    A and B: the stated moment, or its day where only midnight is stated. C: the stated day. A day is taken in any zone of the world.
    D: up to 72 h before it was first seen.
    """
    stated, seen = row.published_at, row.first_seen_at
    if stated is None or row.date_confidence == "D":
        return seen - UNDATED, seen
    stated = stated.astimezone(UTC)
    day = midnight(stated.date())
    if row.date_confidence == "C" or stated == day:
        return min(day - EAST, seen), min(day + DAY + WEST, seen)
    return min(stated, seen), min(stated, seen)


def first_mover(
    rows: Sequence[PassageRow],
    refs: Mapping[str, OutletRef],
    *,
    wire_of: Callable[[str], str | None],
    corpus_start: datetime | None,
) -> FirstMover | None:
    """Who told the narrative first with a text of their own; outlets that the dates cannot tell apart share the place.

    A text that no other outlet follows within 72 h began nothing - more often it was taken for the narrative by mistake -; it is passed over
    and mentioned. Where nothing was followed so soon, the earliest text stands.

    Args:
        rows: all passages of the narrative.
        wire_of: copy group -> agency that its text credits.
        corpus_start: the first moment that anything is known of.
    """
    # Who has the original was decided from all copies and their dates; the order in which they count can differ from that.
    articles = [item.row for item in told_articles(rows) if item.row.relation == "original"]
    if not articles:
        return None
    spans = {row.article_id: publication_interval(row) for row in articles}
    articles.sort(key=lambda row: (spans[row.article_id][1], row.article_id))
    place = _first_followed(articles, spans)
    leader = articles[place]
    latest = spans[leader.article_id][1]
    rivals = [row for row in articles[place:] if spans[row.article_id][0] <= latest + TIE]
    outlets = tuple(dict.fromkeys(ref_of(refs, row) for row in rivals))
    wire = wire_of(leader.group_id)
    notes = _doubts(leader, len(outlets), rows, latest, wire=wire, corpus_start=corpus_start)
    if place:
        alone = articles[0]
        notes.append(
            f"an earlier text, by {ref_of(refs, alone).name} on {spans[alone.article_id][1].date()}, was not taken up within 72 hours"
        )
    return FirstMover(
        outlets=outlets, article_id=leader.article_id, url=leader.url, title=leader.title,
        earliest=min(spans[row.article_id][0] for row in rivals), latest=latest, date_confidence=leader.date_confidence,
        certain=not notes, wire=wire, note="; ".join(notes),
    )  # fmt: skip


def _first_followed(articles: Sequence[PassageRow], spans: Mapping[str, tuple[datetime, datetime]]) -> int:
    """Place of the first text that another outlet follows within `TAKEN_UP`; 0 where there is none."""
    for place, row in enumerate(articles):
        until = spans[row.article_id][1] + TAKEN_UP
        if any(
            other.source_id != row.source_id and spans[other.article_id][0] <= until
            for other in articles[place + 1 :]
        ):
            return place
    return 0


def _doubts(
    leader: PassageRow,
    outlets: int,
    rows: Sequence[PassageRow],
    latest: datetime,
    *,
    wire: str | None,
    corpus_start: datetime | None,
) -> list[str]:
    """Why the first place is not certain."""
    doubts = []
    if outlets > 1:
        doubts.append(f"{outlets} outlets lie so close that their dates cannot tell them apart")
    if leader.date_confidence in ("C", "D"):
        doubts.append(f"the date of the first article has confidence {leader.date_confidence}")
    if wire:
        doubts.append(f"its text credits {wire}")
    if any(row.late and row.published_at is not None and row.published_at < latest for row in rows):
        doubts.append("an article found late states an earlier date")
    if corpus_start is not None and latest < corpus_start + DAY:
        doubts.append("the corpus begins on that day")
    return doubts


def roles(told: Sequence[Told]) -> dict[str, Role]:
    """Source -> its part in the narrative's whole life.

    Originators wrote a text of their own on the first day; amplifiers joined before the peak and within the first 15 % of the articles.
    """
    if not told:
        return {}
    per_day: defaultdict[date, int] = defaultdict(int)
    for item in told:
        per_day[item.day] += 1
    peak = min(per_day, key=lambda day: (-per_day[day], day))
    found: dict[str, Role] = {}
    for place, item in enumerate(told):
        early = item.day < peak and place <= EARLY_SHARE * len(told)
        role: Role = (
            "originator" if item.own and item.day == told[0].day else "amplifier" if early else "follower"
        )
        found.setdefault(item.row.source_id, role)
    return found


def carriers(
    told: Sequence[Told], refs: Mapping[str, OutletRef], parts: Mapping[str, Role]
) -> tuple[Carrier, ...]:
    """The outlets that carry a narrative in a period, in the order in which they came.

    Args:
        told: articles of the period; `own` was told over the narrative's whole life.
        parts: the roles.
    """
    by_source: defaultdict[str, list[Told]] = defaultdict(list)
    for item in told:
        by_source[item.row.source_id].append(item)
    start = told[0].row.counted_at if told else None
    found = [
        _carrier(items, refs, parts.get(source, "follower"), start or items[0].row.counted_at)
        for source, items in by_source.items()
    ]
    return tuple(sorted(found, key=lambda item: (item.first_at, item.outlet.source_id)))


def _carrier(items: Sequence[Told], refs: Mapping[str, OutletRef], role: Role, start: datetime) -> Carrier:
    first = items[0].row
    repeats = [item for item in items if not item.own]
    translations = sum(item.row.relation == "translation" for item in repeats)
    return Carrier(
        outlet=ref_of(refs, first), languages=tuple(sorted({item.row.language for item in items})), articles=len(items),
        copy_groups=len({item.row.group_id for item in items}), own_texts=len(items) - len(repeats),
        reprints=len(repeats) - translations, translations=translations, first_at=first.counted_at,
        lag_hours=round((first.counted_at - start).total_seconds() / 3600, 1), role=role,
        first_url=first.url, first_article_id=first.article_id,
    )  # fmt: skip


def lags(found: Sequence[Carrier]) -> tuple[float | None, tuple[float, float] | None]:
    """Median and quartiles of the hours by which the followers came later than the first; None where there are none, quartiles from four."""
    hours = [item.lag_hours for item in found[1:]]
    if not hours:
        return None, None
    if len(hours) < 4:
        return round(median(hours), 1), None
    low, _, high = quantiles(hours, n=4, method="inclusive")
    return round(median(hours), 1), (round(low, 1), round(high, 1))


def by_country(
    told: Sequence[Told], output: Mapping[str, int], countries: Mapping[str, str]
) -> tuple[CarrierShare, ...]:
    """Carriers by country with the share of attention there, most articles first.

    Args:
        output: source -> all its articles in the period.
        countries: source -> its country.
    """
    attention = country_attention(told, output, countries)
    return _shares(told, lambda item: (item.row.country, None), attention)


def by_language(told: Sequence[Told]) -> tuple[CarrierShare, ...]:
    """Carriers by language, most articles first."""
    return _shares(told, lambda item: (item.row.language, None), {})


def by_ownership(told: Sequence[Told], refs: Mapping[str, OutletRef]) -> tuple[CarrierShare, ...]:
    """Carriers by ownership label and the list that states it, most articles first."""
    return _shares(
        told, lambda item: (ref_of(refs, item.row).ownership, ref_of(refs, item.row).ownership_list), {}
    )


def _shares(
    told: Sequence[Told], key_of: Callable[[Told], tuple[str, str | None]], attention: Mapping[str, float]
) -> tuple[CarrierShare, ...]:
    groups: defaultdict[tuple[str, str | None], list[Told]] = defaultdict(list)
    for item in told:
        groups[key_of(item)].append(item)
    found = [
        CarrierShare(
            key=key, listed_in=listed_in, outlets=len({item.row.source_id for item in items}), articles=len(items),
            copy_groups=len({item.row.group_id for item in items}), own_texts=sum(item.own for item in items), attention=attention.get(key),
        )
        for (key, listed_in), items in groups.items()
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda item: (-item.articles, item.key, item.listed_in or "")))


def country_attention(
    told: Sequence[Told], output: Mapping[str, int], countries: Mapping[str, str]
) -> dict[str, float]:
    """Country -> share of its outlets' output that this narrative has: (y + 50 p) / (Y + 50) per outlet, p the share in the whole corpus.

    The mean over the country's outlets that published anything is not weighted: one giant must not speak for a country.
    """
    articles: defaultdict[str, int] = defaultdict(int)
    for item in told:
        articles[item.row.source_id] += 1
    overall = sum(articles.values()) / max(sum(output.values()), 1)
    shares: defaultdict[str, list[float]] = defaultdict(list)
    for source, total in sorted(output.items()):
        if total:
            shares[countries.get(source, "")].append(
                (articles[source] + ATTENTION_PRIOR * overall) / (total + ATTENTION_PRIOR)
            )
    return {country: round(sum(values) / len(values), 6) for country, values in sorted(shares.items())}


def copy_lines(
    told: Sequence[Told], groups: Mapping[str, CopyGroup], refs: Mapping[str, OutletRef]
) -> tuple[CopyLine, ...]:
    """Texts of a period that were printed more than once within the narrative, the most printed first."""
    by_group: defaultdict[str, list[Told]] = defaultdict(list)
    for item in told:
        by_group[item.row.group_id].append(item)
    found = [
        _copy_line(key, items, groups.get(key), refs) for key, items in by_group.items() if len(items) > 1
    ]
    return tuple(sorted(found, key=lambda item: (-item.articles, item.first_at, item.group_id)))


def _copy_line(
    group_id: str, items: Sequence[Told], group: CopyGroup | None, refs: Mapping[str, OutletRef]
) -> CopyLine:
    """Who printed it first is the copy group's word: that may have been before the period, or outside of the narrative."""
    first, repeats = items[0].row, [item.row for item in items if item.row.relation != "original"]
    translations = sum(row.relation == "translation" for row in repeats)
    excerpts = sum(row.relation == "excerpt" for row in repeats)
    return CopyLine(
        group_id=group_id, title=first.title, language=first.language, direction=direction_of(first.language),
        first_outlet=outlet_ref(refs, group.first_source_id) if group else ref_of(refs, first),
        first_at=group.first_at if group else first.counted_at, wire=group.wire if group else None, articles=len(items),
        outlets=len({item.row.source_id for item in items}), reprints=len(repeats) - translations - excerpts, excerpts=excerpts,
        translations=translations,
    )  # fmt: skip
