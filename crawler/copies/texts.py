"""Grouping of bare texts, without a store: for measuring and for programs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from config.settings import CopySettings
from config.undetermined import UNDETERMINED
from crawler.copies.grouping import group_articles
from storage.records import Article
from storage.text import text_sha256

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def group_texts(texts: Mapping[str, str], settings: CopySettings | None = None) -> dict[str, str]:
    """Id -> group id, for texts that are all of one day."""
    rows = [_article(key, text) for key, text in texts.items()]
    return {
        member.article_id: member.group_id
        for member in group_articles(rows, settings or CopySettings()).members
    }


def _article(key: str, text: str) -> Article:
    return Article(
        article_id=key,
        source_id="",
        url="",
        title="",
        body=text,
        first_seen_at=EPOCH,
        counted_at=EPOCH,
        origin="live",
        language=UNDETERMINED,
        language_confidence=0.0,
        language_source="none",
        text_sha256=text_sha256(text),
        clean_version="",
    )
