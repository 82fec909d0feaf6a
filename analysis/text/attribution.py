"""Who says it, and what is said: words of attribution, and a sentence without its reporting shell.

    PLACE, DAY (AGENCY) - The minister said on Monday that the grain is a gift.
    \\____ dateline _____/ \\________ shell ______________/ what is said
    “The grain is a gift”, the minister said.   ->   The grain is a gift

A language without a word list keeps its sentences whole: what cannot be told apart is not cut. Pure.
"""

from __future__ import annotations

import functools
import itertools
import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any

from analysis.text.sentences import sentences
from storage.text import for_names, is_unspaced

LEAST_WORDS = 5
"""Words that what is said has at least: less is a fragment. Chosen, not measured."""
LEAST_QUOTED = 7
"""Words that a quotation has at least: shorter ones are names and phrases. Chosen, not measured."""
OPENING = 14
"""Words within which a sentence names who says it, where it begins so. Chosen, not measured."""
BETWEEN = 6
"""Words that may stand between the verb of saying and what is said ("said on Monday in Geneva that"), or
between a comma and the verb of saying ("..., the two governments declared"). Chosen, not measured."""
_IN_BRACKETS = r"(?:[^.!?]|\.(?=\s?\d)){0,80}\((?:[^()]|\([^()]*\)){2,60}\)\s*[-–—:]{1,2}\s+"
_BETWEEN_STROKES = r"[^/.!?]{2,40}[.,]?\s*/[^/]{2,30}/\s*[.:–—-]?\s+"
_PLACE = r"(?:[^\W\d_a-zа-яё][^\W\d_a-zа-яё'’.-]+[ -]?){1,4}"
_DAY = r"(?:,\s*(?:\d{1,2}[.]?\s+[^\W\d_]{3,12}|[^\W\d_]{3,12}\.?\s+\d{1,2})\.?(?:\s+\d{4})?)?"
_IN_CAPITALS = _PLACE + _DAY + r"\s*[-–—]{1,2}\s+(?:[A-ZА-ЯЁ]\w+(?: [A-ZА-ЯЁ]\w+){0,2}\.\s+)?"
_DATELINE = re.compile(rf"^(?:{_IN_BRACKETS}|{_BETWEEN_STROKES}|{_IN_CAPITALS})")
"""Where a wire's text begins: `PLACE, DAY (AGENCY) - `, `PLACE, DAY. /AGENCY/. `, `PLACE, DAY - AGENCY. `."""
_ASKS = frozenset("?\uff1f\u061f\u037e\u055e\u1367")
_CLOSING = "\"'»”’›)]」』） "
_QUOTATION = re.compile(r"[«“\"„「『](?P<said>[^«»“”\"„「」『』]{12,})[»”\"“」』]")
_BREAK = re.compile(r"[,،，、;؛]\s*|[»”\"」』]\s*[,،—–-]*\s+|\s[—–-]\s")
_WORD = re.compile(r"\S+")


def asks(sentence: str) -> bool:
    """Whether a sentence is a question, in any script."""
    return sentence.rstrip(_CLOSING)[-1:] in _ASKS


def is_attributed(sentence: str, language: str) -> bool:
    """Whether the sentence says who says it; never in a language without a word list."""
    cues = _cues().get(_primary(language))
    return cues is not None and cues.search(for_names(sentence)) is not None


def without_dateline(text: str) -> str:
    """A text without the place, day and agency that a wire sets before it."""
    return _DATELINE.sub("", text, count=1)


def said_in(sentence: str, language: str) -> list[str]:
    """What a sentence says that somebody says, without the words that say who: each way of cutting that is
    possible, the shortest way of reading first; none where nothing can be cut.
    """
    key = _primary(language)
    cues, found = _cues().get(key), list(_quoted(sentence))
    if cues is not None:
        for part in (_behind_that, _behind_source, _around_attribution, _before_attribution):
            found += part(sentence, key, cues)
    cleaned = [text for text in map(_as_sentence, found) if _count(text) >= LEAST_WORDS]
    return [text for text in dict.fromkeys(cleaned) if text != sentence]


def original_of(said: str, text: str, language: str) -> str | None:
    """The sentence of a text from which `said` was cut; None where `said` is no part of it."""
    plain = without_dateline(text)
    for part in sentences(plain):
        sentence = " ".join(plain[part.start : part.end].split())
        if said == sentence or said in said_in(sentence, language):
            return sentence
    return None


