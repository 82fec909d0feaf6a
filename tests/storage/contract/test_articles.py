"""Articles, their copies and what hangs on them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from storage.errors import StorageError
from storage.records import Assignment, CopyLink, SearchFilters, WatchHit
from storage.store import Store
from tests.storage.makers import (
    BUILD,
    DAY,
    add_articles,
    add_passages,
    article,
    cleaned,
    comparison,
    group,
    hours,
    member,
    narrative,
    page,
    passage,
    refused,
    sketch,
)


def test_an_article_comes_back_whole(store: Store) -> None:
    """Every field survives."""
    full = article(
        "1", authors=("A. Ba", "Б. В."), published_at=hours(-3), date_source="meta", date_confidence="A", date_claims={"meta": "x", "url": "y"},
        late=True, body="x\x00y",
    )  # fmt: skip
    add_articles(store, [full])
    assert store.articles.get(full.article_id) == replace(full, body="x\ufffdy")
    assert store.articles.count() == 1
    assert store.articles.get("nothing") is None


def test_an_article_needs_its_page(store: Store) -> None:
    """An article without a page is refused by name, and nothing of its chunk is written."""
    store.pages.discover([page("1")])
    with pytest.raises(StorageError):
        store.articles.save([cleaned(article("1")), cleaned(article("2"))])
    assert store.articles.count() == 0


def test_windows_are_half_open_and_ordered(store: Store) -> None:
    """`between` takes the start and leaves the end, by time and id."""
    items = [article(str(number), counted_at=hours(number)) for number in range(4)]
    twin = article("9", counted_at=hours(1), source_id="beta", language="fr")
    add_articles(store, [*reversed(items), twin])
    middle = sorted([items[1], twin], key=lambda one: one.article_id)
    assert store.articles.between(hours(1), hours(3)) == [*middle, items[2]]
    wanted = [items[0].article_id, twin.article_id]
    assert [one.article_id for one in store.articles.many([*wanted, "nothing"])] == sorted(wanted)


def test_cleaning_outcomes_balance(store: Store) -> None:
    """Each archived page has exactly one clean outcome."""
    add_articles(store, [article("1"), article("2")])
    store.articles.save([refused("2")])
    assert store.pages.clean_outcomes() == {"article": 1, "too_short": 1}
    assert [one.page_id for one in store.pages.to_clean("1")] == [page("2").page_id]


@pytest.mark.parametrize("body", ["Mauritania understands.", "Mauritania\x00 understands\ud800."])
def test_saving_again_changes_nothing(store: Store, body: str) -> None:
    """The same result written twice is there once, and keeps its passages and its group, whatever signs cannot be kept as they are."""
    of = article("1", body=body)
    add_articles(store, [of])
    store.passages.save([of.article_id], [passage(of)])
    store.copies.replace([group(of)], [member(of, of.article_id)])
    store.articles.save([cleaned(of)])
    assert store.articles.count() == 1
    assert store.copies.ungrouped() == []
    assert store.passages.uncut() == []
    assert len(store.passages.of_article(of.article_id)) == 1
    assert len(store.search.text("mauritania", filters=SearchFilters(), limit=9)) == 1


def with_everything(store: Store) -> None:
    """Two articles in one copy group, with passages, an assignment, a hit and an event."""
    made = add_passages(store, ["1", "2"])
    one, two = article("1"), article("2")
    store.copies.replace(
        [group(one, size=2)], [member(one, one.article_id), member(two, one.article_id, "near", 0.9)]
    )
    store.narratives.save(
        [narrative(1)],
        [
            Assignment(
                passage_id=item.passage_id, narrative_id=1, similarity=0.9, method="nearest", run_id="r"
            )
            for item in made
        ],
    )
    hit = WatchHit(
        statement_id="s",
        passage_id=made[0].passage_id,
        narrative_id=1,
        cosine=0.8,
        z=4.0,
        stance="endorses",
        run_id="r",
    )
    store.watch.put([comparison("s", "h", hit)])


@pytest.mark.parametrize("change", [{"body": "Another text."}, {"language": "fr"}])
def test_a_changed_text_loses_what_hangs_on_it(store: Store, change: dict[str, str]) -> None:
    """Passages, assignments, hits and copy membership go; the rest of the copy group is ungrouped again; the other article keeps its own."""
    with_everything(store)
    one, two = article("1"), article("2")
    store.articles.save([cleaned(replace(one, **change))])
    assert [item.article_id for item in store.passages.uncut()] == [one.article_id]
    assert store.passages.of_article(one.article_id) == []
    assert [item.passage_id for item in store.narratives.assignments()] == [passage(two).passage_id]
    assert store.watch.hits() == []
    assert {item.article_id for item in store.copies.ungrouped()} == {one.article_id, two.article_id}
    assert store.copies.group(one.article_id) is None


def test_a_changed_date_keeps_passages_but_not_the_group(store: Store) -> None:
    """Who was first is decided again; what was said is not."""
    with_everything(store)
    store.articles.save([cleaned(article("2", counted_at=hours(-5)))])
    assert len(store.copies.ungrouped()) == 2
    assert len(store.narratives.assignments()) == 2
    assert store.passages.uncut() == []


def test_changed_rules_alone_cost_nothing(store: Store) -> None:
    """A newer version of the rules that comes to the same text voids nothing."""
    with_everything(store)
    store.articles.save([cleaned(article("1", clean_version="2", authors=("B",)), clean_version="2")])
    assert store.copies.ungrouped() == []
    assert len(store.narratives.assignments()) == 2


def test_a_refused_page_loses_its_article(store: Store) -> None:
    """When newer rules refuse a page, its article, passages and index entry go."""
    with_everything(store)
    store.articles.save([refused("1")])
    assert store.articles.get(article("1").article_id) is None
    assert [item.article_id for item in store.copies.ungrouped()] == [article("2").article_id]
    assert len(store.search.text("mauritania", filters=SearchFilters(), limit=9)) == 1
    assert len(store.passages.window(DAY, hours(1))) == 1


def test_the_index_follows_the_text(store: Store) -> None:
    """A changed text is found by its new words and no longer by its old."""
    add_articles(store, [article("1", body="old words")])
    store.articles.save([cleaned(article("1", body="fresh words"))])
    assert store.search.text("old", filters=SearchFilters(), limit=9) == []
    assert len(store.search.text("fresh", filters=SearchFilters(), limit=9)) == 1


def test_groups_come_back_whole(store: Store) -> None:
    """Groups and members survive, in their orders."""
    one, two, three = article("1", counted_at=hours(2)), article("2", counted_at=hours(1)), article("3")
    add_articles(store, [one, two, three])
    made = group(two, wire="AFP", size=2, outlets=2, first_at_latest=hours(9))
    members = [member(two, made.group_id), member(one, made.group_id, "excerpt", 0.75)]
    store.copies.replace([made], members)
    assert store.copies.group(made.group_id) == made
    assert store.copies.groups(hours(1), hours(2)) == [made]
    assert store.copies.members([made.group_id]) == sorted(members, key=lambda item: item.article_id)
    assert store.copies.of([one.article_id, three.article_id]) == {one.article_id: members[1]}
    assert store.copies.all_members(DAY, hours(9)) == [(members[0], two), (members[1], one)]
    assert store.copies.ungrouped() == [three]
    assert store.copies.group("nothing") is None


def test_groups_merge(store: Store) -> None:
    """Members move to another group, and the dissolved group is gone."""
    one, two, three = article("1"), article("2"), article("3")
    add_articles(store, [one, two, three])
    store.copies.replace(
        [group(one), group(two, size=2)],
        [member(one, one.article_id), member(two, two.article_id), member(three, two.article_id)],
    )
    store.copies.replace(
        [group(one, size=2)], [member(two, one.article_id, "near", 0.9)], dissolved=[two.article_id]
    )
    assert [item.article_id for item in store.copies.members([one.article_id])] == sorted(
        [one.article_id, two.article_id]
    )
    assert store.copies.group(two.article_id) is None
    assert store.copies.ungrouped() == [three]


def test_sketches_and_links_come_back(store: Store) -> None:
    """Sketches are found by time and by article, links from either end; the waiting are told in order."""
    one, two, three = article("1", counted_at=hours(2)), article("2", counted_at=hours(1)), article("3")
    add_articles(store, [one, two, three])
    assert store.copies.waiting() == [three.article_id, two.article_id, one.article_id]
    left, right = sorted((one.article_id, two.article_id))
    link = CopyLink(left_id=left, right_id=right, kind="figure", containment=0.875)
    sketched = [sketch(two, 0, 2**31, 2**32 - 1), sketch(one)]
    store.copies.replace([group(two)], [member(two, two.article_id)], sketches=sketched, links=[link])
    assert store.copies.waiting() == [three.article_id, one.article_id]
    found = store.copies.sketches(hours(1), hours(2))
    assert [row.article_id for row in found] == [two.article_id, one.article_id]
    assert found[0].runs.tolist() == [0, 2**31, 2**32 - 1]
    assert found[0].is_whole
    assert list(store.copies.sketched([one.article_id, three.article_id])) == [one.article_id]
    assert store.copies.links([left]) == store.copies.links([right]) == [link]
    assert store.copies.unsketched(DAY, hours(9)) == []


def test_what_a_former_program_grouped_has_no_sketch(store: Store) -> None:
    """Grouped articles without a sketch are found, until they have one."""
    one, two = article("1"), article("2")
    add_articles(store, [one, two])
    store.copies.replace([group(one)], [member(one, one.article_id)])
    assert store.copies.unsketched(DAY, DAY) == [one.article_id]
    store.copies.sketch([sketch(one)])
    assert store.copies.unsketched(DAY, DAY) == []


def test_a_changed_text_is_forgotten(store: Store) -> None:
    """A text that changed is sketched and compared again; one that is lost leaves nothing."""
    one, two, three = article("1"), article("2"), article("3")
    add_articles(store, [one, two, three])
    ids = sorted(item.article_id for item in (one, two, three))
    links = [CopyLink(left_id=ids[0], right_id=key, kind="whole", containment=1.0) for key in ids[1:]]
    store.copies.replace([], [], sketches=[sketch(one), sketch(two), sketch(three)], links=links)
    store.articles.save([cleaned(replace(one, body="Another text.")), refused("2")])
    assert list(store.copies.sketched(ids)) == [three.article_id]
    left = {key for link in store.copies.links(ids) for key in (link.left_id, link.right_id)}
    assert left.isdisjoint({one.article_id, two.article_id})


def test_articles_without_passages_are_cut_too(store: Store) -> None:
    """Cutting marks articles also where they give no passage."""
    add_articles(store, [article("1"), article("2")])
    ids = sorted([article("1").article_id, article("2").article_id])
    assert [item.article_id for item in store.passages.uncut(limit=1)] == ids[:1]
    assert [item.article_id for item in store.passages.uncut(after=ids[0])] == ids[1:]
    store.passages.save(ids, [])
    assert store.passages.uncut() == []
    assert store.passages.unembedded(BUILD) == []
