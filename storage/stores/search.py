"""Search by words."""

from __future__ import annotations

from storage.engine import Database
from storage.records import SearchFilters, SearchHit
from storage.search_index import find_articles, most_ranked
from storage.words import parse_query, snippet


class SearchStore:
    """Full text of titles and bodies, in any script; by meaning, ask `VectorStore.nearest`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def text(self, query: str, *, filters: SearchFilters, limit: int) -> list[SearchHit]:
        """Articles in which all words and "quoted phrases" stand (a star at the end finds beginnings), best
        first, ties by article_id.

        Where very many have them, the newest of these are ranked: `ranked_at_most` tells.

        A query without a letter or digit finds nothing; no query is an error.
        """
        terms = parse_query(query)
        if not terms:
            return []
        with self._database.read() as connection:
            found = find_articles(connection, terms, filters=filters, limit=limit)
        return [
            SearchHit(article_id=key, passage_id=None, score=score, snippet=snippet(body, terms))
            for key, score, body in found
        ]

    def ranked_at_most(self, query: str, *, filters: SearchFilters) -> int | None:
        """How many of the newest articles `text` ranks where more answer the query; None where it ranks
        all.
        """
        terms = parse_query(query)
        if not terms:
            return None
        with self._database.read() as connection:
            return most_ranked(connection, terms, filters=filters)
