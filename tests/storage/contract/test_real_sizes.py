"""Values of the size that a real desk has, through every store: long numbers, long texts, long lists, every
plane of Unicode.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from storage import ids
from storage.records import (
    Assignment,
    Correction,
    Event,
    LineageEvent,
    Observation,
    SearchFilters,
    SourceDay,
    Theme,
    WatchHit,
)
from storage.rows import CHUNK
from storage.store import Store
from tests.storage.makers import (
    BUILD,
    DAY,
    add_articles,
    add_passages,
    alert,
    article,
    cleaned,
    comparison,
    delivery,
    feed,
    fetched,
    group,
    hours,
    member,
    narrative,
    page,
    passage,
    poll,
    spike,
    unit,
)

EVENT: Final = 4_486_644_888_298_173
"""An event's number, of 52 bits."""
MANY: Final = 3_000_000_000
"""More than 4 bytes hold."""
MANY_ITEMS: Final = 2 * CHUNK + 201
"""More than one statement takes."""
SCRIPTS: Final = "Déjà vu; Мавритания понимает; موريتانيا تتفهم؛ 毛里塔尼亚理解; मॉरिटानिया; 🇲🇷 𐍈 𝒜 👩‍👩‍👧‍👦 "
"""Letters of five scripts, and signs beyond the first plane of Unicode."""
LONG: Final = (SCRIPTS * 400).strip()
"""About 33,000 characters: a long read."""
LONG_URL: Final = "https://alpha.example/" + "путь-" * 600
"""Longer than what PostgreSQL can index."""


def test_long_articles_in_every_script(store: Store) -> None:
    """Texts, titles, authors and claims come back as they were, and are found by their words."""
    of = article(
        "1",
        title=SCRIPTS * 8,
        body=LONG,
        authors=(SCRIPTS,) * 40,
        date_claims={f"claim {n}": SCRIPTS for n in range(99)},
    )
    add_articles(store, [of])
    assert store.articles.get(of.article_id) == of
    cut = [passage(of, n, LONG[n * 500 : n * 500 + 500], start=n * 500, end=n * 500 + 500) for n in range(60)]
    store.passages.save([of.article_id], cut)
    rows = store.passages.of_article(of.article_id)
    assert [(row.text, row.text_hash) for row in rows] == [(one.text, one.text_hash) for one in cut]
    for word in ("мавритания", "موريتانيا", "मॉरिटानिया"):
        hits = store.search.text(word, filters=SearchFilters(), limit=5)
        assert [hit.article_id for hit in hits] == [of.article_id], word


def test_pages_with_long_addresses_and_far_places(store: Store) -> None:
    """A page lies beyond 2 GB in its file; addresses are as long as they may be; headers
    and hints are kept.
    """
    url = LONG_URL
    found = replace(page("1"), page_id=ids.page_id(url), url=url, hints={"title": SCRIPTS, "n": MANY})
    place = fetched(found).warc
    assert place is not None
    done = fetched(
        found, attempts=MANY, status=599, headers={f"X-{n}": SCRIPTS for n in range(60)},
        warc=replace(place, offset=MANY, length=MANY), final_url=url + "?" + SCRIPTS,
    )  # fmt: skip
    store.pages.discover([found])
    store.pages.record_fetch([done])
    assert store.pages.get(done.page_id) == done
    assert store.pages.by_url(url) == done
    polled = poll(entries=MANY, new_links=MANY, status=200)
    state = feed(failures=MANY)
    store.feeds.record(state, polled, [])
    assert store.feeds.get(state.feed_url) == state
    assert store.feeds.polls(DAY, hours(1)) == [polled]


def test_meaning_with_long_numbers(store: Store) -> None:
    """Narratives, assignments, history, hits, corrections, themes and events keep numbers of 52 bits."""
    (one,) = add_passages(store, ["1"], texts=[LONG[:3000]], vectors=[unit(1)])
    told = narrative(
        EVENT, size=MANY, merged_into=None, split_from=EVENT - 1, theme_id=EVENT + 1, label=SCRIPTS * 20,
        keywords={"ar": (SCRIPTS,) * 30}, exemplars=tuple(f"{n:016x}:000" for n in range(500)),
        mean_version=MANY,
    )  # fmt: skip
    belongs = Assignment(
        passage_id=one.passage_id, narrative_id=EVENT, similarity=1 / 3, method="analyst", run_id="r"
    )
    history = LineageEvent(
        at=DAY,
        kind="split_from",
        narrative_id=EVENT,
        other_id=EVENT - 1,
        run_id="r",
        detail={"passages": MANY},
    )
    store.narratives.save([told], [belongs], [history])
    store.narratives.save_themes([Theme(theme_id=EVENT + 1, label=SCRIPTS)], {EVENT: EVENT + 1})
    (kept,) = store.narratives.all()
    assert replace(kept, centroid=None) == replace(told, centroid=None)
    assert store.narratives.members(EVENT) == store.narratives.assignments(narrative_id=EVENT) == [belongs]
    assert store.narratives.lineage(EVENT - 1) == store.narratives.lineage(kinds=("split_from",)) == [history]
    assert (store.narratives.sizes(), store.narratives.next_id()) == ({EVENT: 1}, EVENT + 1)
    decided = Correction(
        correction_id="c", at=DAY, kind="reject", narrative_id=EVENT, passage_id=one.passage_id
    )
    store.corrections.add(decided)
    assert store.corrections.all() == [decided]


