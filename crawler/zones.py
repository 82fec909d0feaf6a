"""Times of day as machines and people write them, in the one spelling that `stamps` reads: 24 hours, zone as
an offset.

    "02:00:00 PM +0000"   -> "14:00:00 +0000"
    "10:00:00 MSK"        -> "10:00:00 +0300"
    "10:00:00 IST"        -> None: India, Israel and Ireland use it, so the hour is not known

Offsets: IANA time zone database (2025b), abbreviations that mean one offset in it, and those of RFC 822.
"""

from __future__ import annotations

import re
from typing import Final

_OFFSETS: Final = {
    name: offset
    for offset, names in {
        "+0000": "UT UTC GMT WET",
        "+0100": "CET WAT WEST MEZ",
        "+0200": "CEST CAT EET SAST MESZ",
        "+0300": "MSK EAT EEST TRT",
        "+0400": "MSD SAMT GET AZT AMT",
        "+0500": "PKT YEKT UZT TMT TJT",
        "+0545": "NPT",
        "+0600": "OMST ALMT KGT",
        "+0630": "MMT",
        "+0700": "ICT WIB KRAT NOVT",
        "+0800": "HKT WITA IRKT AWST PHT SGT",
        "+0900": "JST KST WIT YAKT",
        "+1000": "AEST VLAT",
        "+1100": "AEDT",
        "+1200": "NZST PETT",
        "+1300": "NZDT",
        "-0300": "ART BRT UYT CLST",
        "-0400": "EDT VET BOT PYT",
        "-0500": "EST CDT PET ECT",
        "-0600": "CST MDT",
        "-0700": "MST PDT",
        "-0800": "PST",
    }.items()
    for name in names.split()
}
_HALF: Final = re.compile(r"(?<!\d)(\d{1,2}):(\d\d)((?::\d\d)?)\s*([ap])\.?m\b\.?", re.IGNORECASE)
_LETTERS: Final = re.compile(r"(\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?)\s*([A-Za-z]{1,5})(?:\s*\([^)]*\))?\s*$")
_OFFSET: Final = re.compile(
    r"(\d{1,2}:\d\d(?::\d\d)?)\s*(?:GMT|UTC)\s*([+-]\d{1,2}):?(\d\d)?(?:\s*\([^)]*\))?\s*$"
)


def in_24_hours(text: str) -> str:
    """The text with `2 PM` as 14 hours; where the hours are above twelve, AM and PM say nothing."""
    return _HALF.sub(_without_half, text)


def _without_half(match: re.Match[str]) -> str:
    hour, minute, second, half = match.groups()
    hours = int(hour)
    if hours <= 12:
        hours = hours % 12 + (12 if half in "pP" else 0)
    return f"{hours:02d}:{minute}{second}"


def with_offset(text: str) -> str | None:
    """The text with its zone as an offset; None where it names a zone that means several."""
    found = _OFFSET.search(text)
    if found is not None:
        hours = int(found[2])
        return (
            f"{text[: found.start()]}{found[1]} {'-' if hours < 0 else '+'}{abs(hours):02d}{found[3] or '00'}"
        )
    found = _LETTERS.search(text)
    if found is None or found[2].upper() == "Z":
        return text
    offset = _OFFSETS.get(found[2].upper())
    return None if offset is None else f"{text[: found.start()]}{found[1]} {offset}"


def without_time(text: str) -> str:
    """The day alone of a text whose hour is not known."""
    return _LETTERS.sub("", text).strip(" ,T")
