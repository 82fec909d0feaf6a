"""The stage `watch`: new passages are compared with every statement of the watchlist.

    watchlist --texts--> vectors (kept) --sample of passages--> what is ordinary --passages not yet compared--> hits --> watched narratives

Incremental by the hash of all that a comparison depends on: a statement whose wording, settings or mean vectors changed is compared with
everything again. The sample that says what is ordinary is read once a run, the first passages of each language by text hash: it depends on
what is stored, not on the order in which it came. It grows from day to day; passages compared earlier are compared again when the means get
a new version, which is when their number has doubled. Every chunk is one transaction: a killed run goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import structlog

from analysis.arrays import Vectors
from analysis.embedding.centring import centre, centred
from analysis.embedding.choose import build_of, settings_of, shared_embedder
from analysis.embedding.means import ensure_means
from analysis.text.sentences import sentences
from analysis.watch.registry import claim_numbers, refresh
from analysis.watch.scores import Background, background, cosine
from analysis.watch.stance import stance_of
from analysis.watch.statements import Prepared, prepared, texts_of
from config.clock import Clock
from config.progress import Progress
from config.settings import EmbedSettings
from config.workspace import Workspace
from storage.ids import text_hash
from storage.records import (
    Comparison,
    MeanTable,
    PassageFacts,
    PassageRow,
    Stance,
    Vector,
    WatchHit,
)
from storage.store import Store

_log = structlog.get_logger(__name__)

STAGE = "watch"
CHUNK = 1000
"""Passages compared a transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """What all comparisons of a run share."""

    store: Store
    settings: EmbedSettings
    table: MeanTable
    margin: float
    run_id: str


@dataclass(frozen=True, slots=True)
class _Found:
    row: PassageRow
    cosine: float
    z: float


def watch(
    *, store: Store, workspace: Workspace, clock: Clock, run_id: str, progress: Progress
) -> dict[str, int]:
    """Compare what is new with the watchlist and bring the watched narratives up to date.

    Counts: statements, compared (pairs of statement and passage), and hits by stance: endorses, reports, refutes.

    Raises:
        EmbeddingError: the engine cannot be opened or failed.
        StorageError: the store cannot be read or written.
    """
    counts = {
        "statements": len(workspace.watchlist),
        "compared": 0,
        "endorses": 0,
        "reports": 0,
        "refutes": 0,
    }
    settings = settings_of(workspace)
    build = build_of(settings)
    if workspace.watchlist and _has_passages(store, build):
        table = ensure_means(store, build, clock.now())
        numbers = claim_numbers(store, workspace.watchlist, table, now=clock.now(), run_id=run_id)
        desk = _Desk(
            store=store,
            settings=settings,
            table=table,
            margin=workspace.settings.watch.stance_margin,
            run_id=run_id,
        )
        _compare_all(
            desk,
            _prepare(desk, workspace, numbers),
            numbers,
            workspace.settings.watch.background_passages,
            counts,
            progress,
        )
    refresh(store, workspace.watchlist)
    _log.info(STAGE, run_id=run_id, **counts)
    return counts


def _has_passages(store: Store, build: str) -> bool:
    """Whether any passage is embedded; vectors alone do not tell, sentences and statements have some too."""
    return store.means.latest(build) is not None or bool(store.vectors.by_language(build, per_language=1))


def _prepare(desk: _Desk, workspace: Workspace, numbers: Mapping[str, int]) -> list[Prepared]:
    raw = _kept_vectors(desk, texts_of(workspace.watchlist))
    rejections = [item for item in desk.store.corrections.all() if item.kind == "reject" and item.passage_id]
    rejected = {
        statement_id: sorted({str(item.passage_id) for item in rejections if item.narrative_id == number})
        for statement_id, number in numbers.items()
    }
    return [
        prepared(config, raw, desk.table, settings=workspace.settings.watch, rejected=rejected[config.id])
        for config in workspace.watchlist
    ]