def test_findings_with_long_numbers(store: Store) -> None:
    """Events, hits, counts, spikes and alerts keep numbers of 52 bits and counts beyond 31."""
    (one,) = add_passages(store, ["1"], vectors=[unit(1)])
    event = Event(event_id=EVENT, label=SCRIPTS * 9, first_at=DAY, last_at=hours(1), articles=MANY)
    store.events.replace(DAY, [event], {one.passage_id: EVENT})
    assert (store.events.get(EVENT), store.events.of([one.passage_id])) == (event, {one.passage_id: EVENT})
    assert (store.events.members(EVENT), store.events.all(DAY, hours(2))) == ([one.passage_id], [event])
    hit = WatchHit(
        statement_id="s",
        passage_id=one.passage_id,
        narrative_id=EVENT,
        cosine=0.5,
        z=9.5,
        stance="reports",
        run_id="r",
    )
    store.watch.put([comparison("s", "h", hit, through=EVENT)])
    assert (store.watch.hits(), store.watch.compared_through("s", "h")) == ([hit], EVENT)
    day = DAY.date()
    seen = Observation(
        narrative_id=EVENT, source_id="alpha", day=day, articles=MANY, copy_groups=MANY, own_texts=MANY
    )
    output = SourceDay(
        source_id="alpha", day=day, articles=MANY, copy_groups=MANY, fetched=MANY, failed=MANY, polls=MANY,
        polls_failed=MANY, health="ok",
    )  # fmt: skip
    store.counts.replace(day, hours(24).date(), [seen], [output])
    assert store.counts.observations(day, hours(24).date(), narrative_id=EVENT) == [seen]
    assert store.counts.source_days(day, hours(24).date()) == [output]
    found = spike(
        narrative_id=EVENT, outlets=MANY, articles=MANY, countries=MANY, languages=MANY, window_days=MANY
    )
    store.spikes.save([found])
    assert store.spikes.get(found.spike_id) == found
    sent = alert(narrative_id=EVENT, evidence={"quotes": [SCRIPTS] * 500})
    posted = delivery(sent, attempts=MANY)
    store.alerts.create(sent, [posted])
    assert (store.alerts.get(sent.alert_id), store.alerts.outbox()) == (sent, [posted])


def test_lists_longer_than_a_statement_takes(store: Store) -> None:
    """Every method that takes many ids or records takes more than one statement can
    carry, and misses none.
    """
    names = [str(number) for number in range(MANY_ITEMS)]
    made = add_passages(store, names, vectors=[unit(1, number) for number in range(MANY_ITEMS)])
    articles, keys = [one.article_id for one in made], [one.passage_id for one in made]
    assert len(store.articles.many(articles)) == len(store.copies.ungrouped()) == MANY_ITEMS
    assert len(store.pages.known([page(name).url for name in names])) == MANY_ITEMS
    assert len(store.passages.many(keys)) == len(store.passages.of_articles(articles)) == MANY_ITEMS
    hashes = [one.text_hash for one in made]
    assert store.vectors.has(BUILD, hashes) == set(hashes)
    assert store.vectors.get(BUILD, hashes).shape == (MANY_ITEMS, 8)
    belongs = [
        Assignment(passage_id=key, narrative_id=EVENT, similarity=0.5, method="nearest", run_id="r")
        for key in keys
    ]
    store.narratives.save([narrative(EVENT)], belongs)
    assert store.narratives.sizes() == {EVENT: MANY_ITEMS}
    pages = [store.narratives.members(EVENT, limit=MANY_ITEMS - 1)]
    pages.append(store.narratives.members(EVENT, after=pages[0][-1].passage_id))
    assert [*pages[0], *pages[1]] == sorted(belongs, key=lambda item: item.passage_id)
    events = [
        Event(event_id=EVENT + n, label="x", first_at=DAY, last_at=DAY, articles=1) for n in range(MANY_ITEMS)
    ]
    store.events.replace(DAY, events, {key: EVENT + n for n, key in enumerate(keys)})
    assert len(store.events.of(keys)) == MANY_ITEMS
    originals = [article(name) for name in names]
    store.copies.replace(
        [group(one) for one in originals], [member(one, one.article_id) for one in originals]
    )
    assert len(store.copies.of(articles)) == len(store.copies.members(articles)) == MANY_ITEMS
    assert store.copies.ungrouped() == []
    store.narratives.unassign(keys)
    assert store.narratives.sizes() == {}
    store.articles.save([cleaned(replace(one, body=one.body + " More.")) for one in originals])
    assert len(store.copies.ungrouped()) == len(store.passages.uncut(limit=MANY_ITEMS)) == MANY_ITEMS
    assert store.events.of(keys) == {}
