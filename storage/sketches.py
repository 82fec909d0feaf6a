"""Sketches of passage vectors: two bits a dimension, in files that are mapped into memory and scanned whole.

    sketches/manifest.json       what the blocks were made from, and their names, sizes and checksums
    sketches/block-*.bin         up to 65,536 passages each: bits, number, moment, source, language

A block is written once and never changed. A new state is new blocks and a new manifest, put in the place of
the old one by a rename, so a reader sees one state or the other and a killed writer leaves the old one.
Everything here can be made again from the database.

Signs of centred vectors keep the angle between them (Charikar 2002, "Similarity estimation techniques from
rounding algorithms"): the expected Hamming distance of two sketches is their angle in units of pi, times the
dimensions. All passages are compared by signs. A second bit tells whether a value is large: with it the
nearest ones are ranked nearly as by their vectors (of 500,000 real and mixed passages the true first 20 are
among the first 500 by sketch: 0.999 with two bits, 0.92 with signs alone, measured with
`tests.benchmarks.meaning`).
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from storage.sketch_bits import Bits, Mask, alikeness, sketch_of, unpacked

Numbers = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint32]
Distances = npt.NDArray[np.uint16]

BLOCK_ROWS: Final = 65_536
"""Passages of a full block: the working arrays of its scan (512 kB) stay in a core's cache; 32,768 and
131,072 were no faster.
"""
FORMAT: Final = 1
"""Counts up when the layout of a block changes."""
MANIFEST: Final = "manifest.json"
OUT_OF_REACH: Final = np.uint16(np.iinfo(np.uint16).max)
"""The distance of a passage that a filter leaves out."""
_SAMPLE_EVERY: Final = 64
"""Rows between two that are looked at to guess how near the nearest ones are; what is guessed too low is
corrected.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SketchRows:
    """Passages by column; row i of each is one passage."""

    bits: Bits
    """Shape (n, 2 * words): signs, then sizes."""
    numbers: Numbers
    """Passage numbers."""
    moments: Numbers
    """When their articles are counted, in whole seconds of Unix time."""
    sources: Codes
    """Places in the manifest's list of sources."""
    languages: Codes
    """Places in the manifest's list of the articles' languages."""

    def __len__(self) -> int:
        return len(self.numbers)

    def taken(self, rows: Mask | slice) -> SketchRows:
        """The chosen rows."""
        return SketchRows(**{name: getattr(self, name)[rows] for name in COLUMNS})


COLUMNS: Final = ("bits", "numbers", "moments", "sources", "languages")
_TYPES: Final = {"numbers": "<i8", "moments": "<i8", "sources": "<u4", "languages": "<u4"}


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockEntry:
    """A block as the manifest names it."""

    name: str
    rows: int
    checksum: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a state of the sketches was made from."""

    build: str
    mean_version: int
    """The means that were subtracted before the signs were taken; a query is centred with the same ones."""
    dimensions: int
    passage_no: int = 0
    """Passages up to this number are in the blocks."""
    change_no: int = 0
    """Changes of passages up to this number were followed."""
    rebuilt_at: int = 0
    """The highest passage number when all were last sketched anew."""
    sources: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    blocks: tuple[BlockEntry, ...] = ()

    @property
    def words(self) -> int:
        """64-bit words that hold one bit of each dimension."""
        return -(-self.dimensions // 64)

    @property
    def rows(self) -> int:
        """Passages in all blocks."""
        return sum(entry.rows for entry in self.blocks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """Filters in the terms of the sketches; what is None lets everything through."""

    start: int | None = None
    """Seconds of Unix time; a passage of this second may pass."""
    end: int | None = None
    """A passage of this second may pass too: the caller, who knows the moment, decides."""
    sources: frozenset[str] | None = None
    languages: frozenset[str] | None = None


class Block:
    """One file, mapped into memory."""

    def __init__(self, data: npt.NDArray[np.uint8], rows: int, words: int) -> None:
        size = 8 * 2 * words * rows
        self.planes: Bits = data[:size].view("<u8").reshape(2 * words, rows)
        """Bits, shape (2 * words, rows): a word of all passages lies together, which is what a scan wants."""
        self.columns: dict[str, npt.NDArray[Any]] = {}
        for name, kind in _TYPES.items():
            width = np.dtype(kind).itemsize * rows
            self.columns[name] = data[size : size + width].view(kind)
            size += width

    def rows(self) -> SketchRows:
        """Everything in it, as new arrays."""
        columns = {name: np.array(column) for name, column in self.columns.items()}
        return SketchRows(bits=np.ascontiguousarray(self.planes.T), **columns)

    def distances(self, query: Bits, narrowing: _Codes) -> Distances:
        """Hamming distance of each passage's signs to the query's; `OUT_OF_REACH` where a filter leaves it
        out.
        """
        found = np.zeros(self.planes.shape[1], np.uint16)
        differing = np.empty(len(found), np.uint64)
        counted = np.empty(len(found), np.uint8)
        for plane, word in zip(self.planes, query, strict=False):  # the planes of signs; sizes follow
            np.bitwise_xor(plane, word, out=differing)
            found += np.bitwise_count(differing, out=counted)
        mask = narrowing.mask(self.columns)
        if mask is not None:
            found[~mask] = OUT_OF_REACH
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Codes:
    """A narrowing with names as places in the manifest's lists."""

    start: int | None
    end: int | None
    sources: Mask | None
    languages: Mask | None

    def mask(self, columns: Mapping[str, npt.NDArray[Any]]) -> Mask | None:
        """Which rows pass; None for all."""
        conditions: list[Mask] = []
        if self.start is not None:
            conditions.append(columns["moments"] >= self.start)
        if self.end is not None:
            conditions.append(columns["moments"] <= self.end)
        if self.sources is not None:
            conditions.append(self.sources[columns["sources"]])
        if self.languages is not None:
            conditions.append(self.languages[columns["languages"]])
        return np.logical_and.reduce(conditions) if conditions else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """How many passages each step of a search leaves; each step is dearer and truer than the one before."""

    by_signs: int
    """Of all, by Hamming distance of their signs to the query's; a few more where several are equally far."""
    by_sketch: int
    """Of these, by the product of the sketches."""
    by_product: int
    """Of these, by the product of their sketch with the query itself."""


