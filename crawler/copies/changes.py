"""Whether a reprint turns what its model says: a denial put in or taken out, a figure in equal words
replaced.

Only small edits in the middle of equal words are looked at, and only where the texts are otherwise nearly the
same: in a text that was shortened word by word, a lost "not" is an accident of shortening.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import Match, SequenceMatcher
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Final, Literal

from storage.text import UNSPACED, for_comparing, is_unspaced

Change = Literal["figure", "negated"]

EDIT: Final = 4
"""Words on each side of a small edit; characters, in scripts without spaces, twice as many. Chosen, not
measured."""
CONTEXT: Final = 2
"""Equal words before and after it (or the edge of the text). Chosen, not measured."""
PARAPHRASE: Final = 2
"""Words that a denial may bring along or replace ("opened", "did not open"). Chosen on the revisions of
ITN. Chosen, not measured apart from these."""
OTHER_EDITS, OTHER_EDITS_PER_WORD = 3, 0.01
"""So many other small edits are those of an editor; more are another way of telling. Chosen, not measured."""
SHORTEST_STEM: Final = 4
"""A prefix turns words of at least so many letters. Chosen, not measured."""
_TOKEN = re.compile(rf"\d+|[{UNSPACED}]|[^\s\d{UNSPACED}]+")
_YEAR = re.compile(r"(?:19|20)\d\d")

Words = list[str]
Edit = tuple[Words, Words]
"""Words of the one text, and the words that stand for them in the other; either may be empty."""


def change_between(left: str, right: str) -> Change | None:
    """How the one text turns the other; None where it does not, or where too much else differs.

    Args:
        left, right: texts of which one is a reprint of the other.
    """
    one, other = words_of(left), words_of(right)
    if not _may_differ(one, other):
        return None
    edits = list(_small_edits(one, other))
    others_allowed = OTHER_EDITS + OTHER_EDITS_PER_WORD * min(len(one), len(other))
    fewest = len(edits) - others_allowed
    is_turkish = _is_turkish(one) and _is_turkish(other)
    negated = sum(_is_negated(edit, is_turkish=is_turkish) for edit in edits)
    if negated >= max(1, fewest):
        return "negated"
    figures = sum(map(_is_other_figure, edits))
    return "figure" if figures >= max(1, fewest) else None


def _is_turkish(words: Words) -> bool:
    return len(_negations().markers.intersection(words)) > 1


def words_of(text: str) -> list[str]:
    """Folded words and numbers; single characters in scripts without spaces."""
    found: list[str] = _TOKEN.findall(for_comparing(text))
    return found


@dataclass(frozen=True, slots=True)
class Negations:
    """The words of `negations.toml`, folded."""

    words: frozenset[str]
    inserted: frozenset[str]
    prefixes: tuple[str, ...]
    infixes: tuple[str, ...]
    markers: frozenset[str]
    unspaced: re.Pattern[str]


@lru_cache(maxsize=1)
def _negations() -> Negations:
    data = tomllib.loads((Path(__file__).parent / "negations.toml").read_text(encoding="utf-8"))
    lists = {name: [for_comparing(word) for word in words] for name, words in data.items()}
    others, negating = ("|".join(map(re.escape, lists[name])) for name in ("unspaced_except", "unspaced"))
    return Negations(
        words=frozenset(lists["words"]),
        inserted=frozenset(lists["inserted"]),
        prefixes=tuple(lists["prefixes"]),
        infixes=tuple(lists["infixes"]),
        markers=frozenset(lists["infix_markers"]),
        unspaced=re.compile(rf"(?!{others})(?:{negating})"),
    )


def _may_differ(one: Words, other: Words) -> bool:
    """Whether words that could turn the text stand in one of the two only: cheaper than finding where."""
    counts, others = Counter(one), Counter(other)
    added, lost = counts - others, others - counts
    known = _negations()
    denials = known.words | known.inserted
    if any(word in denials or word.isdigit() or is_unspaced(word[0]) for word in (*added, *lost)):
        return True
    return any(_is_opposite(left, right, is_turkish=True) for left in added for right in lost)


def _small_edits(one: Words, other: Words) -> Iterator[Edit]:
    """Edits of few words between equal ones."""
    found = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    ends = len(one), len(other)
    blocks = [block for block in found if block.size >= (1 if _is_at_edge(block, ends) else CONTEXT)]
    for before, after in pairwise(blocks):
        left, right = one[before.a + before.size : after.a], other[before.b + before.size : after.b]
        if max(_length(left), _length(right)) <= EDIT:
            yield left, right


def _is_at_edge(block: Match, ends: tuple[int, int]) -> bool:
    """Whether the equal words begin or end both texts."""
    return block.a == block.b == 0 or (block.a + block.size, block.b + block.size) == ends


def _length(words: Words) -> float:
    return sum(0.5 if is_unspaced(word[0]) else 1 for word in words)


def _is_negated(edit: Edit, *, is_turkish: bool) -> bool:
    left, right = edit
    if len(left) == len(right) == 1 and _is_opposite(left[0], right[0], is_turkish=is_turkish):
        return True
    if not left or not right:
        return _denials_put_in([*left, *right]) % 2 == 1
    (denials, rest), (others, other_rest) = _without_denials(left), _without_denials(right)
    return denials % 2 != others % 2 and max(_length(rest), _length(other_rest)) <= PARAPHRASE


def _denials_put_in(words: Words) -> int:
    """Denials among words that stand for nothing; 0 where they bring along too much else."""
    known = _negations()
    doubtful = [word for word in words if word in known.inserted]
    denials, rest = _without_denials([word for word in words if word not in known.inserted])
    return denials + len(doubtful) if _length(rest) <= PARAPHRASE else 0


def _without_denials(words: Words) -> tuple[int, Words]:
    """How many denials there are among the words, and the words without them."""
    known = _negations()
    spaced = [word for word in words if word not in known.words]
    joined, found = known.unspaced.subn("", "".join(spaced))
    rest = [*joined] if found else spaced
    return len(words) - len(spaced) + found, rest


def _is_opposite(left: str, right: str, *, is_turkish: bool) -> bool:
    """Whether the longer word is the shorter with a negating prefix or, in Turkish, infix."""
    stem, word = sorted((left, right), key=len)
    known = _negations()
    if len(stem) < SHORTEST_STEM:
        return False
    if any(word == prefix + stem for prefix in known.prefixes):
        return True
    places = range(SHORTEST_STEM - 1, len(stem)) if is_turkish else ()
    return any(word == stem[:place] + infix + stem[place:] for place in places for infix in known.infixes)


def _is_other_figure(edit: Edit) -> bool:
    """Whether one figure stands for another; years, and pairs of small figures (a time, a day), decide
    nothing."""
    left, right = ([word for word in words if word.isdigit()] for words in edit)
    if not left or not right or "".join(left) == "".join(right):
        return False
    if all(map(_YEAR.fullmatch, (*left, *right))):
        return False
    return not all(len(figures) > 1 and max(map(len, figures)) <= 2 for figures in (left, right))
