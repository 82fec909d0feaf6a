"""Identifiers made from content: the same thing has the same id in every run, in whatever
order work is done.
"""

from __future__ import annotations

from hashlib import blake2b


def page_id(url: str) -> str:
    """16 hex digits for a page's URL as it was found."""
    return _digest(url, 8)


def text_hash(text: str) -> str:
    """32 hex digits for a passage's text; passages with one text share one vector."""
    return _digest(text, 16)


def passage_id(article_id: str, ordinal: int) -> str:
    """`{article_id}:{ordinal:03d}`, so that passages of an article sort in reading order."""
    return f"{article_id}:{ordinal:03d}"


def alert_id(spike_id: str) -> str:
    """16 hex digits for the one alert that a spike may cause."""
    return _digest(f"alert\n{spike_id}", 8)


def delivery_id(alert_id: str, channel: str, recipient: str) -> str:
    """16 hex digits for one alert on its way to one recipient by one channel."""
    return _digest(f"delivery\n{alert_id}\n{channel}\n{recipient}", 8)


def message_key(*parts: str) -> str:
    """16 hex digits for a message of the outbox that is no alert of a spike."""
    return _digest("\n".join(("message", *parts)), 8)


def _digest(text: str, size: int) -> str:
    # Broken pages yield lone surrogates; they must have an id too.
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).hexdigest()
