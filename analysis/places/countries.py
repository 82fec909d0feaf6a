"""Forms of countries, regions and other names: CLDR's names in every language, and the lists of
`config/data`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from analysis.places.forms import Form, listed
from analysis.watch.declension import declined
from config.names import FILE as NAMES
from config.names import latin_cases, territory_spellings

DATA: Final = NAMES.parent
FEWEST: Final = 200
"""Names of countries that a language of CLDR must have to be read: below that a locale is a stub. Chosen,
not measured."""
LEFT_OUT: Final = frozenset(
    [
        "AC",
        "AQ",
        "AX",
        "BL",
        "BQ",
        "BV",
        "CC",
        "CP",
        "CQ",
        "CX",
        "DG",
        "EA",
        "EU",
        "EZ",
        "GS",
        "HM",
        "IC",
        "IO",
        "MF",
        "NF",
        "NU",
        "PN",
        "QO",
        "SJ",
        "TA",
        "TF",
        "TK",
        "UM",
        "UN",
        "WF",
        "XA",
        "XB",
        "ZZ",
    ]
)
"""Territories that no article is about: uninhabited, tiny, or no territory at all."""
LATIN_CASES: Final = frozenset({"pl", "cs", "hr", "sk", "sl", "bs", "sr", "hsb", "dsb", "szl"})
STEMMED: Final = frozenset({"lt", "lv", "el", "hy", "ka", "ro", "la", "sq", "is", "et", "fi", "hu", "eu"})
"""Languages whose names change at the end by more than an `s`: the stem goes on."""
GLUED: Final = frozenset({"tr", "az", "uz", "tk", "kk", "ky", "tt", "ba", "kaa", "mn", "tg", "ug", "crh"})
"""Languages that string endings to a name."""
STEM_GOES_ON: Final = 6
"""Letters by which a stem or a strung name goes on: Venäjällä, Романияның. Chosen, not measured."""
SHORT_STEM: Final = 4
"""Letters that a stem has at least: a shorter one begins other words. Chosen, not measured."""
_ARTICLE: Final = "ال"
_NISBA: Final = "ي"
_PERSIAN_YE: Final = "ی"
_VOWELS: Final = "aeiouyąęěėăâîāēīūαειουήίάόωϊаеиоуыэюяії"


def country_forms() -> Iterator[Form]:
    """Names of CLDR, and what peoples and things of a country are called."""
    yield from _of_cldr()
    yield from _adjectives()
    yield from _library()


def region_forms() -> Iterator[Form]:
    """Regions and seats of power, and phrases that name nothing."""
    for code, spellings in _table("places")["region"].items():
        for spelling in spellings:
            text, goes_on, weak = listed(spelling)
            yield from _cased(Form(text, f"country:{code}", "R", goes_on, weak))
    for language, phrases in _table("places")["phrases"].items():
        for phrase in phrases:
            text, goes_on, _ = listed(phrase)
            yield Form(text, "phrase", "P", goes_on, languages=(language,))


def weak_names() -> dict[str, frozenset[str]]:
    """Language (`*`: any) -> names that are words or persons as well."""
    return {language: frozenset(names) for language, names in _table("places")["weak"].items()}


def _of_cldr() -> Iterator[Form]:
    from babel.localedata import locale_identifiers

    for language in sorted(name for name in locale_identifiers() if _is_read(name)):
        for code, spellings in _territories(language).items():
            for spelling in spellings:
                for form in _inflected(spelling, f"country:{code}", language):
                    yield from _cased(form)


def _is_read(locale: str) -> bool:
    return "_" not in locale or locale in {"zh_Hant", "sr_Latn", "bs_Cyrl", "uz_Cyrl"}


def _territories(language: str) -> Mapping[str, tuple[str, ...]]:
    """Code -> spellings in a language; nothing for a language that names few countries."""
    found = {
        code: tuple(spellings_of(name)) for code, name in _countries_of(language).items() if name.strip()
    }
    return found if len(found) >= FEWEST - len(LEFT_OUT) else {}


def spellings_of(name: str) -> Iterator[str]:
    """A name of CLDR; what stands in brackets only where it is a name itself, and does not tell two places
    apart.

    >>> list(spellings_of("Myanmar (Burma)")), list(spellings_of("Виргинские острова (США)"))
    (['Myanmar', 'Burma'], ['Виргинские острова'])
    """
    for number, spelling in enumerate(territory_spellings(name)):
        if number == 0 or (len(spelling) >= SHORT_STEM and not spelling.isupper()):
            yield spelling


def _countries_of(language: str) -> dict[str, str]:
    from babel import Locale

    names = {str(code): str(name) for code, name in Locale.parse(language).territories.items()}
    codes = (code for code in names if len(code) == 2 and code.isalpha() and code.isupper())
    return {code: names[code] for code in codes if code not in LEFT_OUT}


def _inflected(text: str, name: str, locale: str) -> Iterator[Form]:
    """A name of a country in the cases of its language."""
    language = locale.partition("_")[0]
    tags = (language,)
    if "\u0400" <= text[:1] <= "\u052f":
        yield from _cyrillic(text, name, tags, glued=language in GLUED)
        return
    goes_on = STEM_GOES_ON if language in GLUED and len(text) >= SHORT_STEM else 0
    yield Form(text, name, "N", goes_on, languages=tags)
    yield from (
        Form(form, name, "A", 3 * (language == "ar"), languages=tags) for form in _relative(text, language)
    )
    if language in LATIN_CASES and " " not in text:
        yield from (Form(form, name, "N", languages=tags) for form in latin_cases(text))
    if language in STEMMED:
        yield from _stemmed(text, name, tags)


def _stemmed(text: str, name: str, tags: tuple[str, ...]) -> Iterator[Form]:
    """A name of one word up to its last vowel, with whatever ending."""
    stem = text.rstrip(_VOWELS + "sσς")
    if " " not in text and len(stem) >= SHORT_STEM:
        yield Form(stem, name, "N", STEM_GOES_ON, languages=tags)


def _relative(text: str, language: str) -> Iterator[str]:
    """What comes from a country, where one ending says so: ليبيا, ليبي; ایران, ایرانی."""
    if " " in text:
        return
    if language == "ar":
        stem = text.removeprefix(_ARTICLE).removesuffix("يا").rstrip("اةى")
        if len(stem) >= SHORT_STEM - 1 and not stem.endswith(_NISBA):
            yield stem + _NISBA
    elif language in {"fa", "ur", "ps"} and len(text) >= SHORT_STEM and text[-1] not in "یي":
        yield text.rstrip("ہه") + (_PERSIAN_YE * 2 if text[-1] == "ا" else _PERSIAN_YE)


def _cyrillic(text: str, name: str, tags: tuple[str, ...], *, glued: bool = False) -> Iterator[Form]:
    """Every case of one word; of several words their stems."""
    if " " in text:
        yield Form(" ".join(map(_stem_of, text.split())), name, "N", 4, languages=tags)
        return
    for form in {text, *(_as_written(text, case) for case in declined(text.casefold()))}:
        yield Form(form, name, "N", STEM_GOES_ON if glued and len(form) >= SHORT_STEM else 0, languages=tags)


def _stem_of(word: str) -> str:
    """A word of a longer name with a star for its ending: "Саудовск* Арави*"."""
    stem = word.rstrip("аеиоуыэюяйіїьё")
    return f"{stem}*" if len(stem) >= SHORT_STEM - 1 and word[0].isupper() else word


def _as_written(text: str, case: str) -> str:
    return case.capitalize() if text[0].isupper() and not text.isupper() else case


def _adjectives() -> Iterator[Form]:
    for language, peoples in _table("demonyms").items():
        for code, spellings in peoples.items():
            for spelling in spellings.split():
                text, goes_on, weak = listed(spelling)
                letters = min(goes_on, 1) if language == "en" else goes_on
                yield Form(text, f"country:{code}", "A", letters, weak, (language,))


def _library() -> Iterator[Form]:
    """Names that watched statements are asked for: capitals, leaders, groups, organisations."""
    for kind, names in _table("names").items():
        for key, spellings in names.items() if isinstance(names, dict) else ():
            for spelling in spellings:
                text, goes_on, weak = listed(spelling)
                form = Form(text, f"{kind}:{key}", "A" if kind == "country" else "X", goes_on, weak)
                yield from _cased(form)


def _cased(form: Form) -> Iterable[Form]:
    """A Cyrillic name of one word in all its cases, any other as it is; weak where it is listed so."""
    forms = [form]
    if _is_declined(form):
        cases = _cyrillic(form.text, form.name, form.languages)
        forms = [Form(one.text, one.name, form.kind, 0, form.weak, form.languages) for one in cases]
    return map(_weakened, forms)


def _is_declined(form: Form) -> bool:
    """Whether it is one Cyrillic word with a capital, and no abbreviation."""
    first = form.text[:1]
    if form.goes_on or " " in form.text or form.text.isupper():
        return False
    return "\u0400" <= first <= "\u052f" and first.isupper()


def _weakened(form: Form) -> Form:
    weak = weak_names()
    if form.weak or form.text in weak["*"]:
        return Form(form.text, form.name, form.kind, form.goes_on, True, form.languages)
    listed_in = [language for language in form.languages if form.text in weak.get(language, ())]
    if listed_in and form.languages == tuple(listed_in):
        return Form(form.text, form.name, form.kind, form.goes_on, True, form.languages)
    return form


@cache
def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((Path(DATA) / f"{name}.toml").read_text(encoding="utf-8"))
