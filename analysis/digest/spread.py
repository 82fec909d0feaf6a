"""Spread: who followed, in which countries, languages and ownership classes, and in which copies. Pure.

Everything is "in this corpus". Ownership is what a named list states, never inferred. Timing is an order in
time, not a proof of influence.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import mean, median, quantiles

from analysis.digest.evidence import Carrier, CarrierShare, CopyLine, OutletRef, Role
from analysis.digest.outlets import outlet_ref, ref_of
from analysis.plain import direction_of
from analysis.tellings import first_told
from config.clock import day_of
from storage.records import CopyGroup
from storage.records.told import NarrativeRow

EARLY_SHARE = 0.15
"""An amplifier joins before the peak, within this share of all texts. Chosen, not measured."""
ATTENTION_PRIOR = 50.0
"""Articles' worth of the corpus' average added to an outlet's share of attention. Chosen, not measured."""

NO_REPRINT = ("original", "excerpt", "translation")
"""Relations to a text that are no reprints of it."""


@dataclass(frozen=True, slots=True)
class CarriedArticle:
    """One article that carries a narrative, told by its first passage that does."""

    row: NarrativeRow
    own: bool
    """Its text is new within the narrative (`analysis.tellings.first_told`)."""

    @property
    def day(self) -> date:
        """The UTC day it counts at."""
        return day_of(self.row.counted_at)


def articles_of(rows: Iterable[NarrativeRow]) -> list[NarrativeRow]:
    """The first passage of each article that counts, by (counted_at, article_id)."""
    first: dict[str, NarrativeRow] = {}
    for row in sorted(rows, key=lambda item: item.passage_id):
        if not row.late:
            first.setdefault(row.article_id, row)
    return sorted(first.values(), key=lambda row: (row.counted_at, row.article_id))


def carried_articles(rows: Iterable[NarrativeRow]) -> list[CarriedArticle]:
    """One entry per article that counts, by (counted_at, article_id).

    Args:
        rows: the narrative's passages of the period and of the two weeks before it, or of all its life.
    """
    articles = articles_of(rows)
    new = first_told(articles)
    return [CarriedArticle(row, own=row.article_id in new) for row in articles]


def roles(told: Sequence[CarriedArticle]) -> dict[str, Role]:
    """Source -> its part in the narrative's whole life.

    Originators wrote a text of their own on the first day; amplifiers joined before the peak and within the
    first 15 % of the articles.
    """
    found: dict[str, Role] = {}
    peak, early = _peak(told), EARLY_SHARE * len(told)
    for place, item in enumerate(told):
        joins_early: Role = "amplifier" if item.day < peak and place <= early else "follower"
        is_first = item.own and item.day == told[0].day
        found.setdefault(item.row.source_id, "originator" if is_first else joins_early)
    return found


def _peak(told: Sequence[CarriedArticle]) -> date:
    """The day with most articles, the earliest of several."""
    per_day = Counter(item.day for item in told)
    return min(per_day, key=lambda day: (-per_day[day], day), default=date.min)


def carriers(
    told: Sequence[CarriedArticle], refs: Mapping[str, OutletRef], parts: Mapping[str, Role]
) -> tuple[Carrier, ...]:
    """The outlets that carry a narrative in a period, in the order in which they came.

    Args:
        told: articles of the period; `own` was told over the narrative's whole life.
        parts: the roles.
    """
    by_source: defaultdict[str, list[CarriedArticle]] = defaultdict(list)
    for item in told:
        by_source[item.row.source_id].append(item)
    found = [
        _carrier(items, refs, parts.get(source, "follower"), told[0].row.counted_at)
        for source, items in by_source.items()
    ]
    return tuple(sorted(found, key=lambda item: (item.first_at, item.outlet.source_id)))


def _carrier(
    items: Sequence[CarriedArticle], refs: Mapping[str, OutletRef], role: Role, start: datetime
) -> Carrier:
    first = items[0].row
    repeats = [item.row for item in items if not item.own]
    translations = sum(row.relation == "translation" for row in repeats)
    return Carrier(
        outlet=ref_of(refs, first),
        languages=tuple(sorted({item.row.language for item in items})),
        articles=len(items),
        copy_groups=len({item.row.group_id for item in items}),
        own_texts=len(items) - len(repeats),
        reprints=len(repeats) - translations,
        translations=translations,
        first_at=first.counted_at,
        lag_hours=round((first.counted_at - start).total_seconds() / 3600, 1),
        role=role,
        first_url=first.url,
        first_article_id=first.article_id,
    )


def lags(found: Sequence[Carrier]) -> tuple[float | None, tuple[float, float] | None]:
    """Median and quartiles of the hours by which the followers came later than the first; None where there
    are none, quartiles from four.
    """
    hours = [item.lag_hours for item in found[1:]]
    if not hours:
        return None, None
    if len(hours) < 4:
        return round(median(hours), 1), None
    low, _, high = quantiles(hours, n=4, method="inclusive")
    return round(median(hours), 1), (round(low, 1), round(high, 1))


