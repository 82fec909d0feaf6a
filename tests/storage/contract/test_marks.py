"""Readers that keep a mark see every passage once, whatever happens to the passages."""

from __future__ import annotations

import threading

from storage.engine import Database
from storage.marks import begin_numbering
from storage.rows import row_of, upsert
from storage.schema import passages as table
from storage.store import Store
from tests.storage.makers import (
    BUILD,
    DAY,
    add_articles,
    add_passages,
    article,
    comparison,
    group,
    hours,
    member,
    passage,
    source,
    unit,
)


def waiting(store: Store, statement_id: str = "s") -> list[str]:
    """Ids of the passages that a statement was not compared with."""
    return [row.passage_id for row in store.watch.unmatched(BUILD, statement_id, "h")]


def compare_all(store: Store, statement_id: str = "s") -> list[str]:
    """Compare a statement with what waits; ids of that."""
    rows = store.watch.unmatched(BUILD, statement_id, "h")
    if rows:
        store.watch.put([comparison(statement_id, "h", through=rows[-1].passage_no)])
    return [row.passage_id for row in rows]


def test_a_reader_waits_for_the_first_vector_that_is_missing(store: Store) -> None:
    """Passages are offered up to the first without a vector, the others when it has one:
    none is passed over.
    """
    made = sorted(add_passages(store, ["1", "2", "3"]), key=lambda one: one.passage_id)
    ids = [one.passage_id for one in made]
    store.vectors.put(BUILD, {made[0].text_hash: unit(1), made[2].text_hash: unit(0, 1)})
    assert compare_all(store) == ids[:1]
    assert store.passages.unembedded(BUILD) == [(made[1].text_hash, made[1].text)]
    assert compare_all(store) == []
    store.vectors.put(BUILD, {made[1].text_hash: unit(0, 0, 1)})
    assert store.passages.unembedded(BUILD) == []
    assert compare_all(store) == ids[1:]
    assert compare_all(store) == []


def test_what_is_cut_again_is_seen_again(store: Store) -> None:
    """The newest passages are deleted and cut again: they are new to every reader, also where the engine
    gives numbers again.
    """
    made = add_passages(store, ["1", "2"], vectors=[unit(1), unit(0, 1)])
    assert len(compare_all(store)) == 2
    last = max((article("1"), article("2")), key=lambda of: of.article_id)
    again = passage(last, text="Said otherwise.")
    store.passages.save([last.article_id], [again])
    assert waiting(store) == []
    assert store.passages.unembedded(BUILD) == [(again.text_hash, again.text)]
    store.vectors.put(BUILD, {again.text_hash: unit(0, 0, 1)})
    assert compare_all(store) == [again.passage_id]
    assert compare_all(store, "other") == sorted({*(one.passage_id for one in made), again.passage_id})


def test_numbers_never_fall_below_a_mark(store: Store) -> None:
    """All passages go and others come: marks do not hide them."""
    made = add_passages(store, ["1", "2"], vectors=[unit(1), unit(0, 1)])
    compare_all(store)
    store.passages.save([one.article_id for one in made], [])
    assert store.passages.unembedded(BUILD) == []
    add_passages(store, ["3"], vectors=[unit(0, 1)])
    assert waiting(store) == [passage(article("3")).passage_id]


def test_numbers_grow_in_the_order_of_commits(url: str, store: Store) -> None:
    """A passage that was inserted first but committed last has the higher number, so no mark passes it while
    it is unseen.
    """
    add_articles(store, [article("slow"), article("fast")])
    slow, fast = passage(article("slow")), passage(article("fast"))
    thread = threading.Thread(target=store.passages.save, args=([fast.article_id], [fast]))
    database = Database(url)
    with database.write() as connection:
        begin_numbering(connection)
        upsert(connection, table, [row_of(slow)], key=("passage_id",))
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
        assert store.passages.told(DAY, hours(1)) == []
    thread.join()
    database.close()
    numbers = {row.passage_id: row.passage_no for row in store.passages.told(DAY, hours(1))}
    assert numbers[slow.passage_id] < numbers[fast.passage_id]


def test_facts_are_what_the_rows_say(store: Store) -> None:
    """Passages and articles without their texts agree with those that have them; windows are half open."""
    store.sources.sync([source("alpha")])
    made = add_passages(store, ["1", "2"], vectors=[unit(1), unit(0, 1)])
    add_articles(store, [article("late", counted_at=hours(5), late=True)])
    one, two = (store.articles.get(item.article_id) for item in made)
    assert one is not None
    assert two is not None
    store.copies.replace(
        [group(one, size=2)], [member(one, one.article_id), member(two, one.article_id, "near", 0.9)]
    )
    rows = {row.passage_id: row for row in store.passages.window(DAY, hours(9))}
    facts = store.passages.told(DAY, hours(9))
    assert facts == store.passages.embedded_after(BUILD, 0)
    assert {item.passage_id for item in facts} == set(rows)
    for item in facts:
        row = rows[item.passage_id]
        names = [name for name in item._fields if name != "passage_no"]
        assert [getattr(item, name) for name in names] == [getattr(row, name) for name in names]
    assert store.passages.told(hours(1), hours(9)) == []
    counted = store.articles.counted(DAY, hours(6))
    assert [item.group_id for item in counted] == [one.article_id, one.article_id, article("late").article_id]
    assert [item.late for item in counted] == [False, False, True]
    assert [item.article_id for item in store.articles.counted(DAY, hours(5))] == sorted(
        [one.article_id, two.article_id]
    )


def test_vectors_of_a_span_lie_in_the_order_of_their_passages(store: Store) -> None:
    """What was told in a span comes with its vectors, without what has none, what came late and what lies
    outside; the numbers lead to the facts.
    """
    made = add_passages(store, ["1", "2", "3"], vectors=[unit(1), unit(0, 1), unit(0, 0, 1)])
    late = article("late", counted_at=DAY, late=True)
    add_articles(store, [late, article("bare", counted_at=DAY)])
    bare = passage(article("bare", counted_at=DAY))
    store.passages.save([late.article_id, bare.article_id], [passage(late), bare])
    store.vectors.put(BUILD, {passage(late).text_hash: unit(1)})
    numbers, languages, vectors = store.vectors.told(BUILD, DAY, hours(48))
    facts = store.passages.numbered(numbers)
    assert numbers == sorted(numbers)
    assert {row.passage_id for row in facts} == {item.passage_id for item in made}
    assert languages == [row.language for row in facts]
    known = store.vectors.known(BUILD, [row.text_hash for row in facts] + [bare.text_hash])
    assert [known[row.text_hash].tolist() for row in facts] == vectors.tolist()
    assert len(known) == len(made)
    assert store.vectors.told(BUILD, hours(48), hours(49))[0] == []
