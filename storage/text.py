"""How text is folded: which spellings count as one. A function for each need; one table of unspaced scripts.

for_comparing    whether two texts are copies: every spelling of a letter is one, accents and vowel signs go
for_searching    the full-text index and what people type into it; a change means indexing all again
for_names        a name in a text: accents go, signs between words stay
for_keywords     a word that will be shown: lower case, one form of each Arabic letter, accents stay
spaced_letters   the same text to the letter: only case, signs and spacing are left out of account
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from hashlib import sha256
from typing import Final

HAN: Final = "\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
KANA: Final = "\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"
SOUTH_EAST_ASIAN: Final = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u19e0-\u19ff\ua9e0-\ua9ff\uaa60-\uaa7f"
"""Thai, Lao, Burmese and Khmer. Tibetan is not among them: a sign parts its syllables."""
UNSPACED: Final = HAN + KANA + SOUTH_EAST_ASIAN
"""Scripts written without spaces between words, as ranges for a character class; Korean writes spaces."""

_UNSPACED = re.compile(f"[{UNSPACED}]")
_SIGN = re.compile(r"[\W_]")
_ASCII_SIGNS: Final = {code: None for code in range(128) if not chr(code).isalnum()}
_SERBIAN = re.compile("[јљњћђџ]")
_SERBIAN_LATIN: Final = str.maketrans(
    "абвгдђежзијклмнопрстћуфхцчш", "abvgddezzijklmnoprstcufhccs"
) | str.maketrans({"љ": "lj", "њ": "nj", "џ": "dz"})
"""Serbian in both of its alphabets, after accents have gone (ž is z, ć is c, đ is d)."""

_ARABIC: Final = str.maketrans(
    {"ی": "ي", "ى": "ي", "ې": "ي", "ے": "ي", "ک": "ك", "ڪ": "ك", "ة": "ه", "ہ": "ه", "ھ": "ه", "ە": "ه"}
    | {"ٱ": "ا", "ـ": None, "ء": None}
)
"""Letters that keyboards of Arabic, Persian, Urdu and Kurdish write differently, and the stretching
stroke."""
_BARRED: Final = str.maketrans(
    {"đ": "d", "ð": "d", "ł": "l", "ø": "o", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe"}
)
"""Latin letters whose stroke Unicode does not take for an accent."""
_SEARCHED_LETTERS: Final = (
    {code: letter for code, letter in _ARABIC.items() if code != ord("ء")}
    | _BARRED
    | str.maketrans("ɓɗƙƴŧ", "bdkyt")
    | dict.fromkeys(map(ord, "ʼʻʽʾʿˈʹ՚＇"), "'")
)
"""One form of each letter for searching: Hausa and Fulfulde are typed without their hooks; the apostrophe
parts a word whichever sign stands for it."""
_KEYWORD_ARABIC: Final = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ک": "ك"})
_KEYWORD_MARKS = re.compile("[\u0610-\u061a\u0640\u064b-\u0652\u0670]")
_NAME_SIGNS: Final = str.maketrans(
    {"’": "'", "ʼ": "'", "‘": "'", "`": "'", "‐": "-", "‑": "-", "–": "-", "ß": "ss", "ẞ": "SS"}
    | {"ی": "ي", "ى": "ي", "ک": "ك", "\u0640": None, "\u00ad": None}
)
"""Signs that writers take for each other, and those that only stretch or break a word."""


_HAS_SIGNS = re.compile("[№℡™℠]")
_SIGNS: Final = dict.fromkeys(map(ord, "№℡™℠"), " ")
"""Signs whose compatibility form would be a word ("no")."""


class _Folding(dict[int, str]):
    """A table for `str.translate` that is filled as characters are met."""

    def __init__(self, fold: Callable[[str], str]) -> None:
        super().__init__()
        self._fold = fold

    def __missing__(self, code: int) -> str:
        folded = self[code] = self._fold(chr(code))
        return folded


def for_comparing(text: str) -> str:
    """Letters and digits with one space between words, every spelling of a letter as one.

    Case, accents, vowel signs, compatibility forms, kinds of digits, Arabic and Persian forms of a letter,
    the stretching stroke and half-spaces leave no trace, nor does the alphabet in which Serbian is written.
    Vowel signs of Indian and South-East Asian scripts and the voicing of kana stay: they make other words.
    """
    plain = text.translate(_SIGNS) if _HAS_SIGNS.search(text) else text
    folded = " ".join(unicodedata.normalize("NFKC", plain).translate(_COMPARED).split())
    return folded.translate(_SERBIAN_LATIN) if _SERBIAN.search(folded) else folded


def spaced_letters(text: str) -> str:
    """NFKC, case folded, letters and digits with one space between words: equal for copies to the letter."""
    return " ".join(_plain(text).split())


def text_sha256(text: str) -> str:
    """SHA-256 of the letters and digits: equal for texts that are copies to the letter."""
    return sha256(spaced_letters(text).encode("utf-8", "surrogatepass")).hexdigest()


def letters_of(text: str) -> str:
    """The same without spaces; asked of every paragraph of every page, so white space goes by `split`
    first."""
    if text.isascii():
        return text.lower().translate(_ASCII_SIGNS)
    return _SIGN.sub("", "".join(unicodedata.normalize("NFKC", text).casefold().split()))


def for_searching(text: str) -> str:
    """Case folded, without any marks; characters of scripts without spaces stand alone.

    What keyboards and habits write differently is one: Arabic and Persian forms of a letter, the stretching
    stroke, half-spaces, kinds of digits, dotted and dotless i, letters with a stroke or a hook, apostrophes
    that Unicode takes for letters.
    """
    return text.translate(_SEARCHED)


def searched_pieces(text: str) -> list[str]:
    """What `for_searching` makes of each character: places in the folded text lead back to the original."""
    return [_SEARCHED[ord(char)] for char in text]


def for_names(text: str, *, keep_case: bool = False) -> str:
    """Without accents, vowel signs, stretching strokes and soft hyphens; apostrophes and hyphens in one form.

    Args:
        keep_case: leave capitals as they are, for abbreviations.
    """
    return (text if keep_case else text.casefold()).translate(_NAMED)


def for_keywords(text: str) -> str:
    """Case and compatibility forms folded, one form of each Arabic letter, no stretching strokes or vowel
    marks."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return _KEYWORD_MARKS.sub("", plain).translate(_KEYWORD_ARABIC)


