"""Languages that py3langid does not know, told from the answer it gives instead by letters of their standard
spelling.

Most are languages of the Sahel, the Guinea coast and Southern Africa. Rates are per 1,000 characters of
running text, measured on SIB-200 and MAFAND (e.g. `l`: Chichewa 33, Shona 3; `š`: Northern Sotho 20, Setswana
0.5; `ɔ` stands in no language that py3langid knows).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from crawler.cleaning.marks import marked

OPEN_O: Final = 5.0
"""`ɔ` in every one of these West African spellings, nowhere in the 139 languages that py3langid knows.
Points, which only order the languages; chosen on the shared part of MAFAND (`python -m tests quality --only
language`)."""
FEW: Final = 3.0
SOME: Final = 10.0
"""Points of letters that few and of letters that some languages have; chosen on the shared part of MAFAND
(`python -m tests quality --only language`)."""
_LOOK_ALIKES: Final = str.maketrans("ↄͻԑ", "ɔɔɛ")
"""Letters of other alphabets that old fonts use for the open vowels."""
RUNNING_TEXT: Final = 80
"""Characters from which the absence of a letter says something ... Chosen, not measured."""
LONG_TEXT: Final = 300
"""... or, of a rarer one, from which it does. Chosen, not measured."""


def respelled(text: str, answer: str, script: str | None) -> str | None:
    """The language the spelling names instead of `answer`.

    None where it agrees with the answer or says nothing.

    Args:
        script: that most of the text stands in.
    """
    lower = text.lower().translate(_LOOK_ALIKES)
    tell = _OF_SCRIPT.get(script or "")
    named = tell(lower, answer) if tell else None
    named = named or marked(lower, answer, script)
    return None if named == answer else named


def _rate(text: str, *letters: str) -> float:
    return 1000 * sum(text.count(letter) for letter in letters) / len(text)


def _latin(text: str, answer: str) -> str | None:
    return _by_letters(text, answer) or _by_relative(text, answer)


def _arabic(text: str, answer: str) -> str | None:
    """Letters and words that Sindhi, Kashmiri, Malay and Acehnese have and their relatives have not."""
    if _rate(text, "ٿ", "ڀ", "ڄ", "ڳ", "ڻ", "۾", "۽") >= SOME:
        return "sd"
    if _rate(text, "ٲ", "ۄ", "ؠ", "ٳ", "ٕ") >= FEW:
        return "ks"
    if _counted(text, _KASHMIRI_ARABIC) >= 2:
        return "ks"
    malay = _rate(text, "ڽ", "ݢ", "ڠ", "ۏ") >= SOME and _rate(text, "ڭ", "ۇ", "ې") == 0
    if not malay or _rate(text, "ڤ", "ڽ", "ݢ") == 0:
        return None
    # Acehnese "which" and "with" against Malay
    return "ace" if _counted(text, _ACEHNESE) > _counted(text, _MALAY) else "ms"


def _devanagari(text: str, answer: str) -> str | None:
    """Kashmiri, by its words for "is", "in", "on" and "one"."""
    own = _counted(text, _KASHMIRI)
    return "ks" if own >= 2 and own > KASHMIRI_SHARE * len(text.split()) else None


def _counted(text: str, words: frozenset[str]) -> int:
    """How many of a text's words, cut at white space, are among these."""
    return sum(word.strip("।۔،,.:;!?()\"'") in words for word in text.split())


def _ethiopic(text: str, answer: str) -> str | None:
    # Tigrinya writes its glottal a with ኣ, Amharic with አ
    return "ti" if answer == "am" and text.count("ኣ") > text.count("አ") else None


def _myanmar(text: str, answer: str) -> str | None:
    # Shan has consonants and tone marks of its own
    return "shn" if _rate(text, "ၵ", "ၸ", "ၼ", "ႁ", "ႃ", "ႈ", "ႉ") >= 5 * SOME else None


