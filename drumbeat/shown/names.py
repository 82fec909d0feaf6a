"""What countries and languages are called: as the workspace names them, else in the reader's language
(Unicode CLDR, by Babel).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from config.settings import ReportSettings
from config.undetermined import UNDETERMINED
from drumbeat.shown.language import LANGUAGES, Language, reader, say

PSEUDO = ("XA", "XB")
"""Codes that CLDR takes for tests of software; ISO 3166-1 leaves them to users, and no
country is called so.
"""
CHECKS = {
    "backfill": "history loaded later",
    "budget": "the week's budget of alerts",
    "calendar": "the rhythm of the week",
    "dates": "dates not to be relied on",
    "new_outlet": "a new outlet",
    "one_outlet": "one outlet alone",
    "one_owner": "outlets of one house",
    "outage_recovery": "an outlet back from an outage",
    "quiet": "the quiet days after an alert",
    "reprint_storm": "a reprint storm",
    "same_story": "the same story under another number",
    "volume": "a busy time in general",
}
"""Innocent explanations of a spike, by the name under which their check is stored."""


@lru_cache(maxsize=len(LANGUAGES))
def _locale(language: Language) -> Any:
    from babel import Locale

    return Locale(language)


def country_name(code: str) -> str:
    """What the reader calls the country; the code itself where no name is known."""
    known = code if code in PSEUDO else _locale(reader().language).territories.get(code, code)
    return _given.get(code) or known


def language_name(tag: str) -> str:
    """What the reader calls the language; `language unknown` for `und`, the tag itself where no name is
    known.
    """
    if tag in ("", UNDETERMINED):
        return say("language unknown")
    return str(_locale(reader().language).languages.get(tag.split("-")[0].lower(), tag))


def check_name(name: str) -> str:
    """What an innocent explanation of a spike is called."""
    return say(CHECKS[name]) if name in CHECKS else name.replace("_", " ")


_given: dict[str, str] = {}
_notice: list[str] = []


def use_names(settings: ReportSettings) -> None:
    """Show a workspace's own country names and notice from now on in this process; the doors that open a
    workspace call it.
    """
    _given.clear()
    _given.update(entry.partition("=")[::2] for entry in settings.country_names)
    _notice[:] = [settings.notice]


def notice() -> str:
    """What stands at the head of every report, mail and page; empty for nothing."""
    return _notice[0] if _notice else ""
