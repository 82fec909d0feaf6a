"""Languages that py3langid does not know, told from the answer it gives instead by letters of their standard
spelling.

Most are languages of the Sahel, the Guinea coast and Southern Africa. Rates are per 1,000 characters of
running text, measured on SIB-200 and MAFAND (e.g. `l`: Chichewa 33, Shona 3; `š`: Northern Sotho 20, Setswana
0.5; `ɔ` stands in no language that py3langid knows).
"""

from __future__ import annotations

from typing import Final

OPEN_O: Final = 5.0
"""`ɔ` in every one of these West African spellings, nowhere in the 139 languages that py3langid knows."""
FEW: Final = 3.0
SOME: Final = 10.0
RUNNING_TEXT: Final = 80
"""Characters from which the absence of a letter says something ..."""
LONG_TEXT: Final = 300
"""... or, of a rarer one, from which it does."""


def respelled(text: str, answer: str, script: str | None) -> str | None:
    """The language the spelling names instead of `answer`.

    None where it agrees with the answer or says nothing.

    Args:
        script: that most of the text stands in.
    """
    if script == "ethiopic":
        # Tigrinya writes its glottal a with ኣ, Amharic with አ
        return "ti" if answer == "am" and text.count("ኣ") > text.count("አ") else None
    if script != "latin":
        return None
    lower = text.lower()
    return _by_letters(lower, answer) or _by_relative(lower, answer)


def _rate(text: str, *letters: str) -> float:
    return 1000 * sum(text.count(letter) for letter in letters) / len(text)


def _by_letters(text: str, answer: str) -> str | None:
    """Letters that only some spellings have at all."""
    if _rate(text, "ɖ") >= FEW:
        return "ee" if _rate(text, "ƒ", "ɣ", "ʋ") >= FEW else "fon"
    if _rate(text, "ɩ") >= OPEN_O:
        return "mos"
    if _rate(text, "ɔ") >= OPEN_O:
        return _of_open_o(text)
    wolof = answer in ("ff", "so", "om") and _rate(text, "ë", "ñ") >= FEW and _rate(text, "ɓ", "ɗ", "ƴ") == 0
    return "wo" if wolof else None


def _of_open_o(text: str) -> str:
    """Ewe, Bambara or Akan."""
    if _rate(text, "ƒ") >= FEW:
        return "ee"
    return "bm" if _rate(text, "ɲ") > 0 or _rate(text, "l") >= 1.5 * SOME else "ak"


def _by_relative(text: str, answer: str) -> str | None:
    """Letters that one of two relatives has and the other has not."""
    tell = _RELATIVES.get(answer)
    return None if tell is None else tell(text)


def _shona(text: str) -> str | None:
    # Shona writes l in foreign names only, and zv and sv where no other language does
    chichewa = len(text) >= RUNNING_TEXT and _rate(text, "l") >= 2 * SOME and _rate(text, "zv", "sv") < 1
    return "ny" if chichewa else None


def _northern_sotho(text: str) -> str | None:
    return "tn" if len(text) >= RUNNING_TEXT and _rate(text, "š") < 1 else None


def _sotho(text: str) -> str | None:
    # "to", in front of every infinitive
    return "tn" if text.count(" go ") > text.count(" ho ") else None


def _kinyarwanda(text: str) -> str | None:
    # Kirundi writes c where Kinyarwanda writes cy
    return "rn" if len(text) >= LONG_TEXT and _rate(text, "cy", "jy", "shy") < 1 else None


_RELATIVES: Final = {"sn": _shona, "nso": _northern_sotho, "st": _sotho, "rw": _kinyarwanda}
