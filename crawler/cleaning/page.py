"""From an archived page to its article, or to a named reason why not. Pure: the archive is read elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from config.settings import CleanSettings
from config.undetermined import UNDETERMINED
from crawler.cleaning.dates import DateDecision, count_at, decide_date
from crawler.cleaning.extract import Extraction, Refusal, extract_page
from crawler.cleaning.language import identify
from crawler.cleaning.version import CLEAN_VERSION
from crawler.urls import is_front_page
from storage.records import Article, Page
from storage.text import text_sha256

HABIT_ARTICLES = 50
"""How many articles' worth of habit the languages of the source directory are. Chosen, not measured."""


def extract(
    page: Page, body: bytes, headers: Mapping[str, str], settings: CleanSettings
) -> Extraction | Refusal:
    """The heavy half, done in a worker process: text and the page's own claims."""
    if page.final_url and is_front_page(page.final_url) and not is_front_page(page.url):
        # How many sites answer for an article that is gone; the front page's teasers are not it.
        return Refusal("soft_404")
    return extract_page(
        body,
        url=page.final_url or page.url,
        headers=headers,
        hints=page.hints,
        latest=(page.fetched_at or page.discovered_at).date(),
        min_characters=settings.min_characters,
    )


def make_article(
    page: Page, found: Extraction, *, languages: Sequence[str], settings: CleanSettings
) -> Article:
    """Decide date and language from the claims.

    Args:
        languages: of the outlet, as the source directory states them. Its own last articles would be the
            better habit, but then the answer would depend on what was cleaned before.
    """
    text = f"{found.title}\n{found.body}"
    habit = _habit(languages)
    language = identify(text, declared=found.languages, habit=habit, seed=settings.seed)
    date = _decided(page, found, language.language)
    counted_at, late = count_at(date, first_seen_at=page.discovered_at, origin=page.origin)
    return Article(
        article_id=page.page_id,
        source_id=page.source_id,
        url=page.final_url or page.url,
        title=found.title,
        body=found.body,
        authors=found.authors,
        published_at=date.published_at,
        date_source=date.source,
        date_confidence=date.confidence,
        date_claims=date.claims,
        first_seen_at=page.discovered_at,
        counted_at=counted_at,
        late=late,
        origin=page.origin,
        language=language.language,
        language_confidence=language.confidence,
        language_source=language.source,
        text_sha256=text_sha256(text),
        clean_version=CLEAN_VERSION,
        declared_access=found.declared_access,
        observed_access=found.observed_access,
    )


def _habit(languages: Sequence[str]) -> dict[str, int]:
    """The languages of a directory's entry as articles of each; nothing where it leaves the language open."""
    tags = [tag.split("-")[0] for tag in languages if tag != UNDETERMINED]
    return {tag: HABIT_ARTICLES // len(tags) for tag in tags}


def _decided(page: Page, found: Extraction, language: str) -> DateDecision:
    return decide_date(
        found.date_claims,
        page.final_url or page.url,
        first_seen_at=page.discovered_at,
        fetched_at=page.fetched_at or page.discovered_at,
        guess=lambda: found.guessed_day,
        languages=(language,),
    )