class Sketches:
    """One state, opened for reading; later states leave it as it is."""

    def __init__(self, manifest: Manifest, blocks: Sequence[Block]) -> None:
        self.manifest = manifest
        self.blocks = blocks

    def __len__(self) -> int:
        return self.manifest.rows

    def nearest(self, query: npt.NDArray[np.float32], *, narrowing: Narrowing, steps: Steps) -> Numbers:
        """Numbers of the passages that seem nearest to a centred query, nearest first; `steps` says how many
        each step leaves.
        """
        if not len(self):
            return np.zeros(0, np.int64)
        sketch = sketch_of(query[np.newaxis, :])[0]
        distances = self._distances(sketch[: self.manifest.words], self._codes(narrowing))
        scanned = np.flatnonzero(distances <= _limit_for(distances, steps.by_signs))
        bits, numbers = self._gathered(scanned)
        chosen = _largest(alikeness(bits, sketch), steps.by_sketch)
        bits, numbers = bits[chosen], numbers[chosen]
        products = unpacked(bits, self.manifest.dimensions) @ np.asarray(query, np.float32)
        return numbers[np.lexsort((numbers, -products))[: steps.by_product]]

    def _distances(self, query: Bits, codes: _Codes) -> Distances:
        with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
            return np.concatenate(list(pool.map(lambda block: block.distances(query, codes), self.blocks)))

    def _codes(self, narrowing: Narrowing) -> _Codes:
        return _Codes(
            start=narrowing.start,
            end=narrowing.end,
            sources=_wanted(self.manifest.sources, narrowing.sources),
            languages=_wanted(self.manifest.languages, narrowing.languages),
        )

    @cached_property
    def _starts(self) -> Numbers:
        return np.cumsum([0, *(entry.rows for entry in self.manifest.blocks)], dtype=np.int64)

    def _gathered(self, rows: npt.NDArray[np.intp]) -> tuple[Bits, Numbers]:
        """Bits and numbers of rows, counted through all blocks and ascending."""
        bounds = np.searchsorted(rows, self._starts)
        bits, numbers = [], []
        for place, block in enumerate(self.blocks):
            inside = rows[bounds[place] : bounds[place + 1]] - self._starts[place]
            bits.append(block.planes[:, inside].T)
            numbers.append(block.columns["numbers"][inside])
        return np.concatenate(bits), np.concatenate(numbers)


