"""Writing systems: which script a text stands in, and the languages a script settles by itself."""

from __future__ import annotations

import re
from typing import Final

_RANGES: Final = (
    ("kana", "\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"),
    ("han", "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"),
    ("hangul", "\uac00-\ud7af\u1100-\u11ff\u3130-\u318f"),
    ("latin", "A-Za-z\u00c0-\u024f\u1e00-\u1eff"),
    ("cyrillic", "\u0400-\u052f"),
    ("arabic", "\u0620-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc"),
    ("devanagari", "\u0900-\u097f"),
    ("bengali", "\u0980-\u09ff"),
    ("gurmukhi", "\u0a00-\u0a7f"),
    ("gujarati", "\u0a80-\u0aff"),
    ("oriya", "\u0b00-\u0b7f"),
    ("tamil", "\u0b80-\u0bff"),
    ("telugu", "\u0c00-\u0c7f"),
    ("kannada", "\u0c80-\u0cff"),
    ("malayalam", "\u0d00-\u0d7f"),
    ("sinhala", "\u0d80-\u0dff"),
    ("thai", "\u0e00-\u0e7f"),
    ("lao", "\u0e80-\u0eff"),
    ("tibetan", "\u0f00-\u0fff"),
    ("myanmar", "\u1000-\u109f"),
    ("georgian", "\u10a0-\u10ff\u1c90-\u1cbf"),
    ("ethiopic", "\u1200-\u139f"),
    ("khmer", "\u1780-\u17ff"),
    ("armenian", "\u0530-\u058f"),
    ("hebrew", "\u0590-\u05ff"),
    ("greek", "\u0370-\u03ff\u1f00-\u1fff"),
    ("thaana", "\u0780-\u07bf"),
    ("nko", "\u07c0-\u07ff"),
    ("tifinagh", "\u2d30-\u2d7f"),
    ("mongolian", "\u1800-\u18af"),
)
_PATTERNS: Final = tuple((name, re.compile(f"[{characters}]")) for name, characters in _RANGES)

SCRIPT_LANGUAGE: Final = {
    "hangul": "ko", "georgian": "ka", "armenian": "hy", "thai": "th", "lao": "lo", "khmer": "km", "greek": "el", "tamil": "ta", "telugu": "te",
    "kannada": "kn", "malayalam": "ml", "sinhala": "si", "gujarati": "gu", "gurmukhi": "pa", "oriya": "or", "thaana": "dv", "nko": "nqo",
}  # fmt: skip
"""Scripts in which (nearly) all news is in one language."""

KANA_SHARE: Final = 0.05
"""A text in Han characters with more kana than this is Japanese."""


def letter_counts(text: str) -> dict[str, int]:
    """Letters by script, scripts without any left out, in the order of the table."""
    counts = ((name, len(pattern.findall(text))) for name, pattern in _PATTERNS)
    return {name: count for name, count in counts if count}


def main_script(text: str) -> str | None:
    """The script of most letters; `japanese` and `han` are told apart by the share of kana. None for a text without letters."""
    counts = letter_counts(text)
    if not counts:
        return None
    east_asian = counts.pop("kana", 0), counts.pop("han", 0)
    if sum(east_asian):
        name = "japanese" if east_asian[0] > KANA_SHARE * sum(east_asian) else "han"
        counts[name] = 3 * sum(east_asian)  # one of these characters says as much as three letters
    return max(counts, key=lambda script: (counts[script], script))


def language_of_script(text: str) -> str | None:
    """The language, where the script alone settles it."""
    script = main_script(text)
    if script == "han":
        return "zh"
    if script == "japanese":
        return "ja"
    return SCRIPT_LANGUAGE.get(script) if script else None
