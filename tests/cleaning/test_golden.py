"""Our own pages: eight layouts in eight languages, with everything round the article that misleads
extractors."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.cleaning.dates import DateDecision, decide_date
from crawler.cleaning.extract import Extraction, extract_page
from crawler.cleaning.language import identify

FOLDER = Path(__file__).parent / "golden"
PAGES = tomllib.loads((FOLDER / "truth.toml").read_text(encoding="utf-8"))["page"]
SEEN = datetime(2026, 2, 15, 12, tzinfo=UTC)


def extracted(page: dict[str, Any]) -> Extraction:
    """The page, cleaned."""
    found = extract_page((FOLDER / page["file"]).read_bytes(), url=page["url"], latest=SEEN.date())
    assert isinstance(found, Extraction), found
    return found


def dated(page: dict[str, Any], found: Extraction) -> DateDecision:
    """Its date, decided."""
    return decide_date(
        found.date_claims, page["url"], first_seen_at=SEEN, fetched_at=SEEN, guess=lambda: found.guessed_day
    )


@pytest.mark.parametrize("page", PAGES, ids=[page["file"] for page in PAGES])
def test_the_text_is_the_article_and_nothing_else(page: dict[str, Any]) -> None:
    """From the first word to the last, every paragraph, and no comment, teaser, dialogue,
    caption or notice.
    """
    found = extracted(page)
    assert found.title == page["title"]
    assert found.body.startswith(page["begins"])
    assert found.body.endswith(page["ends"])
    assert [part for part in page["must"] if part not in found.body] == []
    assert [part for part in page["must_not"] if part in found.body] == []
    least, most = page["characters"]
    assert least <= len(found.body) <= most
    assert list(found.authors) == page.get("authors", [])


@pytest.mark.parametrize("page", PAGES, ids=[page["file"] for page in PAGES])
def test_date_and_language_are_told(page: dict[str, Any]) -> None:
    """The day with the confidence its evidence deserves; the language whatever the template declares."""
    found = extracted(page)
    decision = dated(page, found)
    if "day" in page:
        assert decision.day == date.fromisoformat(page["day"])
    assert decision.confidence == page["confidence"]
    assert identify(f"{found.title}\n{found.body}", declared=found.languages).language == page["language"]
