"""How long a text is, and which letters it has: what every comparison of texts in the cleaning rests on."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_DENSE: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]"
)
"""Letters of scripts that say as much in one of them as others do in three."""
_SIGN: Final = re.compile(r"[\W_]")
_ASCII_SIGNS: Final = {code: None for code in range(128) if not chr(code).isalnum()}


def weight_of(text: str) -> int:
    """Length of a text, with the letters of dense scripts counted threefold."""
    return len(text) if text.isascii() else len(text) + 2 * len(_DENSE.findall(text))


def fold_space(text: str) -> str:
    """White space runs to one blank, none at the ends."""
    return " ".join(text.split())


def letters_of(text: str) -> str:
    """Letters and digits only, folded: for comparing texts whatever their spacing and punctuation."""
    if text.isascii():
        return text.lower().translate(_ASCII_SIGNS)
    folded = unicodedata.normalize("NFKC", text).casefold()
    # white space first, by the runtime's own splitting: what is left for the pattern is few signs
    return _SIGN.sub("", "".join(folded.split()))
