"""The analyst's first click: by words, by meaning, or both; in any language.

words    full text of titles and bodies
meaning  the query becomes a vector; the nearest passages of all languages are ranked by centred cosine
both     the two lists, merged by reciprocal rank (Cormack et al. 2009), k = 60
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from config.workspace import Workspace
from storage.records import Article, SearchFilters, SearchHit, Source
from storage.store import Store

if TYPE_CHECKING:
    from analysis.embedding.nearest import NearPassage

Mode = Literal["words", "meaning", "both"]
FUSION = 60
PASSAGES_AN_ARTICLE = 8
"""Passages that are ranked for each article wanted: long articles answer with several."""
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
    workspace: Workspace,
    mode: Mode = "both",
    filters: SearchFilters | None = None,
    limit: int = 20,
) -> list[SearchResult]:
    """Articles that answer the query, best first, ties by article id.

    Raises:
        EmbeddingError: search by meaning needs the model and it cannot be used.
    """
    narrowed = filters or SearchFilters()
    words: list[SearchHit] = []
    meaning: list[SearchHit] = []
    if mode != "meaning":
        words = store.search.text(query, filters=narrowed, limit=limit * 3)
    if mode != "words" and query.strip():
        meaning = by_meaning(store, query, workspace=workspace, filters=narrowed, limit=limit * 3)
    if mode == "both":
        return _results(store, fuse(words, meaning)[:limit])
    return _results(store, [(hit, mode) for hit in (words or meaning)[:limit]])


def _results(store: Store, hits: Sequence[tuple[SearchHit, str]]) -> list[SearchResult]:
    found = store.articles.many([hit.article_id for hit, _ in hits])
    articles = {article.article_id: article for article in found}
    return [_result(articles[hit.article_id], hit, by) for hit, by in hits if hit.article_id in articles]


def unknown_filter(store: Store, filters: SearchFilters) -> str | None:
    """What is wrong with the filters, with what is known: `country 'NO': there is none here; known are BF`.

    None where all are known; a country or language is not refused where nothing is known at all.
    """
    outlets = store.sources.all()
    outlet = _unknown(filters.source_ids, {row.source_id for row in outlets})
    if outlet is not None:
        return f"source {outlet!r}: no such outlet; `drumbeat sources list` shows the {len(outlets)} ids"
    country = unknown_value("country", filters.countries, {row.country for row in outlets})
    return country or unknown_value("language", filters.languages, _languages(store, outlets))


def _languages(store: Store, outlets: Sequence[Source]) -> set[str]:
    """Languages that passages are in, or that an outlet states."""
    stated = {tag.partition("-")[0] for outlet in outlets for tag in outlet.languages}
    return stated.union(store.lists.languages())


def unknown_value(name: str, given: Collection[str], known: Collection[str]) -> str | None:
    """What is said of the first value that nothing here has; None where all are known, or nothing is."""
    value = _unknown(given, known) if known else None
    if value is None:
        return None
    return f"{name} {value!r}: there is none here; known are {', '.join(sorted(known))}"


def _unknown(given: Collection[str], known: Collection[str]) -> str | None:
    return next((value for value in given if value not in known), None)


def by_meaning(
    store: Store, query: str, *, workspace: Workspace, filters: SearchFilters, limit: int
) -> list[SearchHit]:
    """The nearest passages, one per article, by centred cosine; see `analysis/embedding/nearest.py`.

    Raises:
        EmbeddingError: the model cannot be used.
    """
    from analysis.embedding.choose import build_of, settings_of, shared_embedder
    from analysis.embedding.nearest import nearest_passages
    from analysis.embedding.sketches import sketch_folder

    settings = settings_of(workspace)
    table = store.means.latest(build_of(settings))
    if table is None:
        return []
    vector = shared_embedder(settings).embed([query])[0]
    wanted = PASSAGES_AN_ARTICLE * limit
    near = nearest_passages(store, sketch_folder(workspace), vector, table, filters=filters, limit=wanted)
    return _one_per_article(store, near, limit)


def _one_per_article(store: Store, near: Sequence[NearPassage], limit: int) -> list[SearchHit]:
    best: dict[str, NearPassage] = {}
    for hit in near:
        best.setdefault(hit.article_id, hit)
        if len(best) == limit:
            break
    texts = {
        row.passage_id: row.text for row in store.passages.many([hit.passage_id for hit in best.values()])
    }
    return [
        SearchHit(
            article_id=key,
            passage_id=hit.passage_id,
            score=hit.cosine,
            snippet=texts[hit.passage_id][:SNIPPET],
        )
        for key, hit in best.items()
        if hit.passage_id in texts
    ]


def fuse(words: Sequence[SearchHit], meaning: Sequence[SearchHit]) -> list[tuple[SearchHit, str]]:
    """Two ranked lists as one: a hit's score is the sum of 1 / (60 + rank) over the lists it stands in."""
    found: dict[str, tuple[SearchHit, str]] = {}
    for name, hits in (("words", words), ("meaning", meaning)):
        for rank, hit in enumerate(hits, 1):
            share = 1 / (FUSION + rank)
            first, _ = found.get(hit.article_id, (None, name))
            if first is None:
                found[hit.article_id] = replace(hit, score=share), name
            else:
                found[hit.article_id] = replace(first, score=first.score + share), "both"
    return sorted(found.values(), key=lambda item: (-item[0].score, item[0].article_id))


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
