"""Queries over words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.watch.keywords import KeywordQuery
from config.queries import parse_query
from config.watchlist import StatementConfig
from storage.records import PassageRow
from tests.storage import makers
from tests.watch.conftest import telling

WAGNER = '(wagner OR "africa corps") AND mali NOT football'


def row(text: str, *, title: str = "News", language: str = "en", country: str = "XA") -> PassageRow:
    """A passage as the store gives it back."""
    article, passage = telling("one", text, language=language)
    return PassageRow(
        passage_id=passage.passage_id,
        article_id=article.article_id,
        ordinal=0,
        text=text,
        text_hash=passage.text_hash,
        language=language,
        title=title,
        url="",
        source_id="alpha",
        country=country,
        ownership="",
        group_id=article.article_id,
        relation="original",
        published_at=None,
        date_confidence="D",
        first_seen_at=makers.DAY,
        counted_at=makers.DAY,
        late=False,
        origin="live",
    )


@pytest.mark.parametrize(
    ("query", "text", "holds"),
    [
        (WAGNER, "Wagner's men left Mali.", True),
        (WAGNER, "The Africa Corps arrived in MALI.", True),
        (WAGNER, "Africa has no corps in Mali.", False),
        (WAGNER, "Wagner plays football in Mali.", False),
        (WAGNER, "Wagner was heard in Bayreuth.", False),
        ("вагнер мали", "Отряд Вагнера покинул Мали.", True),
        ("путин -футбол", "С Путиным говорили о футболе.", False),
        ("فاغنر AND مالي", "غادرت فاغنر ومالي ترحب", True),
        ("瓦格纳", "瓦格纳离开马里。", True),
        ("rus*", "Russian grain", True),
        ("rus*", "Prussian blue", False),
        ("title:visit", "A visit was paid.", False),
        ("title:news AND text:visit", "A visit was paid.", True),
        ("visit AND language:fr", "A visit was paid.", False),
        ("visit AND country:XA AND source:alpha", "A visit was paid.", True),
    ],
)
def test_a_query_holds_or_not(query: str, text: str, holds: bool) -> None:
    """Words in their cases and with what is glued to them, phrases, beginnings, fields, and what must not
    stand.
    """
    assert KeywordQuery(query).holds(row(text)) is holds


@pytest.mark.parametrize(
    "query", ["(mali", "NOT mali", "-a -b", "colour:red", "[1 TO 2]", "mali~2", "m*li", '""', "a OR NOT b"]
)
def test_what_cannot_be_asked_is_refused(query: str) -> None:
    """Broken syntax, unknown fields, only what must not stand, ranges and fuzzy words."""
    with pytest.raises(ValueError, match=r"quer|field|understood|star"):
        parse_query(query)


def test_a_statement_needs_sentences_or_a_query() -> None:
    """Either will do, neither will not; counter-statements need statements."""
    StatementConfig(id="one", label="One", query="mali")
    for wrong in ({}, {"query": "mali", "counter_statements": ["No"]}, {"query": "(mali"}):
        with pytest.raises(ValueError, match=r"statements|query"):
            StatementConfig.model_validate({"id": "one", "label": "One", **wrong})


def test_another_passage_is_read_anew() -> None:
    """What was kept of the last passage is not taken for the next."""
    query = KeywordQuery("mali")
    first = row("Mali said so.")
    assert query.holds(first)
    assert not query.holds(replace(first, text="Chad said so."))
