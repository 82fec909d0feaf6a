"""Cuts an article into passages: runs of whole sentences, at most 100 words, with exact offsets.

    body -> sentences -> (those over the limit cut at a clause, else at a space) -> the best grouping

A word is what stands between spaces. Scripts without spaces are measured against English by the same 99
sentences in both (SIB-200): 1.9 Chinese and 2.6 Japanese characters to an English word, 5.4 to 6.8 in Thai,
Lao, Khmer, Burmese and Tibetan. Hence two Han or Kana characters, or six of the others, count as one word,
and 100 words are 200 or 600 characters. Unbroken strings count a word per 30 characters.

The grouping is the cheapest of all: few passages, evenly filled, ending with paragraphs where possible, no
fragment that says nothing. Pure and deterministic; the same body always gives the same passages.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import accumulate

from analysis.text.sentences import Sentence, sentences
from storage.ids import passage_id, text_hash
from storage.records import Article, Passage
from storage.text import HAN, KANA, SOUTH_EAST_ASIAN

FRAGMENT_CHARACTERS = 40
"""Shorter passages are joined to a neighbour wherever the limit allows it. Chosen, not measured."""

_HAN_KANA = HAN + KANA + "\u3001-\u303f\uff01-\uff65"
"""With their punctuation and full-width signs."""
_FINE = SOUTH_EAST_ASIAN + "\u0f00-\u0fff"
"""And Tibetan, which parts syllables by a sign."""
LONGEST_WORD = 30
"""Characters of an unbroken string that count as one word. Chosen, not measured."""
CHARACTERS_OF_A_WORD = 12
"""With the space behind it, at most on average; German and Finnish prose have 7 to 9. Chosen, not
measured.
"""
_UNSPACED = re.compile(f"[{_FINE}{_HAN_KANA}]")
_ATOM = re.compile(rf"([{_FINE}])|([{_HAN_KANA}])|[^\s{_FINE}{_HAN_KANA}]{{1,{LONGEST_WORD}}}")
_CLAUSE_MARKS = frozenset(",;:،؛、，；：·፣፤—–)»”")
_WORD, _HALF, _SIXTH = 6, 3, 1
"""Measure: sixths of a word. Chosen, not measured: two signs of Han or six of Thai say about what a word
says."""


def cut(article: Article, *, words: int, most: int | None = None) -> list[Passage]:
    """The passages of `article`, in reading order, none over `words` words.

    An article without text has none.

    Args:
        most: of a longer article the first so many; what is behind them costs nothing.
    """
    # More than any passage of prose; a text of full stops is no longer for it.
    read = article.body if most is None else article.body[: most * words * CHARACTERS_OF_A_WORD]
    return [
        Passage(
            passage_id=passage_id(article.article_id, ordinal),
            article_id=article.article_id,
            ordinal=ordinal,
            start=start,
            end=end,
            text=article.body[start:end],
            text_hash=text_hash(article.body[start:end]),
            language=article.language,
        )
        for ordinal, (start, end) in enumerate(spans(read, words=words)[:most])
    ]


def spans(text: str, *, words: int) -> list[tuple[int, int]]:
    """Borders of the passages of `text`; together they hold every character that is not space, once.

    Raises:
        ValueError: `words` is not positive.
    """
    if words < 1:
        raise ValueError(f"passages: at most {words} words cannot be; give a positive number")
    limit = words * _WORD
    units = [piece for sentence in sentences(text) for piece in _within(text, sentence, limit)]
    return [(units[first].start, units[last - 1].end) for first, last in _grouped(text, units, limit)]


def unread_characters(article: Article, ends: Iterable[int]) -> int:
    """Characters of an article behind the last of its passages, whose ends are given: kept as text only."""
    end = max(ends, default=len(article.body))
    return len(article.body[end:].strip())


def measure(text: str) -> int:
    """The length of `text` in sixths of a word."""
    if text.isascii() or _UNSPACED.search(text) is None:
        # The same, several times faster: nearly all of the world's articles are only words and spaces.
        return _WORD * sum(-(-len(word) // LONGEST_WORD) for word in text.split())
    return sum(_atom_measure(match) for match in _ATOM.finditer(text))


def _atom_measure(match: re.Match[str]) -> int:
    if match[1]:
        return _SIXTH
    return _HALF if match[2] else _WORD


def _within(text: str, sentence: Sentence, limit: int) -> list[Sentence]:
    """`sentence`, cut again and again near its middle until no part measures more than `limit`."""
    atoms = list(_ATOM.finditer(text, sentence.start, sentence.end))
    if sum(map(_atom_measure, atoms)) <= limit or len(atoms) < 2:
        return [sentence]
    left, right = _middle_cut(text, atoms)
    head, tail = Sentence(sentence.start, left, False), Sentence(right, sentence.end, sentence.ends_paragraph)
    return _within(text, head, limit) + _within(text, tail, limit)


def _middle_cut(text: str, atoms: Sequence[re.Match[str]]) -> tuple[int, int]:
    """End of the left and start of the right part.

    After a clause mark, else at a space, else between characters; nearest to the middle.
    """
    middle = (atoms[0].start() + atoms[-1].end()) // 2
    quarter = (atoms[-1].end() - atoms[0].start()) // 4

    def rank(place: int) -> tuple[bool, int, int]:
        left, right = atoms[place - 1].end(), atoms[place].start()
        if text[left - 1] in _CLAUSE_MARKS:
            kind = 0
        elif left < right:
            kind = 1
        else:
            kind = 3 if unicodedata.category(text[right]).startswith("M") else 2
        distance = abs(left - middle)
        return distance > quarter, kind, distance

    best = min(range(1, len(atoms)), key=rank)
    return atoms[best - 1].end(), atoms[best].start()


def _grouped(text: str, units: Sequence[Sentence], limit: int) -> list[tuple[int, int]]:
    """Runs `units[first:last]` of least total cost, none over `limit` (dynamic programming.

    Ties go to the longer first run).
    """
    measures = [measure(text[unit.start : unit.end]) for unit in units]
    upto = list(accumulate(measures, initial=0))
    best: list[tuple[int, int]] = [(0, 0)]
    for last in range(1, len(units) + 1):
        choices = []
        for first in range(last - 1, -1, -1):
            size = upto[last] - upto[first]
            if size > limit:
                break
            choices.append((best[first][0] + _cost(units, first, last, size * 1000 // limit), first))
        best.append(min(choices))
    runs = []
    last = len(units)
    while last:
        runs.append((best[last][1], last))
        last = best[last][1]
    return runs[::-1]


def _cost(units: Sequence[Sentence], first: int, last: int, filled: int) -> int:
    """What a passage of `units[first:last]` costs; `filled` in thousandths of the limit.

    A passage costs 1000 and up to 1000 more the emptier it is; one that stops inside a paragraph 300, a
    fragment 4000 more.
    """
    empty = max(0, 1000 - filled)
    cost = 1000 + empty * empty // 1000
    if not units[last - 1].ends_paragraph:
        cost += 300
    if units[last - 1].end - units[first].start < FRAGMENT_CHARACTERS:
        cost += 4000
    return cost
