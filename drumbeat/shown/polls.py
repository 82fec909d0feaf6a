"""What was left of a listing, in words: for `sources check` and the page of the sources' health."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from drumbeat.shown.words import count, number

REASONS = {
    "off_domain": "on another domain",
    "too_old": "too old",
    "no_link": "without a page",
}
"""Reasons why an entry is left aside, as `FeedPoll.refused` names them."""


def remark(
    *,
    entries: int,
    followed: int,
    unreadable: int,
    unread_bytes: int,
    refused: Mapping[str, int],
    leads_to: str | None,
) -> str:
    """What a person should know of a listing that was read; empty where all is well."""
    said = []
    if unreadable:
        of = count(entries + unreadable, "entry", "entries")
        said.append(f"{number(unreadable)} of {of} cannot be read ({count(unread_bytes, 'byte')})")
    if leads_to is not None:
        said.append(f"every entry leads to {leads_to}: moved?")
    elif entries and not followed:
        said.append("no entry is followed")
    reasons = [f"{number(many)} {REASONS.get(reason, reason)}" for reason, many in sorted(refused.items())]
    if reasons and not (leads_to and len(reasons) == 1):
        said.append("left aside: " + ", ".join(reasons))
    return "; ".join(said)


class Read(Protocol):
    """What reading a listing brought."""

    @property
    def entries(self) -> int: ...
    @property
    def followed(self) -> int: ...
    @property
    def unreadable(self) -> int: ...
    @property
    def unread_bytes(self) -> int: ...
    @property
    def refused(self) -> Mapping[str, int]: ...
    @property
    def leads_to(self) -> str | None: ...


def remark_on(read: Read) -> str:
    """As `remark`, of a listing as it was read."""
    return remark(
        entries=read.entries,
        followed=read.followed,
        unreadable=read.unreadable,
        unread_bytes=read.unread_bytes,
        refused=read.refused,
        leads_to=read.leads_to,
    )


def is_notable(*, outcome: str, entries: int, followed: int, unreadable: int) -> bool:
    """Whether a poll is worth a person's look: it failed, lost entries, or brought none that is followed."""
    failed = outcome not in ("stored", "unchanged")
    return failed or unreadable > 0 or (entries > 0 and not followed)
