"""What became of a page after its article was made: edited, withdrawn, there again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Change = Literal["edited", "same_text", "withdrawn", "returned", "unclear"]
"""What a version says of its article.

edited      the text is another than before
same_text   other bytes, the same text: a counter, an advertisement, a new layout
withdrawn   the page is gone (404, 410, or the front page in its place)
returned    it was gone, and is there again with the text that it had
unclear     something else answers in its place (a wall, a check, a page without text)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLook:
    """A stored page was asked for again."""

    page_id: str
    looked_at: datetime
    was_there: bool
    """It answered with a page, or that nothing changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionText:
    """What cleaning made of a version, and how that differs from the text before it."""

    page_id: str
    fetched_at: datetime
    change: Change
    clean_outcome: str
    """A clean outcome, or the fetch outcome of a page that is gone."""
    clean_version: str
    title: str | None = None
    body: str | None = None
    text_sha256: str | None = None
    added: int | None = None
    """Words that the text before did not have; None without a text."""
    removed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageHistory:
    """What is known of an article's page since the article was made: facts to quote."""

    last_seen_at: datetime
    """When the page was there last."""
    edited_at: datetime | None = None
    """When another text was first seen."""
    edits: int = 0
    withdrawn_at: datetime | None = None
    """When it was first seen to be gone; None where it is there, or there again."""

    @property
    def told(self) -> str:
        """The facts in words, empty where there are none: `edited after publication (seen 2026-03-04)`."""
        facts = []
        if self.edited_at is not None:
            facts.append(f"edited after publication (seen {self.edited_at:%Y-%m-%d})")
        if self.withdrawn_at is not None:
            facts.append(f"withdrawn, last there on {self.last_seen_at:%Y-%m-%d}")
        return "; ".join(facts)