def _tibetan(text: str, answer: str) -> str | None:
    # Dzongkha's "to" and "is" against Tibetan
    return "dz" if text.count("ལུ་") + text.count("ཨིན") > text.count("རེད") else "bo"


def _by_letters(text: str, answer: str) -> str | None:
    """Letters that only some spellings have at all."""
    if _rate(text, "ɖ") >= FEW:
        return "ee" if _rate(text, "ƒ", "ɣ", "ʋ") >= FEW or _is_ewe(text) else "fon"
    if _rate(text, "ɩ", "ʋ") >= OPEN_O and _rate(text, "ƒ", "ɔ") == 0:
        return "mos"
    if _rate(text, "ɔ") >= OPEN_O:
        return _of_open_o(text)
    wolof = answer in ("ff", "so", "om") and _rate(text, "ë", "ñ") >= FEW and _rate(text, "ɓ", "ɗ", "ƴ") == 0
    return "wo" if wolof else None


def _is_ewe(text: str) -> bool:
    """More of Ewe's commonest words than of Fon's."""
    padded = f" {text} "
    ewe = sum(
        padded.count(f" {word} ") for word in ("la", "le", "kple", "be", "si", "nye", "wo", "eye", "na")
    )
    fon = sum(
        padded.count(f" {word} ") for word in ("ɔ", "ɖo", "ɖò", "nú", "wɛ", "lɛ", "bo", "bɔ", "mɛ", "tɔn")
    )
    return ewe > fon


def _of_open_o(text: str) -> str:
    """Ewe, Bambara or Akan."""
    if _rate(text, "ƒ") >= FEW:
        return "ee"
    if _rate(text, "ky", "gy", "hy", "dw") >= OPEN_O:
        return "ak"
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
    # "to", in front of every infinitive; and a g of its own, which Sesotho writes h
    own = len(_OWN_G.findall(text)) > 3 * len(text) / RUNNING_TEXT
    return "tn" if own or text.count(" go ") > text.count(" ho ") else None


def _kinyarwanda(text: str) -> str | None:
    # Kirundi writes c and vy where Kinyarwanda writes cy and by
    kirundi, kinyarwanda = len(_KIRUNDI.findall(text)), len(_KINYARWANDA.findall(text))
    silent = len(text) >= LONG_TEXT and _rate(text, "cy", "jy", "shy") < 1
    return "rn" if silent or kirundi > kinyarwanda else None


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


KASHMIRI_SHARE: Final = 0.05
"""Share of such words from which a text in Devanagari is Kashmiri: found in SIB-200 in 1 of 20 words, in its
relatives hardly ever (`python -m tests quality --only langid-sib200`)."""
_KASHMIRI: Final = _words("छु छि मंज़ मन्ज़ पेठ अख हस युस तोर ज़ि यिवान बापथ सीथ हिंज़ हुनद")
_KASHMIRI_ARABIC: Final = _words("تہٕ چُھ چھُ چِھ چھِ منٛز منٚز منز زِ یہِ خٲطرٕ سٕتۍ پانٹھ")
_ACEHNESE: Final = _words("ڽڠ ڠن ڽن")
_MALAY: Final = _words("يڠ دڠن اين")
_OWN_G: Final = re.compile(r"(?<![kn])g")
_KIRUNDI: Final = re.compile(
    r"vy|\bi?c[ao]\b|\bcan[ek]e?\b|fise\b|\bingene\b|\bakarorero\b|\braba\b|\byo\w+or[ae]\b"
)
_KINYARWANDA: Final = re.compile(r"cy|by|jy|shy|fite\b|\breba\b|\burugero\b")
_RELATIVES: Final = {"sn": _shona, "nso": _northern_sotho, "st": _sotho, "rw": _kinyarwanda}

_OF_SCRIPT: Final[dict[str, Callable[[str, str], str | None]]] = {
    "latin": _latin,
    "arabic": _arabic,
    "devanagari": _devanagari,
    "ethiopic": _ethiopic,
    "myanmar": _myanmar,
    "tibetan": _tibetan,
}
