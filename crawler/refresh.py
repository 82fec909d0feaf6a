"""Pages that send their readers on by a meta element. Pure."""

from __future__ import annotations

from w3lib.html import get_meta_refresh

from crawler.answers import Answer
from crawler.urls import resolved

LONGEST_REFRESH_SECONDS = 5.0
"""A page that sends its readers on later than this is read first. Chosen, not measured."""
_REFRESH_BYTES = 32 * 1024
"""Bytes in which the element is looked for. Chosen, not measured."""


def refresh_target(answer: Answer) -> str | None:
    """Where a page sends its readers at once by a meta element; None where it does not, or only to itself."""
    if answer.kind != "page" or answer.failure is not None or answer.status != 200:
        return None
    text = answer.body[:_REFRESH_BYTES].decode("latin-1")
    seconds, address = get_meta_refresh(text, answer.final_url)
    if seconds is None or address is None or seconds > LONGEST_REFRESH_SECONDS:
        return None
    target = resolved(address)
    return None if target == resolved(answer.final_url) else target
