"""What a feed, sitemap or section page says: records that its readers return. No logic beyond dates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from crawler.stamps import read_mail, read_stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLink:
    """One entry, as the publisher wrote it; the link may be anything until `select` has judged it."""

    link: str | None
    original: str | None = None
    """Where the link leads in the end, if a feed proxy says so; preferred."""
    title: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    """Last change, where the publisher states that and no publication date; an upper bound of the latter."""
    language: str | None = None
    summary: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildSitemap:
    """A sitemap that a sitemap index names."""

    url: str
    updated: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Everything one document lists, in its own order."""

    links: tuple[FoundLink, ...] = ()
    children: tuple[ChildSitemap, ...] = ()
    language: str | None = None
    readable: bool = True
    """False: the bytes are no such document at all, which is not the same as an empty one."""


_MONTH_OR_YEAR = re.compile(r"([12]\d{3})(?:-(0[1-9]|1[0-2]))?")

UNREADABLE = Listing(readable=False)


def read_date(text: str | None) -> datetime | None:
    """A date as sitemaps and feeds write it (W3C, ISO 8601, RFC 822), aware and in UTC.

    None where it is none of these.

    A day without a time is its midnight in UTC; a time without a zone is taken as UTC.
    """
    wanted = (text or "").strip()
    if not wanted:
        return None
    found = _month_or_year(wanted) or read_stamp(wanted) or read_mail(wanted)
    return None if found is None else in_utc(found)


def in_utc(moment: datetime) -> datetime | None:
    """The same moment in UTC; None at the edges of the calendar, where the shift leaves it."""
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        return None


def _month_or_year(text: str) -> datetime | None:
    # W3C dates may be `2026` or `2026-03`.
    match = _MONTH_OR_YEAR.fullmatch(text)
    return None if match is None else datetime(int(match[1]), int(match[2] or 1), 1, tzinfo=UTC)
