"""The full-text index, and the only place that knows how each engine spells it.

SQLite: an FTS5 table whose rowid is `articles.article_no`. PostgreSQL: a table of `tsvector` ('simple') with
a GIN index. Both hold words folded by `words.py`; the engines' own folding has nothing left to do.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

import sqlalchemy as sa

from storage.filters import filtered
from storage.records import SearchFilters
from storage.rows import chunks
from storage.schema import articles, sources
from storage.words import Term, words

_MAX_CHARACTERS: Final = 200_000
"""Characters of a body that are indexed: a tsvector holds at most 1 MB, a character at most 4 bytes."""

_AGAIN: Final = 500
"""Articles that are read at a time where all are indexed anew."""
_FOLDED_ANEW: Final = re.compile(
    r"[\u0621-\u06ffıĐđŁłØøĦħÆæŒœÐðŦŧƁɓƊɗƘƙƳƴ\u02b9-\u02c8\u055a\u00ad\u200b-\u200f\u2060-\u2064]|(?![0-9])\d"
)
"""What `words.py` folds since revision 0011 and did not before."""

_CREATE: Final[dict[str, tuple[str, ...]]] = {
    "sqlite": (
        "CREATE VIRTUAL TABLE article_words USING fts5(title, body, tokenize = 'unicode61 "
        "remove_diacritics 2')",
    ),
    "postgresql": (
        "CREATE TABLE article_words (article_no BIGINT NOT NULL CONSTRAINT pk_article_words PRIMARY KEY "
        "CONSTRAINT fk_article_words_article_no REFERENCES articles (article_no) ON DELETE CASCADE, words "
        "TSVECTOR NOT NULL)",
        "CREATE INDEX ix_article_words_words ON article_words USING gin (words)",
    ),
}
for _engine, _statements in _CREATE.items():
    for _statement in _statements:
        sa.event.listen(articles, "after_create", sa.DDL(_statement).execute_if(dialect=_engine))  # type: ignore[no-untyped-call]  # no types


def indexed_words(title: str, body: str) -> tuple[str, str]:
    """What is indexed of an article; costs up to a millisecond a page of text, so do it before the
    transaction.
    """
    return " ".join(words(title)), " ".join(words(body[:_MAX_CHARACTERS]))


def index_articles(connection: sa.Connection, texts: Mapping[int, tuple[str, str]]) -> None:
    """Index what `indexed_words` made, by `article_no`, in place of what was indexed under that number."""
    unindex_articles(connection, texts)
    rows = [{"no": number, "title": title, "body": body} for number, (title, body) in sorted(texts.items())]
    if rows:
        connection.execute(_INSERT[connection.dialect.name], rows)


def unindex_articles(connection: sa.Connection, numbers: Collection[int]) -> None:
    """Remove articles from the index."""
    statement = _DELETE[connection.dialect.name]
    for part in chunks(sorted(numbers)):
        connection.execute(statement, [{"no": number} for number in part])


def index_again(connection: sa.Connection) -> None:
    """Index anew the articles whose text holds a character that an older folding left as it was; in chunks,
    so that a million articles are never in memory.
    """
    statement = sa.select(articles.c.article_no, articles.c.title, articles.c.body)
    last = 0
    while rows := connection.execute(
        statement.where(articles.c.article_no > last).order_by(articles.c.article_no).limit(_AGAIN)
    ).all():
        last = rows[-1].article_no
        affected = (row for row in rows if _FOLDED_ANEW.search(f"{row.title} {row.body}"))
        index_articles(connection, {row.article_no: indexed_words(row.title, row.body) for row in affected})


def find_articles(
    connection: sa.Connection, terms: list[Term], *, filters: SearchFilters, limit: int
) -> list[tuple[str, float, str]]:
    """(article_id, score, body) of articles in which all terms stand, best first, ties by article_id.

    Scores are BM25 on SQLite and `ts_rank` on PostgreSQL, a title weighing four times a body; they compare
    within one answer only.
    """
    is_sqlite = connection.dialect.name == "sqlite"
    score, match, table = _sqlite_match(terms) if is_sqlite else _postgresql_match(terms)
    number: sa.ColumnElement[int] = sa.literal_column(
        f"article_words.{'rowid' if is_sqlite else 'article_no'}"
    )
    joined = articles.join(table, number == articles.c.article_no)
    joined = joined.outerjoin(sources, sources.c.source_id == articles.c.source_id)
    found = sa.select(articles.c.article_id, score.label("score"), articles.c.body).where(match)
    statement = filtered(found.select_from(joined), filters)
    rows = connection.execute(statement.order_by(sa.desc("score"), articles.c.article_id).limit(limit))
    return [(row.article_id, float(row.score), row.body) for row in rows]


_INSERT = {
    "sqlite": sa.text("INSERT INTO article_words (rowid, title, body) VALUES (:no, :title, :body)"),
    "postgresql": sa.text(
        "INSERT INTO article_words (article_no, words) VALUES (:no, "
        "setweight(to_tsvector('simple', :title), 'A') || setweight(to_tsvector('simple', :body), 'D'))"
    ),
}
_DELETE = {
    "sqlite": sa.text("DELETE FROM article_words WHERE rowid = :no"),
    "postgresql": sa.text("DELETE FROM article_words WHERE article_no = :no"),
}

_Match = tuple[sa.ColumnElement[Any], sa.ColumnElement[bool], sa.TableClause]


def _sqlite_match(terms: list[Term]) -> _Match:
    table = sa.table("article_words", sa.column("rowid"))
    expression = " AND ".join(f'"{" ".join(term.words)}"{" *" if term.prefix else ""}' for term in terms)
    match = sa.literal_column("article_words").op("MATCH", return_type=sa.Boolean())(expression)
    return sa.literal_column("-bm25(article_words, 4.0, 1.0)", sa.Double()), match, table


def _postgresql_match(terms: list[Term]) -> _Match:
    table = sa.table("article_words", sa.column("article_no"), sa.column("words"))
    # Words hold letters and digits only (`words.words`), so quoting them is safe.
    expression = " & ".join(
        "(" + " <-> ".join(f"'{word}'" for word in term.words) + (":*" if term.prefix else "") + ")"
        for term in terms
    )
    query = sa.func.to_tsquery(sa.text("'simple'"), expression)
    rank: sa.ColumnElement[float] = sa.func.ts_rank(
        sa.text("'{0.25, 0.25, 0.25, 1.0}'::float4[]"), table.c.words, query, type_=sa.Double()
    )
    return rank, table.c.words.op("@@", return_type=sa.Boolean())(query), table
