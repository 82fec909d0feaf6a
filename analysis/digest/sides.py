"""State against independent: on which side of a list an outlet stands, and what each side told. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from analysis.digest.evidence import Carrier, OutletRef, Side, SideTold

SIDES: Final[tuple[Side, ...]] = ("state", "independent", "unlisted")

_CODES: Final[Mapping[str, Side]] = {
    "SC": "state",
    "CAPU": "state",
    "CAPR": "state",
    "ISFM": "independent",
    "ISF": "independent",
    "ISM": "independent",
    "IP": "independent",
}
"""The classes of the State Media Matrix (Dragomir and Soderstrom 2021): the first three are those whose
editors a government controls; the others it pays or manages and leaves their own line."""
_CODE = re.compile(r"\((SC|CaPu|CaPr|ISFM|ISF|ISM|IP)\)|^(SC|CaPu|CaPr|ISFM|ISF|ISM|IP)\b", re.IGNORECASE)
_STATE = re.compile(r"\b(state|government)[- ](controlled|run|owned|funded)|\bcaptured\b", re.IGNORECASE)


def side_of(label: str) -> Side:
    """`state`, `independent`, or `unlisted` where the label says neither.

    Args:
        label: the ownership label in the words of its list, or `not listed`.
    """
    code = _CODE.search(label)
    if code:
        return _CODES[(code[1] or code[2]).upper()]
    if "independent" in label.lower():
        return "independent"
    return "state" if _STATE.search(label) else "unlisted"


def sides_of(carriers: Sequence[Carrier]) -> tuple[SideTold, ...]:
    """What each side told of a narrative in a period; sides that told nothing are left out.

    Args:
        carriers: in the order in which they came.
    """
    found: defaultdict[Side, list[Carrier]] = defaultdict(list)
    for carrier in carriers:
        found[side_of(carrier.outlet.ownership)].append(carrier)
    return tuple(_side(side, found[side]) for side in SIDES if found[side])


def _side(side: Side, carriers: Sequence[Carrier]) -> SideTold:
    first = carriers[0]
    return SideTold(
        side=side,
        outlets=len(carriers),
        own_text_outlets=sum(item.own_texts > 0 for item in carriers),
        own_texts=sum(item.own_texts for item in carriers),
        articles=sum(item.articles for item in carriers),
        countries=tuple(sorted({item.outlet.country for item in carriers} - {""})),
        languages=len({tag for item in carriers for tag in item.languages} - {"und"}),
        first_outlet=first.outlet,
        first_at=first.first_at,
        lag_days=round(first.lag_hours / 24, 1),
    )


def side_totals(told: Iterable[tuple[OutletRef, int, int]]) -> tuple[SideTold, ...]:
    """The same over many narratives.

    Args:
        told: outlet, its own texts and its articles; an outlet may come several times.
    """
    by_outlet: dict[str, list[int]] = {}
    refs: dict[str, OutletRef] = {}
    for outlet, own, articles in told:
        refs[outlet.source_id] = outlet
        sums = by_outlet.setdefault(outlet.source_id, [0, 0])
        sums[0] += own
        sums[1] += articles
    grouped: defaultdict[Side, list[str]] = defaultdict(list)
    for source_id in sorted(by_outlet):
        grouped[side_of(refs[source_id].ownership)].append(source_id)
    return tuple(_total(side, grouped[side], by_outlet, refs) for side in SIDES if grouped[side])


def _total(
    side: Side, ids: Sequence[str], sums: Mapping[str, Sequence[int]], refs: Mapping[str, OutletRef]
) -> SideTold:
    own = [sums[key][0] for key in ids]
    return SideTold(
        side=side,
        outlets=len(ids),
        own_text_outlets=sum(texts > 0 for texts in own),
        own_texts=sum(own),
        articles=sum(sums[key][1] for key in ids),
        countries=tuple(sorted({refs[key].country for key in ids} - {""})),
        languages=0,
        first_outlet=None,
        first_at=None,
        lag_days=None,
    )
