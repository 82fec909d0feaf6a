"""The cases of a name in Cyrillic, told from its nominative alone: Russian, Ukrainian, Belarusian, Serbian,
Macedonian, Bulgarian.

    ending       Росія: Росії, Росію, Росією        the longest ending that is listed counts
    vowel moves  Київ: Києва; Львів: Львова         і and ї of the last syllable open to о, е, є
    vowel falls  Єгипет: Єгипту; Кременець: Кременця
    doubling     Білорусь: Білоруссю                a single consonant before ь, and ю in the instrumental
    softening    Прага: Празі; Америка: Америці     к, г, х before і, и, е

Nobody says which of the languages a spelling is written in, so the forms of all of them are found. A form too
many does little harm: a name counts with its capital only.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

# Nominative ending -> the endings of its declension; the longest that fits counts.
_ENDINGS: Final = {
    ending: forms.split()
    for ending, forms in {
        "ая": "ая ой ую ою",
        "яя": "яя ей юю ею",
        "ий": "ий ия ию ии ием ого его ому ему им ім ом ем",
        "ій": "ій ього ьому їм ім ія ію ієм ії",
        "ый": "ый ого ому ым ом",
        "ой": "ой оя ою оем ое ого ому ым ом",
        "ое": "ое ого ому ым им ом",
        "ее": "ее его ему им ем",
        "не": "не ного ному ним нім ном",
        "ье": "ье ья ью ьем ьи",
        "ые": "ые ых ым ыми",
        "ие": "ие их им ими ия ию ием ии",
        "ки": "ки к ков кам ками ках ків",
        "ги": "ги г гов гам гами гах гів",
        "хи": "хи х хов хам хами хах хів",
        "ја": "ја је ји ју јом јо",
        "а": "а ы и е у ой ою ей ею ом о і ої ій ай аю ај ој",
        "я": "я и е ю ей ею і ї є єю ёй ёю ям яй яю",
        "ь": "ь и і я ю е ем ём єм ею ью",
        "й": "й я ю е ї і ем єм ём и єві еві",
        "о": "о а у е ом і ові",
        "ы": "ы ов ам ами ах аў",
        "и": "и ей ев ям ями ях ам ами ах ів ов",
        "і": "і ів ей ям ями ях ам ами ах",
    }.items()
}
_HARD: Final = ["а", "у", "ом", "ем", "ым", "им", "ам", "е", "і", "и", "ы", "ові", "еві", "ов", "ами", "ах"]
_SOFT: Final = ["я", "ю", "ем", "ём", "єм", "і", "и", "е", "еві", "ам"]
_SOFT_SIGN: Final = ["я", "ю", "ем", "ём", "єм", "і", "и", "ею"]
_OPENED: Final = {"і": ("о", "е"), "ї": ("є",)}
_FALLS_BEFORE: Final = {"е": None, "ё": None, "є": None, "о": "к"}
"""Vowel that may fall out before the last consonant -> the one consonant before which it does; None: any."""
_VOWELS: Final = frozenset("аеёиоуыэюяіїє")
_CONSONANTS: Final = frozenset("бвгґджзклмнпрстфхцчшщўјљњћђџѓќѕ")
_SOFTENED: Final = {"к": "ц", "г": "з", "ґ": "з", "х": "с"}
_SOFT_ENDINGS: Final = "ієыэие"
SHORT: Final = 3
"""Letters up to which a name loses no vowel and no ending: what would be left of it is any word.
Chosen, not measured."""


def declined(word: str) -> list[str]:
    """Every form of a Cyrillic name, small, with the nominative; doubles are possible."""
    if word[-2:-1] in _VOWELS and word[-1] in "аоу":
        # Самоа, Никарагуа: two vowels at the end stay as they are.
        return [word]
    for size in (2, 1):
        if len(word) > size + 1 and word[-size:] in _ENDINGS:
            return [*_by_ending(word, size), *_more(word)]
    return [word, *_consonantal(word)] if word[-1] in _CONSONANTS else [word]


def _by_ending(word: str, size: int) -> list[str]:
    stem = word[:-size]
    return [stem + ending for ending in _ENDINGS[word[-size:]]]


def _more(word: str) -> Iterable[str]:
    """Forms that change the stem as well."""
    stem, last = word[:-1], word[-1]
    if last == "ь":
        return [*_doubled(stem), *_with([*_opened(stem), *_fallen(stem)], _SOFT_SIGN)]
    if last == "а" and stem[-1] in _SOFTENED:
        return _softened(stem)
    if last in "иыі" and len(stem) > SHORT - 1 and stem[-1] not in "лтж":
        # Суми: Сум; Афины: Афин. Not Мали, Гаити, Фиджи, which have no cases.
        return [stem]
    return []


def _consonantal(word: str) -> list[str]:
    """Forms of a name that ends in a consonant, beside itself."""
    base = word[:-1] + "в" if word.endswith("ў") else word
    stems = [base, *_opened(base), *_fallen(base)]
    forms = _with(stems, _HARD)
    if base[-1] in "цљњјћђ":
        forms += _with(stems, _SOFT)
    return forms + (_softened(base) if base[-1] in _SOFTENED else [])


def _with(stems: Iterable[str], endings: Iterable[str]) -> list[str]:
    kept = list(endings)
    return [stem + ending for stem in stems for ending in kept]


def _opened(stem: str) -> list[str]:
    """The stem with the vowel of its last syllable as in an open one: Льві-в, Льво-ва."""
    place = max(stem.rfind("і"), stem.rfind("ї"))
    if place < 0 or any(sign in _VOWELS for sign in stem[place + 1 :]):
        return []
    return [stem[:place] + vowel + stem[place + 1 :] for vowel in _OPENED[stem[place]]]


def _fallen(word: str) -> list[str]:
    """The stem without the vowel before its last consonant: Египет, Египт-а."""
    if len(word) <= SHORT + 1 or word[-2] not in _FALLS_BEFORE:
        return []
    before = _FALLS_BEFORE[word[-2]]
    return [word[:-2] + word[-1]] if before in (None, word[-1]) else []


def _doubled(stem: str) -> list[str]:
    """The instrumental with a doubled consonant: Білорус-ь, Білорусс-ю."""
    single = stem[-1] in _CONSONANTS and stem[-2] in _VOWELS
    return [stem + stem[-1] + "ю"] if single else []


def _softened(stem: str) -> list[str]:
    """Before a soft ending к, г, х are ц, з, с: Праг-а, Праз-і."""
    soft = stem[:-1] + _SOFTENED[stem[-1]]
    return [soft + ending for ending in _SOFT_ENDINGS]
