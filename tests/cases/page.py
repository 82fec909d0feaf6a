"""The door `page`: archived bytes become an article, or a named refusal."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from config.settings import CleanSettings
from crawler.cleaning.extract import Refusal
from crawler.cleaning.page import extract, make_article
from storage.ids import page_id
from storage.records import Article, Page

SHOWN = 80
"""Characters of the text that are shown."""


def play(row: dict[str, Any], folder: Path) -> tuple[dict[str, Any], str]:
    """What cleaning makes of the page; beside it the whole text, empty where it was refused."""
    settings = CleanSettings()
    page = _page(row)
    found = extract(page, (folder / row["file"]).read_bytes(), row.get("headers", {}), settings)
    if isinstance(found, Refusal):
        return {"refused": found.outcome}, ""
    article = make_article(page, found, languages=(), settings=settings)
    return _told(row, article), article.body


def _page(row: dict[str, Any]) -> Page:
    fetched_at = datetime.fromisoformat(row["fetched_at"])
    return Page(
        page_id=page_id(row["url"]),
        url=row["url"],
        source_id="outlet",
        discovered_at=fetched_at,
        origin=row["origin"],
        hints=row.get("hints", {}),
        final_url=row["url"],
        fetched_at=fetched_at,
    )


def _told(row: dict[str, Any], article: Article) -> dict[str, Any]:
    return {
        "title": article.title,
        "characters": len(article.body),
        "missing": sum(text not in article.body for text in row.get("must", ())),
        "unwanted": sum(text in article.body for text in row.get("must_not", ())),
        "beginning": article.body[:SHOWN],
        "published_at": str(article.published_at),
        "source": article.date_source,
        "confidence": article.date_confidence,
        "counted_at": str(article.counted_at),
        "late": article.late,
        "language": article.language,
    }
