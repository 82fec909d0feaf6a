"""Names of months, as dates of many languages write them: CLDR's (Babel), and a few that it does not have.

CLDR's `format` context gives the form that stands in a date (Russian `марта`, Polish `stycznia`),
`stand-alone` the name by itself. A name that means two months (`listopada`: November in Polish, October in
Croatian) is read only where the language is known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

LANGUAGES: Final = (
    "af am ar ar_DZ ar_IQ ar_LB ar_MA ar_MR az az_Cyrl be bg bn bs bs_Cyrl ca ckb cs cy da de el en es et "
    "eu fa fi fil fr ga gl gu ha he hi hr hu hy id ig is it ja ka kk km kn ko ku ky lo lt lv mk ml mn mr "
    "ms mt my nb ne nl nn om pa pl ps pt ro ru rw si sk sl so sq sr sr_Latn sv sw ta te tg th ti tk tr uk "
    "ur uz uz_Cyrl vi xh yo zh zu"
)
"""Locales whose names are read: languages of news with outlets of some number."""
_MORE: Final = {
    1: "janv enero ene gen jänner january январь ianuarie",
    2: "fevrier fev févr fév",
    3: "marco",
    4: "ابريل",
    5: "ماي",
    7: "juill",
    8: "aout اغسطس",
    9: "sept setiembre",
    10: "okt اكتوبر",
    12: "decembre",
}
"""Spellings that pages use and CLDR has not."""
WEEKDAYS: Final = frozenset(("kam", "kan", "maw", "sat", "sen", "sht"))
"""Months' names in short that are a day of the week elsewhere (`Dec 28 Sat 2013`)."""


def month_of(name: str, languages: Iterable[str] = ()) -> int | None:
    """The month that a name means; None where it names none, or another thing elsewhere.

    Args:
        name: in any case, with or without the stop of an abbreviation.
        languages: of the text, if they are known; asked only where the name is ambiguous.
    """
    name = _folded(name)
    found = meanings().get(name, {})
    if len(found) > 1 or name in WEEKDAYS:
        found = {month: where for month, where in found.items() if where.intersection(languages)}
    return next(iter(found)) if len(found) == 1 else None


def _folded(name: str) -> str:
    # Turkish İ in lower case is an i with a dot above, which no table of names has
    return name.strip().rstrip(".").lower().replace("i\u0307", "i")


@cache
def meanings() -> dict[str, dict[int, set[str]]]:
    """Every name -> month -> languages in which it means that.

    Read once, when the first date in words comes.
    """
    table: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for locale in LANGUAGES.split():
        for month, name in _names(locale):
            if not any(character.isdigit() for character in name):
                table[_folded(name)][month].add(locale.partition("_")[0])
    for month, names in _MORE.items():
        for name in names.split():
            table[name][month].add("")
    return {name: dict(months) for name, months in table.items()}


def _names(locale: str) -> Iterator[tuple[int, str]]:
    """Months with their names, as they stand in dates: Catalan's carry a preposition, Hebrew writes one on
    them."""
    from babel import Locale

    months = Locale.parse(locale).months
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for month, name in months[context][width].items():
                yield month, name.removeprefix("de ").removeprefix("d’")
                if locale == "he":
                    yield month, f"ב{name}"
