"""The second half of `drumbeat try URL`: vectors, the nearest narratives, the watchlist, and why. Reads the
workspace, stores nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

import numpy as np

from analysis.arrays import Vectors
from analysis.embedding.centring import centre
from analysis.embedding.choose import build_of, settings_of, shared_embedder
from analysis.embedding.kept import kept_vectors
from analysis.watch.guard import NamedText
from analysis.watch.matching import Matcher
from analysis.watch.ordinary import ordinary_for
from analysis.watch.readings import sentences_of, stance_in
from analysis.watch.statements import Prepared, prepared, texts_of
from config.workspace import Workspace
from storage.ids import text_hash
from storage.records import Article, MeanTable, Narrative, Passage, PassageRow, Source
from storage.store import Store

Told = dict[str, dict[str, object]]
NEAREST = 3
"""Narratives that are shown for each passage."""


def meaning_told(
    store: Store, workspace: Workspace, article: Article, passages: Sequence[Passage], source: Source | None
) -> Told:
    """What vectors, narratives and the watchlist make of an article's passages.

    Raises:
        EmbeddingError: the engine cannot be opened or failed.
    """
    settings = settings_of(workspace)
    table = store.means.latest(build_of(settings))
    if table is None or not passages:
        return {"vectors": {"is": "nothing was embedded here yet; run `drumbeat process` first"}}
    raw = shared_embedder(settings).embed([row.text for row in passages])
    vectors = centre(raw, [row.language for row in passages], table)
    rows = [_row(article, row, source) for row in passages]
    told: Told = {
        "vectors": {"build": table.build, "means": f"version {table.version}", "passages": len(rows)},
        "narratives": _nearest(store, workspace, table, vectors),
    }
    return told | _watched(store, workspace, table, rows, vectors)


def _nearest(store: Store, workspace: Workspace, table: MeanTable, vectors: Vectors) -> dict[str, object]:
    known = [row for row in store.narratives.all() if _is_comparable(row, table)]
    if not known:
        return {"is": "none is known in this space; `drumbeat refit` finds them"}
    cosines = vectors @ np.stack([row.centroid for row in known if row.centroid is not None]).T
    told: dict[str, object] = {"joins from": workspace.settings.narratives.assign_cosine}
    for ordinal, own in enumerate(cosines):
        for place in np.argsort(-own, kind="stable")[:NEAREST]:
            told[f"passage {ordinal}, narrative {known[place].narrative_id}"] = (
                f"{own[place]:.2f}  {known[place].label}"
            )
    return told


def _is_comparable(row: Narrative, table: MeanTable) -> bool:
    return row.centroid is not None and row.build == table.build and row.mean_version == table.version


def _watched(
    store: Store, workspace: Workspace, table: MeanTable, rows: Sequence[PassageRow], vectors: Vectors
) -> Told:
    """Each statement with what became of each passage."""
    if not workspace.watchlist:
        return {"watch": {"is": "the watchlist is empty"}}
    if not _was_compared(store, workspace, table):
        return {
            "watch": {"is": "the watchlist was not compared in this space yet; run `drumbeat watch` first"}
        }
    texts = texts_of(workspace.watchlist)
    raw = kept_vectors(store, settings_of(workspace), texts)
    settings = workspace.settings.watch
    statements = [prepared(item, raw, table, settings=settings) for item in workspace.watchlist]
    return {
        f"watch {one.config.id}": _compared(store, workspace, table, one, rows, vectors) for one in statements
    }


def _was_compared(store: Store, workspace: Workspace, table: MeanTable) -> bool:
    """Whether the store knows how far every statement is from ordinary passages."""
    asked = [text_hash(text) for item in workspace.watchlist for text in item.statements]
    kept = {item.text_hash for item in store.watch.ordinary(table.build, table.version, asked)}
    return kept.issuperset(asked)


def _compared(
    store: Store,
    workspace: Workspace,
    table: MeanTable,
    statement: Prepared,
    rows: Sequence[PassageRow],
    vectors: Vectors,
) -> dict[str, object]:
    ordinary = ordinary_for(store, table, [statement], per_language=1)
    matcher = Matcher([statement], ordinary)
    told: dict[str, object] = {"hit from z": statement.threshold}
    for row, vector in zip_longest(rows, vectors):
        standing = matcher.standing(0, vector, row.language)
        if standing is None:
            cosine = float((statement.vectors @ vector).max())
            verdict = f"no hit: similarity {cosine:.2f} does not stand out"
        elif not statement.guard.lets_text(NamedText.of(row.title, row.text)):
            verdict = f"no hit: z {standing.z:.1f}, but it does not name what the statement requires"
        else:
            stance = _stance(workspace, table, statement, row)
            verdict = f"{stance}: z {standing.z:.1f}, similarity {standing.cosine:.2f}"
        told[f"passage {row.ordinal}"] = verdict
    return told


def _stance(workspace: Workspace, table: MeanTable, statement: Prepared, row: PassageRow) -> str:
    sentences = sentences_of([row])
    raw = shared_embedder(settings_of(workspace)).embed(sentences)
    vectors = dict(zip(sentences, raw, strict=True))
    return stance_in(row, statement, vectors, table, workspace.settings.watch.stance_margin)


def _row(article: Article, passage: Passage, source: Source | None) -> PassageRow:
    """The passage as the store would give it back."""
    return PassageRow(
        passage_id=passage.passage_id,
        article_id=article.article_id,
        ordinal=passage.ordinal,
        text=passage.text,
        text_hash=passage.text_hash,
        language=passage.language,
        title=article.title,
        url=article.url,
        source_id=article.source_id,
        country=source.country if source else "",
        ownership=source.ownership if source else "not listed",
        group_id=article.article_id,
        relation="original",
        published_at=article.published_at,
        date_confidence=article.date_confidence,
        first_seen_at=article.first_seen_at,
        counted_at=article.counted_at,
        late=article.late,
        origin=article.origin,
    )
