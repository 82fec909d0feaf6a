"""The analyst's first click: by words, by meaning, or both; in any language.

words    full text of titles and bodies
meaning  the query becomes a vector; for each language the nearest passages are taken and ranked together by centred cosine
both     the two lists, merged by reciprocal rank (Cormack et al. 2009), k = 60
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from config.settings import EmbedSettings
from storage.records import Article, PassageRow, SearchFilters, SearchHit
from storage.store import Store

Mode = Literal["words", "meaning", "both"]
FUSION = 60
PER_LANGUAGE = 50
SNIPPET = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """An article that was found, with the passage that answers best where meaning found it."""

    article_id: str
    title: str
    url: str
    source_id: str
    language: str
    counted_at: datetime
    snippet: str
    score: float
    found_by: str


def search(
    store: Store,
    query: str,
    *,
    embed: EmbedSettings,
    mode: Mode = "both",
    filters: SearchFilters | None = None,
    limit: int = 20,
) -> list[SearchResult]:
    """Articles that answer the query, best first, ties by article id.

    Raises:
        EmbeddingError: search by meaning needs the model and it cannot be used.
    """
    narrowed = filters or SearchFilters()
    words = store.search.text(query, filters=narrowed, limit=limit * 3) if mode != "meaning" else []
    meaning = (
        by_meaning(store, query, embed=embed, filters=narrowed, limit=limit * 3)
        if mode != "words" and query.strip()
        else []
    )
    hits = (
        fuse(words, meaning)
        if mode == "both"
        else [(hit, "words") for hit in words] + [(hit, "meaning") for hit in meaning]
    )
    articles = {
        article.article_id: article for article in store.articles.many([hit.article_id for hit, _ in hits])
    }
    return [
        _result(articles[hit.article_id], hit, by) for hit, by in hits[:limit] if hit.article_id in articles
    ]


def by_meaning(
    store: Store, query: str, *, embed: EmbedSettings, filters: SearchFilters, limit: int
) -> list[SearchHit]:
    """The nearest passages of every language, one per article, by centred cosine."""
    from analysis.embedding.centring import centre, centred
    from analysis.embedding.choose import build_of, shared_embedder

    table = store.means.latest(build_of(embed))
    if table is None:
        return []
    # the language of a few words cannot be told: the overall mean is what they share
    vector = centre(shared_embedder(embed).embed([query]), ["und"], table)[0]
    near = store.vectors.nearest(table.build, vector, PER_LANGUAGE, filters=filters)
    rows = store.passages.many([passage_id for passage_id, _ in near])
    cosines = centred(store, rows, table) @ vector
    ranked = sorted(zip(cosines.tolist(), rows, strict=True), key=lambda pair: (-pair[0], pair[1].passage_id))
    return _one_per_article(ranked)[:limit]


def _one_per_article(ranked: Sequence[tuple[float, PassageRow]]) -> list[SearchHit]:
    best: dict[str, SearchHit] = {}
    for cosine, row in ranked:
        hit = SearchHit(
            article_id=row.article_id, passage_id=row.passage_id, score=cosine, snippet=row.text[:SNIPPET]
        )
        best.setdefault(row.article_id, hit)
    return list(best.values())


def fuse(words: Sequence[SearchHit], meaning: Sequence[SearchHit]) -> list[tuple[SearchHit, str]]:
    """Two ranked lists as one: a hit's score is the sum of 1 / (60 + rank) over the lists it stands in."""
    scores: dict[str, float] = {}
    found: dict[str, tuple[SearchHit, str]] = {}
    for name, hits in (("words", words), ("meaning", meaning)):
        for rank, hit in enumerate(hits, 1):
            scores[hit.article_id] = scores.get(hit.article_id, 0.0) + 1 / (FUSION + rank)
            by = "both" if hit.article_id in found else name
            found[hit.article_id] = (found.get(hit.article_id, (hit, name))[0], by)
    order: Callable[[str], tuple[float, str]] = lambda key: (-scores[key], key)  # noqa: E731
    return [(replace(found[key][0], score=scores[key]), found[key][1]) for key in sorted(found, key=order)]


def _result(article: Article, hit: SearchHit, by: str) -> SearchResult:
    return SearchResult(
        article_id=article.article_id,
        title=article.title,
        url=article.url,
        source_id=article.source_id,
        language=article.language,
        counted_at=article.counted_at,
        snippet=hit.snippet,
        score=round(hit.score, 4),
        found_by=by,
    )