def _quoted(sentence: str) -> Iterator[str]:
    """What stands in quotation marks, where it is more than a name."""
    said = (found["said"] for found in _QUOTATION.finditer(sentence))
    return (text for text in said if _count(text) >= LEAST_QUOTED)


def _behind_that(sentence: str, language: str, cues: re.Pattern[str]) -> Iterator[str]:
    """`X said on Monday that ...`."""
    that = _shells()["that"].get(language)
    plain = _folded(sentence)
    verb = cues.search(plain)
    if that is None or verb is None or _count(plain[: verb.start()]) > OPENING:
        return
    found = that.search(plain, verb.end())
    if found is not None and _count(plain[verb.end() : found.start()]) <= BETWEEN:
        yield sentence[found.end() :]


def _behind_source(sentence: str, language: str, cues: re.Pattern[str]) -> Iterator[str]:
    """`According to X, ...`."""
    source, plain = _shells()["source"].get(language), _folded(sentence)
    found = source.match(plain) if source is not None else None
    comma = _BREAK.search(sentence, found.end()) if found is not None else None
    if comma is not None and _count(plain[: comma.start()]) <= OPENING:
        yield sentence[comma.end() :]


def _around_attribution(sentence: str, language: str, cues: re.Pattern[str]) -> Iterator[str]:
    """`The grain, she explains, is a gift`."""
    plain = _folded(sentence)
    breaks = list(_BREAK.finditer(sentence))
    for first, last in itertools.pairwise(breaks):
        inside = plain[first.end() : last.start()]
        if _count(inside) <= BETWEEN and cues.search(inside) and _opens(inside, language):
            yield f"{sentence[: first.start()]} {sentence[last.end() :]}"
            return


def _opens(clause: str, language: str) -> bool:
    """Whether a clause is one of its own: it is not about what stands before it."""
    relative = _shells()["relative"].get(language)
    return relative is None or relative.match(clause) is None


def _before_attribution(sentence: str, language: str, cues: re.Pattern[str]) -> Iterator[str]:
    """`..., X said after the talks`, where the clause is about the saying and not about somebody."""
    plain = _folded(sentence)
    for comma in _BREAK.finditer(sentence):
        verb = cues.search(plain, comma.end())
        if verb is None:
            return
        near = _count(plain[comma.end() : verb.start()]) <= BETWEEN
        if near and _opens(plain[comma.end() :], language):
            yield sentence[: comma.start()]
            return


def _primary(language: str) -> str:
    return language.split("-")[0].lower()


def _folded(sentence: str) -> str:
    """The sentence as words of lists are compared with it, character for character; itself in small letters
    where folding would move characters.
    """
    plain = for_names(sentence)
    return plain if len(plain) == len(sentence) else sentence.lower()[: len(sentence)]


def _count(text: str) -> int:
    return len(_WORD.findall(text))


def _as_sentence(text: str) -> str:
    """A cut text with a capital at its head, without marks of what it was cut from."""
    plain = text.strip().strip('«»“”„"「」『』').strip(" ,،;؛:—–-")
    return plain[:1].upper() + plain[1:]


@functools.cache
def _cues() -> Mapping[str, re.Pattern[str]]:
    """Language -> the words of `analysis/data/attribution.toml`, whole ones; a * lets them go on."""
    return {language: _any_of(words) for language, words in _table("attribution").items()}


@functools.cache
def _shells() -> Mapping[str, Mapping[str, re.Pattern[str]]]:
    """Kind of word -> language -> the words of `analysis/data/reported_speech.toml`."""
    return {
        kind: {language: _any_of(words) for language, words in rows.items()}
        for kind, rows in _table("reported_speech").items()
    }


def _table(name: str) -> dict[str, Any]:
    text = resources.files("analysis").joinpath(f"data/{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _any_of(words: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(_cue, words)))


def _cue(word: str) -> str:
    found = re.escape(for_names(word).strip("*"))
    if is_unspaced(word[0]):
        return found
    begins = r"\w+" if word.startswith("*") else ""
    return rf"(?<!\w){begins}{found}" + ("" if word.endswith(("*", "'", "’")) else r"(?!\w)")
