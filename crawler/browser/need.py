"""Whether a page has no text until a script has run."""

from __future__ import annotations

from functools import partial
from typing import Final

from config.settings import CleanSettings
from crawler.answers import Answer
from crawler.apart import read_apart
from crawler.cleaning.extract import Refusal
from crawler.cleaning.page import extract
from storage.records import Page

_DRAWN: Final = frozenset({"no_text", "script_only", "too_short"})
"""Clean outcomes of pages whose article may come with a script."""


async def lacks_text(page: Page, answer: Answer, settings: CleanSettings) -> bool:
    """Whether cleaning finds no article in an answer, which it is asked in a process with limits."""
    read = partial(extract, page, answer.body, dict(answer.headers), settings)
    found = await read_apart(read, size=len(answer.body), what=answer.final_url)
    return isinstance(found, Refusal) and found.outcome in _DRAWN
