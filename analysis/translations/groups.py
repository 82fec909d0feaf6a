"""How copy groups become one when translations connect them. Pure functions over records."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from storage.records import CopyGroup, CopyMember


def connected(links: Collection[tuple[str, str]]) -> list[list[str]]:
    """Sets of ids that the links connect, two or more each.

    Sorted inside and out, whatever the order of the links.
    """
    leader: dict[str, str] = {}

    def find(item: str) -> str:
        while leader.setdefault(item, item) != item:
            item = leader[item]
        return item

    for left, right in links:
        one, other = sorted((find(left), find(right)))
        leader[other] = one
    parts: dict[str, list[str]] = {}
    for item in sorted(leader):
        parts.setdefault(find(item), []).append(item)
    return [part for part in parts.values() if len(part) > 1]


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
    moved = []
    for member in sorted(members, key=lambda member: member.article_id):
        if member.relation == "original" and member.group_id != first.group_id:
            member = replace(member, relation="translation", containment=scores.get(member.article_id, 0.0))
        moved.append(replace(member, group_id=first.group_id))
    outlets = len({sources[member.article_id] for member in members})
    joined = replace(first, size=len(members), outlets=outlets, wire=_wire(first, groups))
    return joined, moved


def _wire(first: CopyGroup, groups: Sequence[CopyGroup]) -> str | None:
    """The agency that the first group credits, else the one that the earliest of the others does."""
    ordered = sorted(groups, key=lambda group: (group is not first, group.first_at, group.group_id))
    return next((group.wire for group in ordered if group.wire), None)
