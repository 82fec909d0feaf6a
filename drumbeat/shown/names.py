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


CHECKS = {
    "backfill": "history loaded later",
    "budget": "the week's budget of alerts",
    "calendar": "the rhythm of the week",
    "dates": "dates not to be relied on",
    "new_outlet": "a new outlet",
    "one_outlet": "one outlet alone",
    "outage_recovery": "an outlet back from an outage",
    "quiet": "the quiet days after an alert",
    "reprint_storm": "a reprint storm",
    "same_story": "the same story under another number",
    "volume": "a busy time in general",
}
"""Innocent explanations of a spike, by the name under which their check is stored."""


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


def check_name(name: str) -> str:
    """What an innocent explanation of a spike is called."""
    return CHECKS.get(name, name.replace("_", " "))


def is_invented(codes: Iterable[str]) -> bool:
    """Whether any of these countries belongs to the sample world."""
    return any(code in INVENTED for code in codes)