class SketchFolder:
    """The files of one workspace. One writer at a time, which the caller sees to; any number of readers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self, *, verify: bool = False) -> Sketches | None:
        """The present state; None where there is none, or none that can be used.

        Args:
            verify: also compare every block with its checksum (0.3 s for 7 million passages).
        """
        for _ in range(3):
            manifest = self._manifest()
            if manifest is None:
                return None
            try:
                blocks = [self._block(entry, manifest.words, verify=verify) for entry in manifest.blocks]
            except FileNotFoundError:
                continue  # a writer took the blocks away after the manifest was read: read the new one
            except (OSError, ValueError):
                return None
            return Sketches(manifest, blocks)
        return None

    def write(self, manifest: Manifest, rows: Iterable[SketchRows] = ()) -> Manifest:
        """Put a new state in the place of the old one: the manifest's blocks, then `rows` as new ones; the
        state as written.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        new = [self._write_block(manifest, part) for part in rows if len(part)]
        written = replace(manifest, blocks=(*manifest.blocks, *new))
        _replace_file(self.folder / MANIFEST, [json.dumps({"format": FORMAT, **asdict(written)}).encode()])
        self._tidy({entry.name for entry in written.blocks})
        return written

    def _manifest(self) -> Manifest | None:
        try:
            values = json.loads((self.folder / MANIFEST).read_bytes())
            if values.pop("format") != FORMAT:
                return None
            blocks = tuple(BlockEntry(**entry) for entry in values.pop("blocks"))
            sources, languages = (tuple(values.pop(name)) for name in ("sources", "languages"))
            return Manifest(**values, sources=sources, languages=languages, blocks=blocks)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def _block(self, entry: BlockEntry, words: int, *, verify: bool) -> Block:
        path = self.folder / entry.name
        data = np.memmap(path, np.uint8, mode="r")
        width = 8 * 2 * words + sum(np.dtype(kind).itemsize for kind in _TYPES.values())
        if len(data) != width * entry.rows or (verify and zlib.crc32(data.data) != entry.checksum):
            raise ValueError(f"{path}: is damaged")
        return Block(data, entry.rows, words)

    def _write_block(self, manifest: Manifest, rows: SketchRows) -> BlockEntry:
        parts = [np.ascontiguousarray(rows.bits.T).astype("<u8").tobytes()]
        parts += [getattr(rows, name).astype(kind).tobytes() for name, kind in _TYPES.items()]
        checksum = 0
        for part in parts:
            checksum = zlib.crc32(part, checksum)
        name = f"block-{manifest.mean_version}-{rows.numbers[0]}-{checksum:08x}.bin"
        _replace_file(self.folder / name, parts)
        return BlockEntry(name=name, rows=len(rows), checksum=checksum)

    def _tidy(self, named: set[str]) -> None:
        for path in self.folder.glob("*"):
            if path.name not in named and (path.suffix == ".bin" or path.suffix == ".part"):
                path.unlink(missing_ok=True)


def _largest(values: npt.NDArray[np.float32], count: int) -> npt.NDArray[np.intp]:
    if len(values) <= count:
        return np.arange(len(values))
    return np.argpartition(-values, count)[:count]


def in_blocks(parts: Iterable[SketchRows]) -> Iterator[SketchRows]:
    """The same rows in blocks of `BLOCK_ROWS`, the last one shorter."""
    waiting: list[SketchRows] = []
    for part in parts:
        waiting.append(part)
        if sum(map(len, waiting)) >= BLOCK_ROWS:
            joined = joined_rows(waiting)
            whole = len(joined) - len(joined) % BLOCK_ROWS
            for start in range(0, whole, BLOCK_ROWS):
                yield joined.taken(slice(start, start + BLOCK_ROWS))
            waiting = [joined.taken(slice(whole, None))]
    if sum(map(len, waiting)):
        yield joined_rows(waiting)


def joined_rows(parts: Sequence[SketchRows]) -> SketchRows:
    """Several as one."""
    return SketchRows(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS})


def _wanted(known: Sequence[str], chosen: frozenset[str] | None) -> Mask | None:
    return None if chosen is None else np.array([name in chosen for name in known], np.bool_)


def _limit_for(distances: Distances, count: int) -> int:
    """A distance within which at least `count` passages lie, or all that are within reach; guessed from a
    sample, then made sure.
    """
    if len(distances) <= count:
        return int(OUT_OF_REACH) - 1
    within = np.cumsum(np.bincount(distances[::_SAMPLE_EVERY], minlength=int(OUT_OF_REACH))[:-1])
    most = int(np.searchsorted(within, within[-1])) if len(within) else 0
    limit = int(np.searchsorted(within, -(-count // _SAMPLE_EVERY)))
    if limit > most:
        return int(OUT_OF_REACH) - 1
    while limit < int(OUT_OF_REACH) - 1 and np.count_nonzero(distances <= limit) < count:
        limit += 1 if limit <= most else int(OUT_OF_REACH) - 1 - limit
    return limit


def _replace_file(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file whole or not at all, also through a power cut."""
    part = path.with_name(path.name + ".part")
    with part.open("wb") as out:
        for data in parts:
            out.write(data)
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
