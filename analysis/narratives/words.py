"""Words of a text for keywords, in any script.

Runs of letters; Han runs cut by jieba, words of one character dropped; katakana runs whole, hiragana dropped;
scripts without spaces (Thai, Lao, Khmer, Burmese) by overlapping groups of four characters; Arabic without
marks and with one alef; stop words of the text's language (stopwordsiso) left out.
"""

from __future__ import annotations

import functools
import logging
import re
import unicodedata
import warnings
from collections.abc import Callable

from analysis.embedding.cache import default_folder

_WORD = re.compile(
    r"[^\W\d_](?:[^\W\d_]|['’\-\u200c\u0300-\u036f\u0610-\u061a\u064b-\u0652\u0670"
    r"\u0900-\u0fff\u1000-\u109f\u1780-\u17ff])*"
)
_APOSTROPHE = re.compile("['’]")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
_EAST_ASIAN = re.compile(r"[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_EAST_ASIAN_PIECE = re.compile(r"[\u30a1-\u30fa\u30fc]{3,}|[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]{2,}")
_UNSPACED = re.compile(r"[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff]+")
_ARABIC_MARKS = re.compile("[\u0610-\u061a\u0640\u064b-\u0652\u0670]")
_ALEF = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ک": "ك"})
SHORTEST = 3
GRAM = 4
"""Chosen, not measured: letters a word has at least, and of the pieces into which text without spaces is
cut."""


def words(text: str, language: str) -> list[str]:
    """Words of `text` in their order, folded to lower case, without stop words of `language`."""
    stops = stop_words(language)
    return [word for run in _runs(text) for word in _cut(run) if word not in stops]


def folded(text: str) -> str:
    """`text` for comparing: compatibility forms, lower case, one form of each Arabic letter, without tatweel
    and vowel marks.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    return _ARABIC_MARKS.sub("", plain).translate(_ALEF)


@functools.cache
def stop_words(language: str) -> frozenset[str]:
    """Stop words of a language, folded; none where no list is known."""
    from stopwordsiso import has_lang, stopwords

    primary = language.split("-")[0]
    return frozenset(folded(word) for word in stopwords(primary)) if has_lang(primary) else frozenset()


def _runs(text: str) -> list[str]:
    """Runs of letters; of what an apostrophe joins (l'état, Russia's) the longest part."""
    return [
        max(_APOSTROPHE.split(match.group().strip("-")), key=len) for match in _WORD.finditer(folded(text))
    ]


def _cut(run: str) -> list[str]:
    if _EAST_ASIAN.search(run):
        return [word for piece in _EAST_ASIAN_PIECE.findall(run) for word in _east_asian_words(piece)]
    if _UNSPACED.match(run):
        return [run[start : start + GRAM] for start in range(max(1, len(run) - GRAM + 1))]
    return [run] if len(run) >= SHORTEST else []


def _east_asian_words(piece: str) -> list[str]:
    """A katakana run is a word; a Han run is cut."""
    return [word for word in _han_cutter()(piece) if len(word) > 1] if _HAN.match(piece) else [piece]


@functools.cache
def _han_cutter() -> Callable[[str], list[str]]:
    """jieba, opened at the first Han text (a second); its dictionary cache goes to the user's folder, not to
    a shared one.
    """
    with warnings.catch_warnings():
        # jieba's source holds invalid escapes, which Python warns of when it compiles the files for the first
        # time.
        warnings.simplefilter("ignore")
        import jieba
    jieba.setLogLevel(logging.WARNING)
    cutter = jieba.Tokenizer()
    folder = default_folder()
    folder.mkdir(parents=True, exist_ok=True)
    cutter.tmp_dir = str(folder)
    cut: Callable[[str], list[str]] = cutter.lcut
    return cut
