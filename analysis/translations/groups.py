"""How copy groups become one when translations connect them. Pure functions over records."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from storage.records import CopyGroup, CopyMember


def connected(links: Collection[tuple[str, str]]) -> list[list[str]]:
    """Sets of ids that the links connect, two or more each.

    Sorted inside and out, whatever the order of the links.
    """
    leaders: dict[str, str] = {}
    for left, right in links:
        one, other = sorted((_leader(left, leaders), _leader(right, leaders)))
        leaders[other] = one
    parts: dict[str, list[str]] = {}
    for item in sorted(leaders):
        parts.setdefault(_leader(item, leaders), []).append(item)
    return [part for part in parts.values() if len(part) > 1]


def _leader(item: str, leaders: dict[str, str]) -> str:
    """The id that stands for all that an id is connected to so far; a new one stands for itself."""
    while leaders.setdefault(item, item) != item:
        item = leaders[item]
    return item


def joined_group(
    groups: Sequence[CopyGroup],
    members: Sequence[CopyMember],
    sources: Mapping[str, str],
    scores: Mapping[str, float],
) -> tuple[CopyGroup, list[CopyMember]]:
    """One group of several: the earliest stays, the originals of the others are its translations.

    Args:
        groups: the groups, at least one.
        members: the members of all of them.
        sources: article id -> source id, for every member.
        scores: article id -> how well it aligns with another member; kept as a translation's containment.
    """
    first = min(groups, key=lambda group: (group.first_at, group.group_id))
    ordered = sorted(members, key=lambda member: member.article_id)
    moved = [_moved(member, first.group_id, scores) for member in ordered]
    outlets = len({sources[member.article_id] for member in members})
    joined = replace(first, size=len(members), outlets=outlets, wire=_wire(first, groups))
    return joined, moved


def _moved(member: CopyMember, group_id: str, scores: Mapping[str, float]) -> CopyMember:
    """A member in the joined group: the original of another group is a translation there."""
    if member.relation == "original" and member.group_id != group_id:
        member = replace(member, relation="translation", containment=scores.get(member.article_id, 0.0))
    return replace(member, group_id=group_id)


def _wire(first: CopyGroup, groups: Sequence[CopyGroup]) -> str | None:
    """The agency that the first group credits, else the one that the earliest of the others does."""
    ordered = sorted(groups, key=lambda group: (group is not first, group.first_at, group.group_id))
    return next((group.wire for group in ordered if group.wire), None)
