"""What is different between two texts, word by word. Pure.

    lines --> runs of lines that differ --> their words --> pieces: same, removed, added

Scripts that write without spaces are compared sign by sign.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Final, Literal

PieceKind = Literal["same", "removed", "added"]

_WORDLESS: Final = "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
"""Thai, Lao, Tibetan, Burmese, Khmer, Japanese and Chinese signs."""
_TOKEN: Final = re.compile(f"[{_WORDLESS}]|[^\\s{_WORDLESS}]+")
MOST_PAIRS: Final = 4_000_000
"""Pairs of words that are compared: two texts of 2,000 words; longer runs differ as a whole. Chosen, not
measured."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words of both texts, or of one of them."""

    kind: PieceKind
    text: str
    words: int


def difference(before: str, after: str) -> list[Piece]:
    """The two texts as one row of pieces: without the added ones the first, without the removed ones the
    second, but for white space.
    """
    pieces: list[Piece] = []
    for old, new in _runs(before.splitlines(), after.splitlines()):
        if old == new:
            pieces.append(Piece("same", " ".join(old.split()), len(_TOKEN.findall(old))))
            continue
        apart = _words_apart(_TOKEN.findall(old), _TOKEN.findall(new))
        pieces += [Piece(kind, " ".join(part), len(part)) for kind, part in apart if part]
    return list(_merged(pieces))


def changed_words(pieces: Sequence[Piece]) -> tuple[int, int]:
    """Words that were added, and words that were removed."""
    added = sum(piece.words for piece in pieces if piece.kind == "added")
    return added, sum(piece.words for piece in pieces if piece.kind == "removed")


def shortened(pieces: Sequence[Piece], *, around: int = 12) -> list[Piece]:
    """The pieces with so many words of what is the same around each change."""
    return [
        _cut(piece, around, is_first=place == 0, is_last=place == len(pieces) - 1)
        if piece.kind == "same"
        else piece
        for place, piece in enumerate(pieces)
    ]


def _cut(piece: Piece, around: int, *, is_first: bool, is_last: bool) -> Piece:
    words = piece.text.split(" ")
    head = [] if is_first else words[:around]
    tail = [] if is_last else words[len(words) - around :]
    if len(words) <= len(head) + len(tail):
        return piece
    return Piece("same", " ".join([*head, "…", *tail]), piece.words)


def _runs(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Runs of lines: the same in both, or different."""
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        yield "\n".join(before[i:j]), "\n".join(after[k:m] if tag != "equal" else before[i:j])


def _words_apart(before: list[str], after: list[str]) -> Iterator[tuple[PieceKind, list[str]]]:
    if len(before) * len(after) > MOST_PAIRS:
        yield from (("removed", before), ("added", after))
        return
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            yield "same", before[i:j]
        else:
            yield from (("removed", before[i:j]), ("added", after[k:m]))


def _merged(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Neighbours of one kind as one piece."""
    for kind, group in groupby(pieces, key=lambda piece: piece.kind):
        same = list(group)
        yield Piece(kind, " ".join(piece.text for piece in same), sum(piece.words for piece in same))
