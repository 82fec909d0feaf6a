"""What countries and languages are called in English (Unicode CLDR, by Babel)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

INVENTED = {
    "XA": "Meridia",
    "XB": "Severia",
    "XC": "Kantara",
    "XD": "Valmont",
    "XE": "Northmark",
    "XF": "Dausara",
    "XG": "Costaluz",
    "XH": "Lusomar",
}
"""Countries of the sample world; ISO 3166-1 leaves these codes to users."""


@lru_cache(maxsize=1)
def _english() -> Any:
    from babel import Locale

    return Locale("en")


def country_name(code: str) -> str:
    """The country's English name; the code itself where none is known."""
    return INVENTED.get(code) or _english().territories.get(code, code)


def language_name(tag: str) -> str:
    """The language's English name; `language unknown` for `und`, the tag itself where no name is known."""
    if tag in ("", "und"):
        return "language unknown"
    return str(_english().languages.get(tag.split("-")[0].lower(), tag))


def is_invented(codes: Iterable[str]) -> bool:
    """Whether any of these countries belongs to the sample world."""
    return any(code in INVENTED for code in codes)
