"""Writing systems: which script a text stands in, the languages a script settles, and whether the two fit."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections import Counter, defaultdict
from functools import cache, lru_cache
from typing import Final

_RANGES: Final = {
    "kana": "\u3040\u30ff \u31f0\u31ff \uff66\uff9f",
    "han": "\u3400\u4dbf \u4e00\u9fff \uf900\ufaff",
    "hangul": "\uac00\ud7af \u1100\u11ff \u3130\u318f",
    "latin": "AZ az \u00c0\u024f \u1e00\u1eff",
    "cyrillic": "\u0400\u052f",
    "arabic": "\u0620\u06ff \u0750\u077f \u08a0\u08ff \ufb50\ufdff \ufe70\ufefc",
    "devanagari": "\u0900\u097f",
    "bengali": "\u0980\u09ff",
    "gurmukhi": "\u0a00\u0a7f",
    "gujarati": "\u0a80\u0aff",
    "oriya": "\u0b00\u0b7f",
    "tamil": "\u0b80\u0bff",
    "telugu": "\u0c00\u0c7f",
    "kannada": "\u0c80\u0cff",
    "malayalam": "\u0d00\u0d7f",
    "sinhala": "\u0d80\u0dff",
    "thai": "\u0e00\u0e7f",
    "lao": "\u0e80\u0eff",
    "tibetan": "\u0f00\u0fff",
    "myanmar": "\u1000\u109f",
    "georgian": "\u10a0\u10ff \u1c90\u1cbf",
    "ethiopic": "\u1200\u139f",
    "khmer": "\u1780\u17ff",
    "armenian": "\u0530\u058f",
    "hebrew": "\u0590\u05ff",
    "greek": "\u0370\u03ff \u1f00\u1fff",
    "thaana": "\u0780\u07bf",
    "nko": "\u07c0\u07ff",
    "tifinagh": "\u2d30\u2d7f",
    "mongolian": "\u1800\u18af",
}
"""First and last character of the blocks of a script, its vowel signs and marks included."""
_BLOCKS: Final = sorted(
    (block[0], block[-1], name) for name, blocks in _RANGES.items() for block in blocks.split()
)
_STARTS: Final = [first for first, _, _ in _BLOCKS]

SCRIPT_LANGUAGE: Final = {
    "hangul": "ko", "georgian": "ka", "armenian": "hy", "thai": "th", "lao": "lo", "khmer": "km",
    "greek": "el", "tamil": "ta", "telugu": "te", "kannada": "kn", "malayalam": "ml", "sinhala": "si",
    "gujarati": "gu", "gurmukhi": "pa", "oriya": "or", "thaana": "dv", "nko": "nqo", "ol": "sat",
    "meetei": "mni", "cherokee": "chr", "yi": "ii", "vai": "vai",
}  # fmt: skip
"""Scripts in which (nearly) all news is in one language."""

_NO_SCRIPTS: Final = frozenset(
    ("feminine", "masculine", "micro", "modifier", "fullwidth", "halfwidth", "mathematical")
)
"""First words in the names of letters that say no script."""
KANA_SHARE: Final = 0.05
"""A text in Han characters with more kana than this is Japanese. Chosen, not measured."""

_ALSO: Final = {"ace": "arabic", "crh": "latin", "kk": "latin", "tt": "latin"}
"""Scripts beside those that CLDR has for a language: of news, and Acehnese in Jawi letters."""
_CODES: Final = {
    "Arab": "arabic", "Armn": "armenian", "Beng": "bengali", "Cyrl": "cyrillic", "Deva": "devanagari",
    "Ethi": "ethiopic", "Geor": "georgian", "Grek": "greek", "Gujr": "gujarati", "Guru": "gurmukhi",
    "Hang": "hangul", "Hans": "han", "Hant": "han", "Hebr": "hebrew", "Jpan": "japanese", "Khmr": "khmer",
    "Knda": "kannada", "Kore": "hangul", "Laoo": "lao", "Latn": "latin", "Mlym": "malayalam",
    "Mong": "mongolian", "Mymr": "myanmar", "Nkoo": "nko", "Orya": "oriya", "Sinh": "sinhala",
    "Taml": "tamil", "Telu": "telugu", "Tfng": "tifinagh", "Thaa": "thaana", "Thai": "thai",
    "Tibt": "tibetan",
}  # fmt: skip
"""ISO 15924 to the names used here."""


def letter_counts(text: str) -> dict[str, int]:
    """Letters by script, scripts without any left out."""
    counts: dict[str, int] = defaultdict(int)
    for character, count in Counter(text).items():
        if script := _script_of(character):
            counts[script] += count
    return dict(counts)


@lru_cache(maxsize=20_000)
def _script_of(character: str) -> str:
    """The script by the table; of others, the first word of a letter's name in Unicode.

    Empty for no letter.
    """
    place = bisect_right(_STARTS, character) - 1
    if place >= 0 and character <= _BLOCKS[place][1]:
        return _BLOCKS[place][2]
    if not character.isalpha():
        return ""
    name = unicodedata.name(character, "").partition(" ")[0].lower()
    return "" if name in _NO_SCRIPTS else "han" if name == "cjk" else name


def main_script(text: str) -> str | None:
    """The script of most letters; `japanese` and `han` are told apart by the share of kana.

    None for a text without letters.
    """
    counts = letter_counts(text)
    if not counts:
        return None
    east_asian = counts.pop("kana", 0), counts.pop("han", 0)
    if sum(east_asian):
        name = "japanese" if east_asian[0] > KANA_SHARE * sum(east_asian) else "han"
        counts[name] = 3 * sum(east_asian)  # one of these characters says as much as three letters
    return max(counts, key=lambda script: (counts[script], script))


def language_of_script(script: str | None) -> str | None:
    """The language, where the script alone settles it."""
    if script == "han":
        return "zh"
    if script == "japanese":
        return "ja"
    return SCRIPT_LANGUAGE.get(script) if script else None


def fits(language: str, script: str) -> bool:
    """Whether a language is written in a script, by CLDR; a language that CLDR does not know fits any."""
    scripts = _scripts_of().get(language)
    return scripts is None or script in scripts


@cache
def _scripts_of() -> dict[str, frozenset[str]]:
    """Language to the scripts it is written in somewhere, the lesser ones by their code."""
    from babel import localedata
    from babel.core import get_global

    found: dict[str, set[str]] = defaultdict(set)
    for tag in (*get_global("likely_subtags").values(), *localedata.locale_identifiers()):
        language, _, rest = tag.partition("_")
        code = rest.partition("_")[0]
        if len(code) == 4:
            found[language].add(_CODES.get(code, code))
    for language, script in _ALSO.items():
        found[language].add(script)
    return {language: frozenset(scripts) for language, scripts in found.items()}
