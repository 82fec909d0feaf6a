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

from analysis.arrays import Vectors
from analysis.embedding.centring import centred
from analysis.embedding.choose import build_of, settings_of
from analysis.embedding.kept import kept_vectors
from analysis.embedding.means import ensure_means
from analysis.watch.guard import NamedText
from analysis.watch.matching import Matcher, Standing
from analysis.watch.ordinary import ordinary_for
from analysis.watch.readings import sentences_of, stance_in
from analysis.watch.registry import claim_numbers, refresh
from analysis.watch.statements import Prepared, prepared, texts_of
from config.clock import Clock
from config.progress import Progress
from config.workspace import Workspace
from storage.records import Comparison, MeanTable, PassageFacts, PassageRow, WatchHit
from storage.store import Store

_log = structlog.get_logger(__name__)

STAGE = "watch"
BLOCK = 4096
"""Passages compared a transaction: 6 MB of vectors, and large enough that the product runs at full speed."""


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


@dataclass(frozen=True, slots=True)
class _Match:
    """A passage that says what a statement says, whatever its stance."""

    statement: Prepared
    row: PassageRow
    standing: Standing


def watch(
    *, store: Store, workspace: Workspace, clock: Clock, run_id: str, progress: Progress
) -> dict[str, int]:
    """Compare what is new with the watchlist and bring the watched narratives up to date.

    Counts: statements, compared (pairs of statement and passage), and hits by stance: endorses, reports,
        refutes.

    Raises:
        EmbeddingError: the engine cannot be opened or failed.
        StorageError: the store cannot be read or written.
    """
    counts = dict.fromkeys(("statements", "compared", "endorses", "reports", "refutes"), 0)
    counts["statements"] = len(workspace.watchlist)
    build = build_of(settings_of(workspace))
    if workspace.watchlist and store.passages.embedded_after(build, 0, limit=1):
        table = ensure_means(store, build, clock.now())
        numbers = claim_numbers(store, workspace.watchlist, table, now=clock.now(), run_id=run_id)
        run = _Run(store=store, workspace=workspace, table=table, run_id=run_id, numbers=numbers)
        _compare_all(run, _statements(run), counts, progress)
    refresh(store, workspace.watchlist)
    _log.info(STAGE, run_id=run_id, **counts)
    return counts


def _statements(run: _Run) -> list[Prepared]:
    """The watchlist, ready to be compared."""
    raw = kept_vectors(run.store, settings_of(run.workspace), texts_of(run.workspace.watchlist))
    rejected: defaultdict[int, set[str]] = defaultdict(set)
    for item in run.store.corrections.in_force():
        if item.kind == "reject" and item.passage_id:
            rejected[item.narrative_id].add(item.passage_id)
    return [
        prepared(
            config,
            raw,
            run.table,
            settings=run.workspace.settings.watch,
            rejected=sorted(rejected[run.numbers[config.id]]),
        )
        for config in run.workspace.watchlist
    ]


def _compare_all(
    run: _Run, statements: Sequence[Prepared], counts: dict[str, int], progress: Progress
) -> None:
    """Compare block after block until every statement has met every passage."""
    progress.start(STAGE)
    matchers: dict[tuple[str, ...], Matcher] = {}
    for block in _blocks(run, statements):
        waiting = tuple(item.config.id for item in block.statements)
        if waiting not in matchers:
            # Statements only ever come together: the matcher of fewer is not needed again.
            matchers = {waiting: _matcher(run, block.statements)}
        hits = _hits(run, _matches(run, block, matchers[waiting]))
        through = block.passages[-1].passage_no
        run.store.watch.put([_comparison(item, through, hits) for item in block.statements])
        counts["compared"] += len(block.passages) * len(waiting)
        for hit in hits:
            counts[hit.stance] += 1
        progress.step(len(block.passages))


def _matcher(run: _Run, statements: Sequence[Prepared]) -> Matcher:
    per_language = run.workspace.settings.watch.background_passages
    return Matcher(statements, ordinary_for(run.store, run.table, statements, per_language=per_language))


def _blocks(run: _Run, statements: Sequence[Prepared]) -> Iterator[_Block]:
    """Blocks of passages by number; who stands farthest back goes first, until it meets the next."""
    through = {
        item.config.id: run.store.watch.compared_through(item.config.id, item.statement_hash)
        for item in statements
    }
    while True:
        lowest = min(through.values())
        waiting = tuple(item for item in statements if through[item.config.id] == lowest)
        higher = [number for number in through.values() if number > lowest]
        rows = run.store.passages.embedded_after(run.table.build, lowest, limit=BLOCK)
        if higher:
            rows = [row for row in rows if row.passage_no <= min(higher)]
        if rows:
            yield _Block(waiting, rows)
        elif not higher:
            return
        reached = rows[-1].passage_no if rows else min(higher)
        through.update({item.config.id: reached for item in waiting})


def _matches(run: _Run, block: _Block, matcher: Matcher) -> list[_Match]:
    """The pairs of a block that are near enough, in scope, and name what the statement requires."""
    facts, statements = block.passages, block.statements
    vectors = centred(run.store, facts, run.table)
    near = _near(block, matcher, vectors)
    rows = run.store.passages.many([facts[place].passage_id for place in near])
    found = {row.passage_id: row for row in rows}
    matches = []
    for passage, candidates in near.items():
        row = found[facts[passage].passage_id]
        for place in _named(row, [(place, statements[place]) for place in candidates]):
            standing = matcher.standing(place, vectors[passage], row.language)
            if standing is not None:
                matches.append(_Match(statements[place], row, standing))
    return matches


def _near(block: _Block, matcher: Matcher, vectors: Vectors) -> dict[int, list[int]]:
    """Place of a passage -> places of the statements that it is near and in the scope of."""
    near: defaultdict[int, list[int]] = defaultdict(list)
    for passage, statement in matcher.near(vectors, [row.language for row in block.passages]):
        if block.statements[statement].in_scope(block.passages[passage]):
            near[passage].append(statement)
    return near


def _named(row: PassageRow, candidates: Sequence[tuple[int, Prepared]]) -> list[int]:
    """Those statements, by place, whose required entities a passage or its title names."""
    text = NamedText.of(row.title, row.text)
    return [place for place, statement in candidates if statement.guard.lets_text(text)]


def _hits(run: _Run, matches: Sequence[_Match]) -> list[WatchHit]:
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
