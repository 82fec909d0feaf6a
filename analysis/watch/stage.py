"""The stage `watch`: new passages are compared with every statement of the watchlist.

    watchlist --texts--> vectors (kept) --what is ordinary--> limits
    passages above the statements' marks --one product a block--> near pairs --scope, names--> hits
    hits --best sentence--> stances

A statement keeps the number of the last passage that it was compared with, together with a hash of all that a
comparison depends on: where wording, settings or mean vectors changed, it begins again. Statements that stand
at the same passage - after the first run all of them - are compared together, so that every passage is read
once. A block is one transaction: a killed run goes on where it stopped.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import structlog

from analysis.embedding.choose import build_of, settings_of
from analysis.embedding.kept import kept_vectors
from analysis.embedding.means import ensure_means
from analysis.watch.comparing import Finder, Match
from analysis.watch.growing import grow_statements
from analysis.watch.linked import link_narratives
from analysis.watch.readings import sentences_of, stance_in
from analysis.watch.registry import claim_numbers, refresh
from analysis.watch.statements import Prepared, prepared, texts_of
from config.clock import Clock
from config.progress import Progress
from config.workspace import Workspace
from storage.records import Comparison, GrownStatement, MeanTable, PassageFacts, Verdict, WatchHit
from storage.store import Store

_log = structlog.get_logger(__name__)

STAGE = "watch"
BLOCK = 4096
"""Passages compared a transaction: 6 MB of vectors, and large enough that the product runs at full speed.
Decides memory only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """What all comparisons of a run share."""

    store: Store
    workspace: Workspace
    table: MeanTable
    run_id: str
    numbers: Mapping[str, int]
    """Statement id -> number of its narrative."""


@dataclass(frozen=True, slots=True)
class _Block:
    """Passages, and the statements that wait for them."""

    statements: tuple[Prepared, ...]
    passages: Sequence[PassageFacts]


def watch(
    *, store: Store, workspace: Workspace, clock: Clock, run_id: str, progress: Progress
) -> dict[str, int]:
    """Compare what is new with the watchlist and bring the watched narratives up to date.

    Counts: statements, compared (pairs of statement and passage), and hits by stance: endorses, reports,
        refutes, unclear.

    Raises:
        EmbeddingError: the engine cannot be opened or failed.
        StorageError: the store cannot be read or written.
    """
    counts = dict.fromkeys(("statements", "compared", "endorses", "reports", "refutes", "unclear"), 0)
    counts["statements"] = len(workspace.watchlist)
    build = build_of(settings_of(workspace))
    if workspace.watchlist and store.passages.embedded_after(build, 0, limit=1):
        table = ensure_means(store, build, clock.now())
        numbers = claim_numbers(store, workspace.watchlist, table, now=clock.now(), run_id=run_id)
        run = _Run(store=store, workspace=workspace, table=table, run_id=run_id, numbers=numbers)
        statements = _statements(run)
        _compare_all(run, statements, counts, progress)
        _grow(run, statements, counts, clock)
        link_narratives(store, table, statements, numbers, now=clock.now(), run_id=run_id)
    refresh(store, workspace.watchlist)
    _log.info(STAGE, run_id=run_id, **counts)
    return counts


def _grow(run: _Run, statements: Sequence[Prepared], counts: dict[str, int], clock: Clock) -> None:
    """Let statements grow whose time it is, and keep what they find by it."""
    grown = grow_statements(run.store, run.workspace, run.table, statements, now=clock.now())
    run.store.watch_learned.keep_grown([item for item, _ in grown])
    for _, matches in grown:
        hits = _hits(run, matches)
        run.store.watch.add(hits)
        for hit in hits:
            counts[hit.stance] += 1


def _statements(run: _Run) -> list[Prepared]:
    """The watchlist, ready to be compared."""
    raw = kept_vectors(run.store, settings_of(run.workspace), texts_of(run.workspace.watchlist))
    rejected, labels = _rejected(run.store), labels_of(run.store)
    return [
        prepared(
            config,
            raw,
            run.table,
            settings=run.workspace.settings.watch,
            rejected=sorted(rejected[run.numbers[config.id]]),
            labels=labels[config.id],
        )
        for config in run.workspace.watchlist
    ]


