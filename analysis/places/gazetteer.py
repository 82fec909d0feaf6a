"""The shipped gazetteer, read once a process: an automaton over the folded forms of all names.

    `analysis/data/gazetteer.tsv.gz` --a line a form--> folded key -> its forms --Aho and Corasick-->
    automaton

Forms of several words that go on inside ("Индийск* океан*") are found by their beginning and read on by a
pattern.
"""

from __future__ import annotations

import gzip
import re
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from analysis.places.forms import EVERYWHERE, GOES_ON, Form, form_of
from config.names import FILE as NAMES
from storage.text import for_names

if TYPE_CHECKING:
    from ahocorasick import Automaton

FILE: Final = Path(__file__).parent.parent / "data" / "gazetteer.tsv.gz"
RULES_VERSION: Final = "1"
"""Changes whenever the same text could be read another way with the same forms."""
SHORT: Final = 3
"""Capitals of so many letters at most are an abbreviation, found in capitals only, as in watched
statements. Chosen, not measured."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A form, ready to be looked for."""

    form: Form
    length: int
    """Signs of the key."""
    needs_capital: bool
    abbreviation: bool
    continues: re.Pattern[str] | None = None
    """What must follow the key, where the form goes on inside."""

    def speaks(self, languages: frozenset[str] | None) -> bool:
        """Whether a text in these languages may use the form; None: the language is not known."""
        own = self.form.languages
        return languages is None or own[0] == EVERYWHERE or not languages.isdisjoint(own)


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """All forms, and the words that tell what stands beside a name."""

    automaton: Automaton
    personal_low: frozenset[str]
    """Small, unlike the others, which are as written."""
    club_before: frozenset[str]
    club_after: frozenset[str]
    place_before: frozenset[str]
    version: str


@cache
def gazetteer() -> Gazetteer:
    """The shipped gazetteer; takes about a second the first time."""
    content = FILE.read_bytes()
    rules = tomllib.loads((NAMES.parent / "places.toml").read_text(encoding="utf-8"))
    words = {
        key: frozenset(folded(word)[key in ("personal_low", "place_before")] for word in found)
        for key, found in {
            "personal_low": rules["personal"]["names"],
            "club_before": rules["clubs"]["before"],
            "club_after": rules["clubs"]["after"],
            "place_before": rules["place_words"]["before"],
        }.items()
    }
    return Gazetteer(automaton=_automaton(content), version=version(), **words)


@cache
def version() -> str:
    """What a reading depends on: the forms, the words beside them, and the rules."""
    parts = (FILE.read_bytes(), (NAMES.parent / "places.toml").read_bytes(), RULES_VERSION.encode())
    return sha256(b"".join(parts)).hexdigest()[:12]


def folded(text: str) -> tuple[str, str]:
    """A text without accents, with its capitals and without: of equal length, sign for sign."""
    bare = for_names(text, keep_case=True)
    low = bare.lower()
    return bare, low if len(low) == len(bare) else "".join(sign.lower()[:1] for sign in bare)


def _automaton(content: bytes) -> Automaton:
    from ahocorasick import Automaton

    entries: defaultdict[str, list[Entry]] = defaultdict(list)
    for line in gzip.decompress(content).decode().splitlines():
        key, entry = _entry_of(form_of(line))
        entries[key].append(entry)
    automaton = Automaton()
    for key, found in entries.items():
        automaton.add_word(key, tuple(found))
    automaton.make_automaton()
    return automaton


def _entry_of(form: Form) -> tuple[str, Entry]:
    bare, key = folded(form.text)
    head, star, rest = key.partition("*")
    letters = sum(map(str.isalnum, bare))
    return head, Entry(
        form=form,
        length=len(head),
        needs_capital=bare[:1].isupper(),
        abbreviation=bare.isupper() and letters <= SHORT and bare[:1] < "\u0530",
        continues=_continuing(rest) if star and rest else None,
    )


def _continuing(rest: str) -> re.Pattern[str]:
    """The rest of a form that goes on inside: words with stars for their endings."""
    words = [re.escape(word).replace(r"\*", rf"\w{{0,{GOES_ON}}}") for word in rest.split()]
    return re.compile(rf"\w{{0,{GOES_ON}}}\s+" + r"\s+".join(words))