def _compare_all(
    desk: _Desk,
    statements: Sequence[Prepared],
    numbers: Mapping[str, int],
    per_language: int,
    counts: dict[str, int],
    progress: Progress,
) -> None:
    progress.start(STAGE)
    sample: dict[str, Vectors] | None = None
    for statement in statements:
        rows = _waiting(desk, statement)
        if not rows:
            continue
        if sample is None:
            raw = desk.store.vectors.by_language(desk.table.build, per_language=per_language)
            sample = {
                language: centre(vectors, [language] * len(vectors), desk.table)
                for language, vectors in raw.items()
            }
        ordinary = background(statement.vectors, sample)
        while rows:
            hits = _hits(
                desk, statement, _found(desk, statement, ordinary, rows), numbers[statement.config.id]
            )
            desk.store.watch.put(
                [
                    Comparison(
                        statement_id=statement.config.id,
                        statement_hash=statement.statement_hash,
                        through=rows[-1].passage_no,
                        hits=tuple(hits),
                    )
                ]
            )
            counts["compared"] += len(rows)
            for hit in hits:
                counts[hit.stance] += 1
            progress.step(len(rows))
            rows = _waiting(desk, statement)


def _waiting(desk: _Desk, statement: Prepared) -> list[PassageFacts]:
    """The next passages not yet compared with the statement; a chunk at a time, years of coverage do not fit in memory."""
    return desk.store.watch.unmatched(
        desk.table.build, statement.config.id, statement.statement_hash, limit=CHUNK
    )


def _found(
    desk: _Desk, statement: Prepared, ordinary: Background, rows: Sequence[PassageFacts]
) -> list[_Found]:
    """The passages of `rows` that say what the statement says, whatever their stance."""
    scoped = [row for row in rows if statement.in_scope(row)]
    if not scoped:
        return []
    cosines = cosine(statement.vectors, centred(desk.store, scoped, desk.table))
    # Rounded as it is kept: the last bits of a product depend on how passages were chunked, a hit must not.
    best = ordinary.z(cosines, [row.language for row in scoped]).max(axis=0).round(3)
    near = {
        row.passage_id: (float(cosines[:, n].max()), float(best[n]))
        for n, row in enumerate(scoped)
        if best[n] >= statement.threshold
    }
    return [
        _Found(row, *near[row.passage_id])
        for row in desk.store.passages.many(near)
        if statement.guard.lets(row.title, row.text)
    ]


def _hits(desk: _Desk, statement: Prepared, found: Sequence[_Found], narrative_id: int) -> list[WatchHit]:
    stances = _stances(desk, statement, [item.row for item in found])
    return [
        WatchHit(
            statement_id=statement.config.id,
            passage_id=item.row.passage_id,
            narrative_id=narrative_id,
            cosine=round(item.cosine, 4),
            z=item.z,
            stance=stance,
            run_id=desk.run_id,
        )
        for item, stance in zip(found, stances, strict=True)
    ]


def _stances(desk: _Desk, statement: Prepared, rows: Sequence[PassageRow]) -> list[Stance]:
    parts = [
        [row.text[sentence.start : sentence.end] for sentence in sentences(row.text)] or [row.text]
        for row in rows
    ]
    raw = _kept_vectors(desk, sorted({text for part in parts for text in part}))
    stances = []
    for row, part in zip(rows, parts, strict=True):
        vectors: Vectors = centre(
            np.stack([raw[text] for text in part]), [row.language] * len(part), desk.table
        )
        nearness, against = cosine(statement.vectors, vectors), cosine(statement.counters, vectors)
        stances.append(stance_of(part, nearness, against, language=row.language, margin=desk.margin))
    return stances


def _kept_vectors(desk: _Desk, texts: Sequence[str]) -> dict[str, Vector]:
    """Text -> vector; kept like those of passages, so that no text is embedded twice and no model loaded for nothing.

    Read back from the store even when new: at rest a vector is rounded, and a hit must not depend on when its vector was made.
    """
    vectors, build = desk.store.vectors, desk.table.build
    keys = {text: text_hash(text) for text in texts}
    present = vectors.has(build, keys.values())
    missing = sorted(text for text, key in keys.items() if key not in present)
    if missing:
        made = shared_embedder(desk.settings).embed(missing)
        vectors.put(build, {keys[text]: vector for text, vector in zip(missing, made, strict=True)})
    return dict(zip(texts, vectors.get(build, [keys[text] for text in texts]), strict=True)) if texts else {}
