"""The stage `embed`: articles -> passages -> vectors -> means.

    uncut articles --cut--> passages --one vector per text--> vectors --first run only--> frozen means
    passages, vectors --> sketches, which search by meaning scans

Every chunk is written before the next begins, and what is written is never asked for again: a killed run goes
on where it stopped.
"""

from __future__ import annotations

import structlog

from analysis.embedding.base import Embedder
from analysis.embedding.choose import build_of, settings_of, shared_embedder
from analysis.embedding.means import ensure_means
from analysis.embedding.sketches import refresh_sketches, sketch_folder
from analysis.text.passages import cut, unread_characters
from config.clock import Clock
from config.progress import Progress
from config.settings import EmbedSettings
from config.workspace import Workspace
from storage.store import Store

_log = structlog.get_logger(__name__)

ARTICLES = 200
TEXTS = 256
"""Articles cut, and texts embedded, a chunk. Decides memory only."""


def embed(
    *, store: Store, workspace: Workspace, clock: Clock, run_id: str, progress: Progress
) -> dict[str, int]:
    """Cut what is not cut, embed what has no vector, freeze the first means. Counts: articles, passages,
    embedded (distinct texts), shortened (articles with more passages than are
    read).

    Raises:
        EmbeddingError: the engine cannot be opened or failed.
        StorageError: the store cannot be read or written.
    """
    settings = settings_of(workspace)
    counts = {"articles": 0, "passages": 0, "embedded": 0}
    _cut_all(store, settings, counts, progress)
    build = build_of(settings)
    if store.passages.unembedded(build, limit=1):
        _embed_all(store, shared_embedder(settings), counts, progress)
    if store.vectors.any(build):
        table = ensure_means(store, build, clock.now())
        refresh_sketches(store, sketch_folder(workspace), table, progress=progress)
    _log.info("embed", run_id=run_id, build=build, **counts)
    return counts


def _cut_all(store: Store, settings: EmbedSettings, counts: dict[str, int], progress: Progress) -> None:
    progress.start("passages")
    while articles := store.passages.uncut(limit=ARTICLES):
        passages = []
        for article in articles:
            found = cut(article, words=settings.passage_words, most=settings.max_passages)
            if unread := unread_characters(article, (passage.end for passage in found)):
                counts["shortened"] = counts.get("shortened", 0) + 1
                _log.warning("read in part", article=article.article_id, unread_characters=unread)
            passages += found
        store.passages.save([article.article_id for article in articles], passages)
        counts["articles"] += len(articles)
        counts["passages"] += len(passages)
        progress.step(len(articles))


def _embed_all(store: Store, embedder: Embedder, counts: dict[str, int], progress: Progress) -> None:
    progress.start("embed")
    while chunk := store.passages.unembedded(embedder.build, limit=TEXTS):
        vectors = embedder.embed([text for _, text in chunk])
        store.vectors.put(
            embedder.build, {key: vector for (key, _), vector in zip(chunk, vectors, strict=True)}
        )
        counts["embedded"] += len(chunk)
        progress.step(len(chunk))
