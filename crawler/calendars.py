"""Years that are not those of the common calendar: Persian dates in place of others.

Conversion by the arithmetic of the 33-year cycle, which agrees with the astronomical calendar from 1178 to
1633
(K. M. Borkowski, The Persian calendar for 3000 years, 1996).
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

_FIRST_YEAR: Final = 1380
"""2001: older dates are no news. Chosen, not measured."""
_LAST_YEAR: Final = 1478
"""2099."""
_PERSIAN: Final = re.compile(r"\s*(1[34]\d\d)([-/])(0?[1-9]|1[0-2])\2(0?[1-9]|[12]\d|3[01])(?!\d)")
_EPOCH: Final = date(2001, 3, 21)
"""1 Farvardin 1380."""
_MONTHS_OF_31: Final = 6


def in_common_years(text: str) -> str:
    """The text with a Persian date at its beginning (1404-12-11) as one of the common calendar."""
    found = _PERSIAN.match(text)
    if found is None or not _FIRST_YEAR <= int(found[1]) <= _LAST_YEAR:
        return text
    day = _common(int(found[1]), int(found[3]), int(found[4]))
    return text if day is None else day.isoformat() + text[found.end() :]


def _common(year: int, month: int, day: int) -> date | None:
    if day > _length(year, month):
        return None
    days = sum(366 if _is_leap(before) else 365 for before in range(_FIRST_YEAR, year))
    days += sum(_length(year, before) for before in range(1, month)) + day - 1
    return _EPOCH + timedelta(days=days)


def _length(year: int, month: int) -> int:
    if month <= _MONTHS_OF_31:
        return 31
    return 30 if month < 12 or _is_leap(year) else 29


def _is_leap(year: int) -> bool:
    return year % 33 in (1, 5, 9, 13, 17, 22, 26, 30)
