"""What a narrative's count is made of."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest

from analysis.counts.observe import observe
from analysis.tellings import COPY_REACH, survivors_of, tellings
from storage.errors import StorageError
from storage.records import Observation
from storage.records.told import NarrativeRow
from tests.counting.makers import assignment, at, day, hit, narrative, row, told_rows


def count(rows: Sequence[NarrativeRow], **values: Any) -> list[Observation]:
    """Observations of narrative 1, which every row tells."""
    given: dict[str, Any] = {
        "assignments": [assignment(item.article_id, ordinal=int(item.passage_id[-3:])) for item in rows],
        "hits": [],
        "survivors": {1: 1},
    }
    found = {**given, **values}
    return observe(tellings(told_rows(rows, found["assignments"], found["hits"]), found["survivors"]))


def test_two_passages_of_one_article_count_once() -> None:
    """An article counts once, however many of its passages tell the narrative."""
    rows = [row("a"), row("a", passage_id="a:001")]
    assert [item.articles for item in count(rows)] == [1]


def test_twelve_reprints_are_one_text() -> None:
    """A text counts once overall, for the source that told it first, and once for each source that repeats
    it.
    """
    rows = [row(f"a{n}", hour=n, source_id=f"outlet-{n:02d}", group_id="a0") for n in range(12)]
    found = count(rows)
    assert [item.articles for item in found] == [1] * 12
    assert [item.copy_groups for item in found] == [1] * 12
    assert {item.source_id: item.own_texts for item in found if item.own_texts} == {"outlet-00": 1}


def test_a_second_printing_is_an_article_but_no_text() -> None:
    """A source that prints a text again the next day has an article more and no text."""
    found = count([row("a"), row("b", 1, group_id="a")])
    assert [(item.articles, item.copy_groups, item.own_texts) for item in found] == [(1, 1, 1), (1, 0, 0)]


def test_what_a_day_counts_does_not_depend_on_where_the_recount_begins() -> None:
    """A text that is printed now and then counts again after two weeks of silence, however much of its past
    is read.
    """
    rows = [
        row(f"a{n}", number, group_id="a0", source_id=f"s{n % 2}") for n, number in enumerate((0, 10, 20, 35))
    ]
    whole = {item.day: item.own_texts for item in count(rows)}
    assert [whole[day(n)] for n in (0, 10, 20, 35)] == [1, 0, 0, 1]
    for n, number in enumerate((10, 20, 35), start=1):
        reach = [item for item in rows if item.counted_at >= at(number, 0) - COPY_REACH]
        assert {item.day: item.own_texts for item in count(reach)}[day(number)] == whole[day(number)], n


def test_late_articles_are_not_counted() -> None:
    """A late find is in no observation, and the next copy in time takes its place as the first."""
    found = count([row("a", late=True), row("b", 1, group_id="a", source_id="beta")])
    assert [(item.source_id, item.own_texts) for item in found] == [("beta", 1)]


def test_watched_narratives_leave_out_what_refutes() -> None:
    """Hits that endorse or report count, a rebuttal does not."""
    rows = [row("a"), row("b", 1), row("c", 2)]
    hits = [hit("a"), hit("b", "reports"), hit("c", "refutes")]
    found = count(rows, assignments=[], hits=hits, survivors={9: 9})
    assert [(item.narrative_id, item.articles) for item in found] == [(9, 1), (9, 1)]


def test_a_merged_narrative_counts_under_its_survivor() -> None:
    """Passages of a merged narrative count where it went, merges followed to their end, and an article of
    both counts once.
    """
    known = [
        narrative(1),
        narrative(2, status="merged", merged_into=3),
        narrative(3, status="merged", merged_into=1),
    ]
    rows = [row("a"), row("b")]
    found = count(
        rows,
        assignments=[assignment("a", 1), assignment("a", 2), assignment("b", 2)],
        survivors=survivors_of(known),
    )
    assert [(item.narrative_id, item.articles) for item in found] == [(1, 2)]


def test_a_circle_of_merges_is_an_error() -> None:
    """A damaged chain of merges neither hangs the count nor counts under any number: it is named."""
    known = [narrative(1, merged_into=2), narrative(2, merged_into=1)]
    with pytest.raises(StorageError, match="merged in a circle"):
        survivors_of(known)


def test_unknown_passages_and_narratives_are_passed_over() -> None:
    """Assignments without a row, or of a narrative that does not exist, count nothing."""
    assert count([row("a")], assignments=[assignment("gone"), assignment("a", 77)]) == []


def test_the_order_of_rows_does_not_show() -> None:
    """Shuffled rows and assignments give the same observations."""
    rows = [row(f"a{n}", n % 5, hour=n % 24, source_id=f"s{n % 4}", group_id=f"a{n % 7}") for n in range(40)]
    assignments = [assignment(item.article_id, 1 + n % 3) for n, item in enumerate(rows)]
    survivors = {1: 1, 2: 2, 3: 1}
    expected = count(rows, assignments=assignments, survivors=survivors)
    dice = random.Random(1)
    for _ in range(5):
        dice.shuffle(rows)
        dice.shuffle(assignments)
        assert count(rows, assignments=assignments, survivors=survivors) == expected
    assert expected == sorted(expected, key=lambda item: (item.narrative_id, item.day, item.source_id))
