"""Keeps the sketches of all passages, which search by meaning scans (see `storage/sketches.py`).

    passages, vectors --less the mean of their language--> signs --> sketches
                      at the end of `embed`, and by a search that finds them stale

What is new has a higher passage number than what is there; what was changed or deleted stands in the store's
list of changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np

from analysis.arrays import Labels, Vectors
from analysis.embedding.centring import centre
from config.progress import NoProgress, Progress
from config.workspace import Workspace
from storage.locks import StageLock
from storage.records import EmbeddedPassage, MeanTable, SearchFilters
from storage.sketch_bits import sketch_of
from storage.sketches import (
    BLOCK_ROWS,
    BlockEntry,
    Codes,
    Manifest,
    Sketches,
    SketchFolder,
    SketchRows,
    in_blocks,
)
from storage.store import Store

FOLDER: Final = "sketches"
"""Of a workspace. Whoever deletes it loses nothing: the next `embed` makes it again."""
GROWTH: Final = 2
"""Sketches of older means are made anew when passages have become this many times as many: the means of a
small workspace, which move most, do not stay, and in all no passage is sketched more than twice on average
(a geometric series). Decides cost only."""
CHANGES: Final = 1_000_000
"""Changes that stay listed for sketches on other machines; who is farther behind begins anew. Chosen, not
measured: 24 MB.
"""
BLOCKS_A_ROUND: Final = 16
"""Blocks between two states on disk: a million passages are done again after a kill. Decides cost only."""
PASSAGES: Final = 4096
"""Read at a time. Decides memory only."""


def sketch_folder(workspace: Workspace) -> Path:
    """Where a workspace keeps its sketches."""
    return workspace.root / FOLDER


def refresh_sketches(
    store: Store, folder: Path, table: MeanTable, *, progress: Progress | None = None, verify: bool = True
) -> int:
    """Bring the sketches to the present state of the store; returns how many passages were sketched.

    What is damaged, of another build, or outgrown is made from the beginning. Passages after the first that
    has no vector yet wait for it.

    Args:
        verify: read every block to see whether it is whole.

    Raises:
        StageBusy: another process does the same at this moment.
        OSError: the files cannot be written.
    """
    with StageLock(folder.parent / "locks", FOLDER):
        files = SketchFolder(folder)
        sketches = files.open(verify=verify)
        if sketches is None or _is_void(store, sketches.manifest, table):
            sketches = _begin(store, files, table)
        sketcher = _Sketcher(store, files, sketches.manifest, table)
        sketcher.follow_changes(sketches)
        sketcher.append_new(progress or NoProgress())
        return sketcher.sketched


def _is_void(store: Store, manifest: Manifest, table: MeanTable) -> bool:
    """Of another build, of means that nobody has, outgrown, or behind the oldest change
    that is still listed.
    """
    if manifest.build != table.build or store.means.get(manifest.build, manifest.mean_version) is None:
        return True
    marks = store.vectors.marks()
    has_outgrown = 0 < GROWTH * manifest.rebuilt_at <= marks.passage_no
    is_behind = manifest.change_no < marks.first_change_no - 1
    return is_behind or (has_outgrown and manifest.mean_version != table.version)


def _begin(store: Store, files: SketchFolder, table: MeanTable) -> Sketches:
    marks = store.vectors.marks()
    manifest = Manifest(
        build=table.build,
        mean_version=table.version,
        dimensions=len(next(iter(table.means.values()))),
        change_no=marks.change_no,
        rebuilt_at=marks.passage_no,
    )
    return Sketches(files.write(manifest), [])


class _Sketcher:
    """Makes new states; `manifest` is the last one written."""

    def __init__(self, store: Store, files: SketchFolder, manifest: Manifest, table: MeanTable) -> None:
        self.store, self.files, self.manifest = store, files, manifest
        self.table = store.means.get(manifest.build, manifest.mean_version) or table
        self.codes = {"sources": _numbered(manifest.sources), "languages": _numbered(manifest.languages)}
        self.sketched = 0

    def follow_changes(self, sketches: Sketches) -> None:
        """Take changed and deleted passages out of their blocks; those that are there still are sketched
        again.
        """
        changes = self.store.vectors.changes(after=self.manifest.change_no)
        if not changes:
            return
        numbers = {number for number in changes.values() if number <= self.manifest.passage_no}
        gone = np.array(sorted(numbers), np.int64)
        kept, rest = self._parted(sketches, gone)
        there = self.store.vectors.embedded(self.manifest.build, gone.tolist(), filters=SearchFilters())
        again = [self._rows(there)] if there else []
        self._write(replace(self.manifest, blocks=tuple(kept), change_no=max(changes)), [*rest, *again])
        self.store.vectors.forget_changes(before=max(changes) - CHANGES)

    def _parted(self, sketches: Sketches, gone: Labels) -> tuple[list[BlockEntry], list[SketchRows]]:
        """Blocks that hold none of the passages, and what is left of the others."""
        kept, rest = [], []
        for entry, block in zip(self.manifest.blocks, sketches.blocks, strict=True):
            stays = ~np.isin(block.columns["numbers"], gone)
            if stays.all():
                kept.append(entry)
            else:
                rest.append(block.rows().taken(stays))
        return kept, rest

    def append_new(self, progress: Progress) -> None:
        """Sketch what is new, up to the first passage that has no vector."""
        progress.start("sketches")
        while rows := list(islice(self._new(), BLOCKS_A_ROUND * BLOCK_ROWS // PASSAGES)):
            *whole, last = self.manifest.blocks or (None,)
            is_full = last is None or last.rows >= BLOCK_ROWS
            rest = [] if is_full else self._last_block()
            kept = self.manifest.blocks if is_full else tuple(whole)
            progress.step(sum(map(len, rows)))
            newest = int(max(part.numbers.max() for part in rows))
            self._write(replace(self.manifest, blocks=kept, passage_no=newest), [*rest, *rows])

    def _last_block(self) -> list[SketchRows]:
        sketches = self.files.open()
        return [sketches.blocks[-1].rows()] if sketches else []

    def _new(self) -> Iterator[SketchRows]:
        after = self.manifest.passage_no
        while found := self.store.vectors.after(self.manifest.build, after, limit=PASSAGES):
            yield self._rows(found)
            after = found[-1].passage_no

    def _write(self, manifest: Manifest, rows: Sequence[SketchRows]) -> None:
        sources, languages = tuple(self.codes["sources"]), tuple(self.codes["languages"])
        named = replace(manifest, sources=sources, languages=languages)
        self.manifest = self.files.write(named, in_blocks(rows))

    def _rows(self, found: Sequence[EmbeddedPassage]) -> SketchRows:
        self.sketched += len(found)
        return SketchRows(
            bits=sketch_of(self._centred(found)),
            numbers=np.array([row.passage_no for row in found], np.int64),
            moments=np.array([int(row.counted_at.timestamp()) for row in found], np.int64),
            sources=_codes(self.codes["sources"], [row.source_id for row in found]),
            languages=_codes(self.codes["languages"], [row.article_language for row in found]),
        )

    def _centred(self, found: Sequence[EmbeddedPassage]) -> Vectors:
        """The vectors less the means that all sketches of the folder are made with."""
        raw = np.stack([row.vector for row in found])
        return centre(raw, [row.language for row in found], self.table)


def _numbered(names: Sequence[str]) -> dict[str, int]:
    return {name: place for place, name in enumerate(names)}


def _codes(known: dict[str, int], names: Sequence[str]) -> Codes:
    """The place of each name, new ones at the end."""
    return np.array([known.setdefault(name, len(known)) for name in names], np.uint32)