def is_unspaced(char: str) -> bool:
    """Whether the character belongs to a script without spaces."""
    return _UNSPACED.match(char) is not None


def mostly_unspaced(text: str) -> bool:
    """Whether more than half of the characters belong to scripts without spaces."""
    return 2 * len(_UNSPACED.findall(text)) > len(text)


def is_accent(char: str) -> bool:
    """Whether a mark only varies a letter: accents (combining class from 200), Arabic and Hebrew points (10
    to 36).

    Below are nukta, kana voicing and virama; between are vowel signs and tones of Telugu, Thai, Lao and
    Tibetan.
    """
    place = unicodedata.combining(char)
    return 10 <= place <= 36 or place >= 200


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().translate(_PLAIN)


def _plain_character(char: str) -> str:
    return char if char.isalnum() else " "


def _compared_character(char: str) -> str:
    if unicodedata.category(char) == "Cf":
        return ""
    if (digit := unicodedata.decimal(char, None)) is not None:
        return str(digit)
    parts = [part for part in unicodedata.normalize("NFKD", char.casefold()) if not is_accent(part)]
    letters = unicodedata.normalize("NFC", "".join(parts)).translate(_ARABIC).translate(_BARRED)
    return "".join(_word_character(letter) for letter in letters)


def _word_character(char: str) -> str:
    return char if char.isalnum() or unicodedata.category(char).startswith("M") else " "


def _named_character(char: str) -> str:
    plain = unicodedata.normalize("NFKD", char.translate(_NAME_SIGNS))
    return "".join(sign for sign in plain if not unicodedata.combining(sign)).translate(_NAME_SIGNS)


def _searched_character(char: str) -> str:
    category = unicodedata.category(char)
    if is_unspaced(char) and not category.startswith("M"):
        return f" {unicodedata.normalize('NFKC', char)} "
    if category == "Cf":
        return ""
    if (digit := unicodedata.decimal(char, None)) is not None:
        return str(digit)
    decomposed = unicodedata.normalize("NFKD", char)
    parts = [part for part in decomposed if not unicodedata.category(part).startswith("M")]
    return unicodedata.normalize("NFC", "".join(parts)).casefold().translate(_SEARCHED_LETTERS)


_COMPARED: Final = _Folding(_compared_character)
_PLAIN: Final = _Folding(_plain_character)
_NAMED: Final = _Folding(_named_character)
_SEARCHED: Final = _Folding(_searched_character)
