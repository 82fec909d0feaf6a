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
from storage.rows import chunks, select_in
from storage.schema import articles, sources
from storage.words import Term, words

_MAX_CHARACTERS: Final = 200_000
"""Characters of a body that are indexed: a tsvector holds at most 1 MB, a character at most 4 bytes."""

RANKED: Final = {"sqlite": 10_000, "postgresql": 2_000}
"""Articles that are ranked at most, the newest: a word that stands in more of them says little of what is
meant. On SQLite 10,000 of 300,000 take 13 to 25 CPU-ms, all that a common word has 150; PostgreSQL reads the
words of each. PostgreSQL: chosen, not measured.
"""
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
    """(article_id, score, body) of articles in which all terms stand, best first, ties by article_id; of more
    than `RANKED` only so many of the newest are ranked.

    Scores are BM25 on SQLite and `ts_rank` on PostgreSQL, a title weighing four times a body; they compare
    within one answer only.
    """
    find = _sqlite_ranked if connection.dialect.name == "sqlite" else _postgresql_ranked
    score, ranked = find(connection, terms, filters)
    found = ranked.add_columns(articles.c.article_id, score.label("score"))
    best = connection.execute(found.order_by(sa.desc("score"), articles.c.article_id).limit(limit)).all()
    # Texts lie on pages of their own: read of those alone that are shown.
    texts = sa.select(articles.c.article_id, articles.c.body)
    rows = select_in(connection, texts, articles.c.article_id, [row.article_id for row in best])
    bodies = {row.article_id: row.body for row in rows}
    return [(row.article_id, float(row.score), bodies[row.article_id]) for row in best]


def most_ranked(connection: sa.Connection, terms: list[Term], *, filters: SearchFilters) -> int | None:
    """How many of the newest articles are ranked where more have all terms; None where all are."""
    most = RANKED[connection.dialect.name]
    match, table = _match_of(connection, terms)
    return None if _last_ranked(connection, match, table, filters, offset=most) is None else most


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

_Match = tuple[sa.ColumnElement[bool], sa.TableClause]
_Ranked = tuple[sa.ColumnElement[Any], sa.Select[Any]]


def _match_of(connection: sa.Connection, terms: list[Term]) -> _Match:
    if connection.dialect.name == "sqlite":
        table = sa.table("article_words", sa.column("rowid"))
        return _fts_match(terms), table
    words: sa.ColumnClause[Any] = sa.column("words")
    matches = words.op("@@", return_type=sa.Boolean())(_postgresql_query(terms))
    return matches, sa.table("article_words", sa.column("article_no"), words)


def _number_of(table: sa.TableClause) -> sa.ColumnElement[int]:
    name = "rowid" if "rowid" in table.c else "article_no"
    return sa.literal_column(f"article_words.{name}", sa.BigInteger())


def _matching(match: sa.ColumnElement[bool], table: sa.TableClause, filters: SearchFilters) -> sa.Select[Any]:
    """Articles in which all terms stand, within the filters; without columns."""
    joined = table.join(articles, _number_of(table) == articles.c.article_no)
    joined = joined.outerjoin(sources, sources.c.source_id == articles.c.source_id)
    return filtered(sa.select().select_from(joined).where(match), filters)


def _numbers(match: sa.ColumnElement[bool], table: sa.TableClause, filters: SearchFilters) -> sa.Select[Any]:
    """Their numbers; without filters read from the index alone."""
    number = _number_of(table).label("number")
    if filters == SearchFilters():
        return sa.select(number).select_from(table).where(match)
    return _matching(match, table, filters).add_columns(number)


def _last_ranked(
    connection: sa.Connection,
    match: sa.ColumnElement[bool],
    table: sa.TableClause,
    filters: SearchFilters,
    *,
    offset: int,
) -> int | None:
    """Number of the article that so many newer ones precede; None where there are not so many."""
    # As a common table expression that PostgreSQL does not dissolve: ordered by its key it would read the
    # words of every article.
    found = _numbers(match, table, filters)
    if connection.dialect.name == "postgresql":
        numbers = found.cte("numbers").prefix_with("MATERIALIZED", dialect="postgresql")
        found = sa.select(numbers.c.number)
        ordered = found.order_by(numbers.c.number.desc())
    else:
        ordered = found.order_by(_number_of(table).desc())
    last: int | None = connection.scalar(ordered.offset(offset).limit(1))
    return last


def _sqlite_ranked(connection: sa.Connection, terms: list[Term], filters: SearchFilters) -> _Ranked:
    match, table = _match_of(connection, terms)
    last = _last_ranked(connection, match, table, filters, offset=RANKED["sqlite"] - 1)
    found = _matching(match, table, filters)
    score: sa.ColumnElement[float] = sa.literal_column("-bm25(article_words, 4.0, 1.0)", sa.Double())
    return score, found if last is None else found.where(_number_of(table) >= last)


def _postgresql_ranked(connection: sa.Connection, terms: list[Term], filters: SearchFilters) -> _Ranked:
    """The numbers of the newest first, so that the words of no others are read."""
    match, table = _match_of(connection, terms)
    numbers = _numbers(match, table, filters).cte("numbers").prefix_with("MATERIALIZED", dialect="postgresql")
    newest = sa.select(numbers.c.number).order_by(numbers.c.number.desc()).limit(RANKED["postgresql"])
    chosen = newest.cte("newest").prefix_with("MATERIALIZED", dialect="postgresql")
    joined = chosen.join(table, _number_of(table) == chosen.c.number)
    joined = joined.join(articles, articles.c.article_no == chosen.c.number)
    rank: sa.ColumnElement[float] = sa.func.ts_rank(
        sa.text("'{0.25, 0.25, 0.25, 1.0}'::float4[]"),
        table.c.words,
        _postgresql_query(terms),
        type_=sa.Double(),
    )
    return rank, sa.select().select_from(joined)


def _fts_match(terms: list[Term]) -> sa.ColumnElement[bool]:
    expression = " AND ".join(f'"{" ".join(term.words)}"{" *" if term.prefix else ""}' for term in terms)
    return sa.literal_column("article_words").op("MATCH", return_type=sa.Boolean())(expression)


def _postgresql_query(terms: list[Term]) -> sa.ColumnElement[Any]:
    # Words hold letters and digits only (`words.words`), so quoting them is safe.
    expression = " & ".join(
        "(" + " <-> ".join(f"'{word}'" for word in term.words) + (":*" if term.prefix else "") + ")"
        for term in terms
    )
    return sa.func.to_tsquery(sa.text("'simple'"), expression)