def by_country(
    told: Sequence[CarriedArticle], output: Mapping[str, int], countries: Mapping[str, str]
) -> tuple[CarrierShare, ...]:
    """Carriers by country with the share of attention there, most articles first.

    Args:
        output: source -> all its articles in the period.
        countries: source -> its country.
    """
    attention = country_attention(told, output, countries)
    return _shares(told, lambda item: (item.row.country, None), attention)


def by_language(told: Sequence[CarriedArticle]) -> tuple[CarrierShare, ...]:
    """Carriers by language, most articles first."""
    return _shares(told, lambda item: (item.row.language, None), {})


def by_ownership(told: Sequence[CarriedArticle], refs: Mapping[str, OutletRef]) -> tuple[CarrierShare, ...]:
    """Carriers by ownership label and the list that states it, most articles first."""

    def label(item: CarriedArticle) -> tuple[str, str | None]:
        ref = ref_of(refs, item.row)
        return ref.ownership, ref.ownership_list

    return _shares(told, label, {})


def _shares(
    told: Sequence[CarriedArticle],
    key_of: Callable[[CarriedArticle], tuple[str, str | None]],
    attention: Mapping[str, float],
) -> tuple[CarrierShare, ...]:
    groups: defaultdict[tuple[str, str | None], list[CarriedArticle]] = defaultdict(list)
    for item in told:
        groups[key_of(item)].append(item)
    found = [_share(key, items, attention.get(key[0])) for key, items in groups.items()]
    return tuple(sorted(found, key=lambda item: (-item.articles, item.key, item.listed_in or "")))


def _share(
    key: tuple[str, str | None], items: Sequence[CarriedArticle], attention: float | None
) -> CarrierShare:
    return CarrierShare(
        key=key[0],
        listed_in=key[1],
        outlets=len({item.row.source_id for item in items}),
        articles=len(items),
        copy_groups=len({item.row.group_id for item in items}),
        own_texts=sum(item.own for item in items),
        attention=attention,
    )


def country_attention(
    told: Sequence[CarriedArticle], output: Mapping[str, int], countries: Mapping[str, str]
) -> dict[str, float]:
    """Country -> share of its outlets' output that this narrative has: (y + 50 p) / (Y + 50) per outlet, p
    the share in the whole corpus.

    The mean over the country's outlets that published anything is not weighted: one giant must not speak for
    a country.
    """
    shares: defaultdict[str, list[float]] = defaultdict(list)
    for source, share in _outlet_attention(told, output).items():
        shares[countries.get(source, "")].append(share)
    return {country: round(mean(shares[country]), 6) for country in sorted(shares)}


def _outlet_attention(told: Sequence[CarriedArticle], output: Mapping[str, int]) -> dict[str, float]:
    """Outlet that published anything -> share of its output that this narrative has."""
    articles = Counter(item.row.source_id for item in told)
    prior = ATTENTION_PRIOR * articles.total() / max(sum(output.values()), 1)
    published = sorted(source for source in output if output[source])
    return {source: (articles[source] + prior) / (output[source] + ATTENTION_PRIOR) for source in published}


def copy_lines(
    told: Sequence[CarriedArticle], groups: Mapping[str, CopyGroup], refs: Mapping[str, OutletRef]
) -> tuple[CopyLine, ...]:
    """Texts of a period that were printed more than once within the narrative, the most printed first."""
    by_group: defaultdict[str, list[NarrativeRow]] = defaultdict(list)
    for item in told:
        by_group[item.row.group_id].append(item.row)
    repeated = {key: rows for key, rows in by_group.items() if len(rows) > 1}
    found = [_copy_line(key, rows, groups.get(key), refs) for key, rows in repeated.items()]
    return tuple(sorted(found, key=lambda item: (-item.articles, item.first_at, item.group_id)))


def _copy_line(
    group_id: str, rows: Sequence[NarrativeRow], group: CopyGroup | None, refs: Mapping[str, OutletRef]
) -> CopyLine:
    """Who printed it first is the copy group's word: that may have been before the period, or outside of the
    narrative.
    """
    first = rows[0]
    outlet, at = ref_of(refs, first), first.counted_at
    if group is not None:
        outlet, at = outlet_ref(refs, group.first_source_id), group.first_at
    relations = Counter(row.relation for row in rows)
    return CopyLine(
        group_id=group_id,
        title=first.title,
        language=first.language,
        direction=direction_of(first.language),
        first_outlet=outlet,
        first_at=at,
        wire=group.wire if group else None,
        articles=len(rows),
        outlets=len({row.source_id for row in rows}),
        reprints=sum(count for relation, count in relations.items() if relation not in NO_REPRINT),
        excerpts=relations["excerpt"],
        translations=relations["translation"],
    )
