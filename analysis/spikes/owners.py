"""Which outlets are one house: outlets under one site, such as the editions of a broadcaster by language.

Told by addresses alone: an outlet whose domain lies under that of another belongs to it (`arabic.example.org`
to `example.org`), and two of one domain belong together. Lists of ownership name classes, not owners.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from storage.records import Source


def owners_of(sources: Iterable[Source]) -> dict[str, str]:
    """Source -> the site of its house, of outlets that share one with another outlet."""
    site = {item.source_id: item.domain.lower().removeprefix("www.") for item in sources}
    known = frozenset(site.values())
    house = {key: _widest(domain, known) for key, domain in site.items()}
    outlets = Counter(house.values())
    return {key: name for key, name in sorted(house.items()) if outlets[name] > 1}


def _widest(domain: str, known: frozenset[str]) -> str:
    """The shortest known site that a domain lies under."""
    labels = domain.split(".")
    under = (".".join(labels[place:]) for place in range(len(labels) - 1, -1, -1))
    return next((name for name in under if name in known), domain)


def largest_house(texts: Mapping[str, float], owners: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """The house of several outlets with most texts, and its outlets among those that have any; empty without
    one.
    """
    outlets: dict[str, list[str]] = {}
    for source in sorted(texts):
        if texts[source] > 0 and source in owners:
            outlets.setdefault(owners[source], []).append(source)
    several = {name: found for name, found in outlets.items() if len(found) > 1}
    most = min(several, key=lambda name: (-sum(texts[one] for one in several[name]), name), default="")
    return most, tuple(several.get(most, ()))
