"""What a feed, sitemap or section page says: records that its readers return. No logic beyond dates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from crawler.calendars import in_common_years
from crawler.stamps import read_mail, read_stamp
from crawler.zones import in_24_hours, with_offset, without_time


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
    unreadable: int = 0
    """Entries that are there and could not be read, as far as they can be told apart."""
    unread_bytes: int = 0
    """Bytes of the document that lie in them."""
    ttl_minutes: int | None = None
    """The least interval between polls that the document asks for."""


_MONTH_OR_YEAR = re.compile(r"([12]\d{3})(?:-(0[1-9]|1[0-2]))?")

UNREADABLE = Listing(readable=False)

FIRST_YEAR = 1991
"""Of the web (the first page outside of CERN): what is dated before was dated by a template or an empty
field."""
_BEFORE_ALL = datetime(1, 1, 2, tzinfo=UTC)
_YEAR_OF_NOTHING = re.compile(r"(?<![\dT:.+-])0\d{3}(?!\d)")
_EPOCH_SECONDS = re.compile(r"([1-4]\d{9})(\d{3})?(?:\.\d+)?")


def read_date(text: str | None) -> datetime | None:
    """A date as sitemaps and feeds write it (W3C, ISO 8601, RFC 822, Unix time), aware and in UTC.

    A day without a time is its midnight in UTC, and so is a time in a zone that means several; a time without
    a zone is taken as UTC. A Persian date is that of the common calendar.

    None where it is none of these, or before there was a web.
    """
    return believed(stated_date(text))


def stated_date(text: str | None) -> datetime | None:
    """The moment that a text states, however impossible."""
    wanted = (text or "").strip()
    if _YEAR_OF_NOTHING.search(wanted):
        # Mail's rules would make 0001 the year 2001.
        return _BEFORE_ALL
    return (_month_or_year(wanted) or _unix_time(wanted) or _read(wanted)) if wanted else None


def believed(moment: datetime | None) -> datetime | None:
    """A stated moment in UTC; None where no page of the web can be of it."""
    stamp = None if moment is None else in_utc(moment)
    return stamp if stamp is not None and stamp.year >= FIRST_YEAR else None


def _read(text: str) -> datetime | None:
    plain = in_24_hours(in_common_years(text))
    told = with_offset(plain)
    told = without_time(plain) if told is None else told
    return read_stamp(told) or read_mail(told)


def _unix_time(text: str) -> datetime | None:
    match = _EPOCH_SECONDS.fullmatch(text)
    return None if match is None else datetime.fromtimestamp(int(match[1]), UTC)


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