def _rejected(store: Store) -> defaultdict[int, set[str]]:
    """Number of a narrative -> passages that a correction ruled out."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    for item in store.corrections.in_force():
        if item.kind == "reject" and item.passage_id:
            found[item.narrative_id].add(item.passage_id)
    return found


def labels_of(store: Store) -> defaultdict[str, dict[str, Verdict]]:
    """Statement id -> passage id -> an analyst's word on it."""
    found: defaultdict[str, dict[str, Verdict]] = defaultdict(dict)
    for label in store.watch_learned.labels():
        found[label.statement_id][label.passage_id] = label.verdict
    return found


def _compare_all(
    run: _Run, statements: Sequence[Prepared], counts: dict[str, int], progress: Progress
) -> None:
    """Compare block after block until every statement has met every passage."""
    progress.start(STAGE)
    finders: dict[tuple[str, ...], Finder] = {}
    grown = _grown(run, statements)
    for block in _blocks(run, statements):
        waiting = tuple(item.config.id for item in block.statements)
        if waiting not in finders:
            # Statements only ever come together: the finder of fewer is not needed again.
            finders = {waiting: Finder(run.store, run.workspace, run.table, block.statements, grown)}
        hits = _hits(run, finders[waiting].matches(block.passages))
        through = block.passages[-1].passage_no
        run.store.watch.put([_comparison(item, through, hits) for item in block.statements])
        counts["compared"] += len(block.passages) * len(waiting)
        for hit in hits:
            counts[hit.stance] += 1
        progress.step(len(block.passages))


def _grown(run: _Run, statements: Sequence[Prepared]) -> dict[str, GrownStatement]:
    """What statements have grown to, where it was from their present wording."""
    wording = {item.config.id: item.statement_hash for item in statements}
    kept = run.store.watch_learned.grown()
    return {key: item for key, item in kept.items() if wording.get(key) == item.statement_hash}


def _blocks(run: _Run, statements: Sequence[Prepared]) -> Iterator[_Block]:
    """Blocks of passages by number; who stands farthest back goes first, until it meets the next."""
    marks = run.store.watch.compared_through
    through = {item.config.id: marks(item.config.id, item.statement_hash) for item in statements}
    while True:
        lowest, end = _next_stretch(list(through.values()))
        waiting = tuple(item for item in statements if through[item.config.id] == lowest)
        rows = _rows_between(run, lowest, end)
        if rows:
            yield _Block(waiting, rows)
        elif end is None:
            return
        reached = rows[-1].passage_no if rows else end
        through.update(dict.fromkeys((item.config.id for item in waiting), reached or 0))


def _rows_between(run: _Run, after: int, end: int | None) -> list[PassageFacts]:
    """The next passages after a number, up to another."""
    rows = run.store.passages.embedded_after(run.table.build, after, limit=BLOCK)
    return rows if end is None else [row for row in rows if row.passage_no <= end]


def _next_stretch(marks: Sequence[int]) -> tuple[int, int | None]:
    """From which passage on the farthest back are compared, and at which they meet the
    next; None: at none.
    """
    lowest = min(marks)
    return lowest, min((mark for mark in marks if mark > lowest), default=None)


def _hits(run: _Run, matches: Sequence[Match]) -> list[WatchHit]:
    """Matches with their stances, as they are kept."""
    kept = kept_vectors(run.store, settings_of(run.workspace), sentences_of([match.row for match in matches]))
    margin = run.workspace.settings.watch.stance_margin
    return [
        WatchHit(
            statement_id=match.statement.config.id,
            passage_id=match.row.passage_id,
            narrative_id=run.numbers[match.statement.config.id],
            cosine=match.standing.cosine,
            z=match.standing.z,
            stance=stance_in(match.row, match.statement, kept, run.table, margin),
            run_id=run.run_id,
        )
        for match in matches
    ]


def _comparison(statement: Prepared, through: int, hits: Sequence[WatchHit]) -> Comparison:
    """What is kept of one statement's part in a block."""
    own = tuple(hit for hit in hits if hit.statement_id == statement.config.id)
    return Comparison(
        statement_id=statement.config.id,
        statement_hash=statement.statement_hash,
        through=through,
        hits=own,
    )
