"""A name as one pattern: whole words, with capitals, and with what its script's languages put on names.

    Latin      whole word, with an s of plural or genitive          Mali, Mali's, Houthis; not Malinga
    Cyrillic   whole word, in the cases of six Slavic languages
               (`declension.py`)                                    Нигер, Нигера, Нигером; not Нигерия
    Arabic     whole word, after "and", "so", "in", "like", "to"
               and the article                                      مالي, بمالي, والمالي; not المالية, إجمالي
    Hebrew     whole word, after up to three of the letters that stand for such words
    Greek, Armenian, Georgian   begins a word, which may go on: their endings are many and their names long
    others     anywhere: Chinese, Japanese, Thai, Khmer and Burmese write no spaces, Amharic and the languages
               of India glue on both sides

News in parallel (NTREX, the 77 mentions of countries in the English text, names as CLDR gives them, this rule
against "begins a word" or, in Arabic script, "anywhere"): found in Russian 0.81 against 0.45 (the rest are
adjectives and other names of one state); found where the English names no such country: Arabic 55 against
113, Persian 54 against 168, French 35 against 53 (Inde in "indépendant"). Adjectives must be listed: French
0.84 against 0.90.

A word that the spelling writes with a capital is found with a capital only ("Того", not "до того как"); one
that it writes small, in any case. What a capital proves where every word would have one: `capitals.py`.

A star at the end ("Russi*", "российск*") lets the last word go on in any script: for adjectives, and for
languages that string endings.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import takewhile
from typing import Final

from analysis.watch.declension import declined
from storage.text import for_names

SHORT: Final = 3
"""Capitals of so many letters at most (EU, US, США) are an abbreviation, found in capitals only: "us", "un"
and "au" are words. Chosen, not measured."""

_ARTICLE: Final = "ال"
_ARABIC_BEFORE: Final = "[وف]?(?:[بكل]?(?:ال)?|لل)"
_ARABIC_BEFORE_ARTICLE: Final = "[وف]?(?:[بكل]?ال|لل)"
_HEBREW_BEFORE: Final = "[והבלמשכ]{0,3}"


def needle(spelling: str) -> str:
    """What every form of the name holds, in folded text.

    The longest part that all forms of one of its words share.
    """
    if is_abbreviation(spelling):
        return for_names(spelling)
    goes_on, words = spelling.endswith("*"), spelling.rstrip("*").split()
    shared = [_stem(word) if goes_on and word is words[-1] else _shared(_forms(word)) for word in words]
    return max(shared, key=len)


def name_pattern(spelling: str, *, small: bool = False) -> str:
    """A regular expression that finds the name in `for_names(text, keep_case=True)`.

    Args:
        small: the same name written small throughout, as a word would be.
    """
    if is_abbreviation(spelling):
        letters = for_names(spelling, keep_case=True)
        return rf"(?<!\w){re.escape(letters.lower() if small else letters)}(?!\w)"
    goes_on, words = spelling.endswith("*"), spelling.rstrip("*").split()
    patterns = [
        _word_pattern(word, goes_on=goes_on and word is words[-1], small=small and has_capital(spelling))
        for word in words
    ]
    return r"\s+".join(patterns)


def has_capital(spelling: str) -> bool:
    """Whether the spelling begins with a capital.

    Only then does a capital in a text tell anything about it.
    """
    return for_names(spelling[:1], keep_case=True).isupper()


def is_abbreviation(spelling: str) -> bool:
    """Whether it is found in capitals only."""
    return spelling.isupper() and sum(map(str.isalnum, spelling)) <= SHORT


def _word_pattern(word: str, *, goes_on: bool, small: bool) -> str:
    """One word of a name.

    What may stand before it, its first letter as it must be written, the rest in any case.
    """
    rest = re.escape(_stem(word)) if goes_on else _inflected(word)
    if small or has_capital(word):
        first = for_names(word)[:1]
        look = re.escape(first if small else first.upper())
        # A look at the first letter, before a pattern that knows no case.
        return _before(for_names(word)) + rf"(?={look})(?i:{rest})"
    return _before(for_names(word)) + rf"(?i:{rest})"


def _before(word: str) -> str:
    """What may stand before a folded word; where the word has an article, that is part of it."""
    if _is_arabic(word):
        return r"(?<!\w)" + (_ARABIC_BEFORE_ARTICLE if _has_article(word) else _ARABIC_BEFORE)
    if _is_hebrew(word):
        return r"(?<!\w)" + _HEBREW_BEFORE
    return r"(?<!\w)" if _begins_words(word) else ""


def _stem(word: str) -> str:
    """The folded word without the article."""
    folded = for_names(word)
    return folded[len(_ARTICLE) :] if _has_article(folded) else folded


def _inflected(word: str) -> str:
    """The word in all its forms, up to its end."""
    forms = "|".join(map(re.escape, _forms(word)))
    folded = for_names(word)
    if _is_latin(folded) and len(folded) > SHORT:
        return rf"(?:{forms})s?(?!\w)"
    ends = _is_latin(folded) or _is_cyrillic(folded) or _is_arabic(folded) or _is_hebrew(folded)
    return rf"(?:{forms})" + (r"(?!\w)" if ends else "")


def _forms(word: str) -> list[str]:
    """Every form that is listed, folded; endings that any word takes are not among them."""
    if not _is_cyrillic(for_names(word)):
        return [_stem(word)]
    return sorted({for_names(form) for form in declined(unicodedata.normalize("NFC", word.casefold()))})


def _shared(forms: Sequence[str]) -> str:
    """What all forms begin with."""
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(min(forms), max(forms), strict=False))
    return "".join(sign for sign, _ in pairs)


def _begins_words(word: str) -> bool:
    """Whether the script writes words apart and puts nothing before a name."""
    first = word[:1]
    return first.isalnum() and (first < "\u0590" or "\u10a0" <= first <= "\u10ff")


def _has_article(word: str) -> bool:
    return word.startswith(_ARTICLE) and len(word) > len(_ARTICLE) + 1


def _is_latin(word: str) -> bool:
    return word < "\u0370"


def _is_cyrillic(word: str) -> bool:
    return "\u0400" <= word[:1] <= "\u052f"


def _is_arabic(word: str) -> bool:
    return "\u0600" <= word[:1] <= "\u06ff"


def _is_hebrew(word: str) -> bool:
    return "\u05d0" <= word[:1] <= "\u05ea"
