"""Later versions of pages: cleaned as the first was, and compared with the text before.

The article stays as the first version made it, with its passages and its place in the counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from crawler.cleaning.extract import Refusal
from crawler.cleaning.pool import Cleaned, CleaningPool, answer_of
from crawler.cleaning.version import CLEAN_VERSION
from storage.differences import changed_words, difference
from storage.records import Article, Change, Page, PageVersion, VersionText
from storage.store import Store

_STORED = "stored"
_GONE = frozenset({"http_404", "http_410", "soft_404"})
"""Outcomes, of a fetch or of cleaning, that say that the article is not there any more."""
AT_ONCE = 50
"""Pages whose versions are cleaned together. Decides memory only."""


@dataclass(frozen=True, slots=True)
class _Before:
    """What a page said last, and whether it was gone since."""

    text: str | None
    sha256: str | None
    is_gone: bool = False


def clean_versions(
    store: Store, pool: CleaningPool, languages: Mapping[str, tuple[str, ...]], *, again: bool
) -> dict[str, int]:
    """Clean and compare the versions of every page that has one which today's rules have not seen.

    Returns:
        Versions by what they say, `version_<change>`.
    """
    counts: Counter[str] = Counter()
    last, rules = "", "" if again else CLEAN_VERSION
    while page_ids := store.versions.to_clean(rules, after=last, limit=AT_ONCE):
        last = page_ids[-1]
        texts = [text for page_id in page_ids for text in _texts_of(store, pool, languages, page_id)]
        store.versions.save(texts)
        counts.update(f"version_{text.change}" for text in texts)
    return dict(counts)


def _texts_of(
    store: Store, pool: CleaningPool, languages: Mapping[str, tuple[str, ...]], page_id: str
) -> list[VersionText]:
    """All versions of a page, cleaned and compared in their order."""
    page = store.pages.get(page_id)
    if page is None:
        return []
    versions = store.pages.versions(page_id)
    pruned = {version.fetched_at for version in versions if version.outcome == _STORED and not version.warc}
    known = {text.fetched_at: text for text in store.versions.texts(page_id) if text.fetched_at in pruned}
    there = [version for version in versions if version.outcome == _STORED and version.warc]
    started = pool.start([_as_page(page, version) for version in there], languages)
    answers = {version.fetched_at: answer_of(answer) for version, answer in zip(there, started, strict=True)}
    cleaned = [answers.get(version.fetched_at, Refusal(version.outcome)) for version in versions]
    return compared(store.articles.get(page_id), versions, cleaned, known)


def _as_page(page: Page, version: PageVersion) -> Page:
    """The page as the version answered; its last address is the archive's to tell."""
    return replace(
        page, fetched_at=version.fetched_at, sha256=version.sha256, warc=version.warc, final_url=None
    )


def compared(
    article: Article | None,
    versions: Sequence[PageVersion],
    cleaned: Sequence[Cleaned],
    known: Mapping[datetime, VersionText] | None = None,
) -> list[VersionText]:
    """What each version says of an article, given the texts before it. Pure.

    Args:
        known: moment of the fetch -> what was made of a version whose record was pruned since.
    """
    before = _Before(_whole(article), article.text_sha256) if article else _Before(None, None)
    found: list[VersionText] = []
    for version, answer in zip(versions, cleaned, strict=True):
        text = (known or {}).get(version.fetched_at) or _compared_with(before, version, answer)
        found.append(text)
        before = _after(before, text)
    return found


def _compared_with(before: _Before, version: PageVersion, answer: Cleaned) -> VersionText:
    if isinstance(answer, Refusal):
        change: Change = "withdrawn" if answer.outcome in _GONE else "unclear"
        return VersionText(
            page_id=version.page_id,
            fetched_at=version.fetched_at,
            change=change,
            clean_outcome=answer.outcome,
            clean_version=CLEAN_VERSION,
        )
    added, removed = changed_words(difference(before.text or "", _whole(answer)))
    return VersionText(
        page_id=version.page_id,
        fetched_at=version.fetched_at,
        change=_change(before, answer),
        clean_outcome="article",
        clean_version=CLEAN_VERSION,
        title=answer.title,
        body=answer.body,
        text_sha256=answer.text_sha256,
        added=added,
        removed=removed,
    )


def _change(before: _Before, answer: Article) -> Change:
    """What a text says of the one before it."""
    if before.text is None:
        # There was no article to be edited.
        return "unclear"
    if answer.text_sha256 != before.sha256:
        return "edited"
    return "returned" if before.is_gone else "same_text"


def _after(before: _Before, text: VersionText) -> _Before:
    if text.body is not None and text.title is not None:
        return _Before(f"{text.title}\n{text.body}", text.text_sha256)
    return replace(before, is_gone=before.is_gone or text.change == "withdrawn")


def _whole(article: Article) -> str:
    return f"{article.title}\n{article.body}"
