"""What a weekly report says beside its digest, over a stored world; every figure is counted again from
rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from analysis.digest.account import build_account
from analysis.digest.build import build_digest
from analysis.digest.evidence import NarrativeDigest
from analysis.digest.folding import folds
from analysis.digest.records import Account, Digest
from analysis.digest.sides import side_of
from analysis.tellings import says
from config.clock import FixedClock, day_of, midnight
from storage.store import Store
from tests.counting.makers import at, day
from tests.digest.world import workspace


def week(store: Store, start: int) -> tuple[Digest, Account]:
    """A week of the world, written on the morning after."""
    clock = FixedClock(at(start + 7, 6.5))
    digest = build_digest(
        store=store, workspace=workspace(Path()), start=day(start), end=day(start + 7), clock=clock
    )
    return digest, build_account(store=store, workspace=workspace(Path()), digest=digest, clock=clock)


@pytest.fixture(scope="module")
def burst(store: Store) -> Iterator[tuple[Digest, Account]]:
    """The week of the burst."""
    yield week(store, 63)


def cells(store: Store, narrative_id: int, start: date, end: date) -> list[tuple[str, int, int]]:
    """Source, own texts and articles of a narrative, from the stored observations."""
    found = store.counts.observations(start, end)
    return [
        (item.source_id, item.own_texts, item.articles) for item in found if item.narrative_id == narrative_id
    ]


def test_a_watched_statement_is_told_of(store: Store, burst: tuple[Digest, Account]) -> None:
    """Its line is what the rows give when they are counted again."""
    (line,) = burst[1].watched
    rows = cells(store, 9, day(63), day(70))
    sides = {source.source_id: side_of(source.ownership) for source in store.sources.all()}
    assert line.articles == sum(articles for *_, articles in rows)
    assert line.outlets == len({source for source, *_ in rows})
    assert line.state_texts == sum(own for source, own, _ in rows if sides[source] == "state")
    assert line.unlisted_texts == sum(own for source, own, _ in rows if sides[source] == "unlisted")
    hits = [hit for hit in store.watch.hits() if day(63) <= _day(store, hit.passage_id) < day(70)]
    assert line.endorses + line.reports + line.refutes == len(hits)
    assert line.last_told == max(_day(store, hit.passage_id) for hit in hits)


def _day(store: Store, passage_id: str) -> date:
    article = store.articles.get(passage_id.partition(":")[0])
    assert article is not None
    return article.counted_at.date()


def test_it_is_told_of_at_zero_too(store: Store) -> None:
    """The week after the burst says that nothing was told, and when it was last."""
    _, told = week(store, 70)
    (line,) = told.watched
    assert (line.observed, line.articles, line.endorses) == (0.0, 0, 0)
    assert line.last_told == day(66)


def test_the_next_week_says_what_became_of_it(store: Store) -> None:
    """What the week of the burst listed comes back with then and now, silent or not; one claim once."""
    digest, told = week(store, 70)
    before, _ = week(store, 63)
    listed = [item.narrative_id for part in (before.rising, before.new, before.falling) for item in part]
    assert [line.narrative_id for line in told.became] == listed
    first = told.became[0]
    assert (first.narrative_id, first.was, first.now, first.is_listed) == (9, "rising", 0.0, False)
    assert first.then == before.rising[0].observed
    assert digest.rising == ()


def test_the_figures_of_an_item_are_rows(store: Store, burst: tuple[Digest, Account]) -> None:
    """Articles, outlets, texts, countries and sides of every item, counted again from observations and
    sources.
    """
    sources = {source.source_id: source for source in store.sources.all()}
    items: list[NarrativeDigest] = [*burst[0].rising, *burst[0].new]
    assert items
    for item in items:
        rows = cells(store, item.narrative_id, day(63), day(70))
        outlets = {source for source, *_ in rows}
        assert item.articles == sum(articles for *_, articles in rows)
        assert item.outlets == len(outlets)
        assert item.countries == len({sources[key].country for key in outlets})
        assert item.own_text_outlets == len({source for source, own, _ in rows if own})
        for side in item.sides:
            mine = [row for row in rows if side_of(sources[row[0]].ownership) == side.side]
            assert (side.outlets, side.own_texts) == (
                len({row[0] for row in mine}),
                sum(row[1] for row in mine),
            )


def test_all_claims_by_side(store: Store, burst: tuple[Digest, Account]) -> None:
    """State against independent counts each claim once, under the number it is listed by."""
    total = sum(side.own_texts for side in burst[1].sides)
    kept = {key for key in (1, 2, 3, 9) if key not in burst[0].rising[0].folded}
    assert total == sum(own for key in kept for _, own, _ in cells(store, key, day(63), day(70)))


def test_what_is_one_item() -> None:
    """Half of the smaller one's texts in common, from three on; the first known keeps its number."""
    texts = {1: "abcdef", 2: "abc", 3: "axyz", 4: "ab", 5: "defg"}
    assert folds([1, 2, 3, 4, 5], texts) == {2: 1, 5: 1}
    assert folds([3, 2, 1], texts) == {1: 2}
    assert folds([], {}) == {}


def test_the_same_rows_give_the_same_account(store: Store, burst: tuple[Digest, Account]) -> None:
    """Twice the same bytes."""
    assert week(store, 63)[1].to_dict() == burst[1].to_dict()


SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="module")
def eastern(store: Store) -> Digest:
    """The week of the burst by the days of Shanghai."""
    return build_digest(
        store=store,
        workspace=workspace(Path()),
        start=day(63),
        end=day(70),
        clock=FixedClock(at(70, 6.5)),
        zone=SHANGHAI,
    )


def test_a_week_of_another_zone_has_its_articles(store: Store, eastern: Digest) -> None:
    """What is counted of it is what was published between its midnights."""
    opens, closes = midnight(day(63), SHANGHAI), midnight(day(70), SHANGHAI)
    told = [row for row in store.tellings.printed(opens, closes) if not row.late]
    assert eastern.zone == "Asia/Shanghai"
    assert eastern.totals.articles == len(told) == sum(line.articles for line in eastern.sources)
    assert eastern.totals.languages != week(store, 63)[0].totals.languages


def test_a_claim_of_another_zone_is_counted_by_its_days(store: Store, eastern: Digest) -> None:
    """Chart, figures and carriers agree, and are what the passages give when they are counted by that
    zone's days.
    """
    survivors = store.narratives.survivors()
    for item in (*eastern.rising, *eastern.new, *eastern.falling):
        articles: dict[date, set[str]] = {}
        for row in store.tellings.between(at(0, 0), at(100, 0)):
            if survivors.get(row.narrative_id) == item.narrative_id and not row.late and says(row.stance):
                articles.setdefault(day_of(row.counted_at, SHANGHAI), set()).add(row.article_id)
        assert [point.articles for point in item.series] == [
            len(articles.get(point.day, ())) for point in item.series
        ]
        assert item.articles == sum(point.articles for point in item.series[-7:])


def test_the_account_of_another_zone_has_its_days(store: Store, eastern: Digest) -> None:
    """A watched statement's passages are those between the zone's midnights."""
    told = build_account(
        store=store, workspace=workspace(Path()), digest=eastern, clock=FixedClock(at(70, 6.5))
    )
    opens, closes = midnight(day(63), SHANGHAI), midnight(day(70), SHANGHAI)
    (line,) = told.watched
    hits = store.watch.hits(line.statement_id, start=opens, end=closes)
    assert line.endorses + line.reports + line.refutes == len(hits)
