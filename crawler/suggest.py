"""Outlets that stored coverage speaks of and the directory does not have: `drumbeat sources suggest`.

    newest articles --> their archived pages --> links in paragraphs --> domains that no outlet has
    copy groups     --> members of no outlet (from a back-fill of unlisted outlets)

Nothing is fetched and nothing is stored; each suggestion carries its evidence.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from config.clock import Clock
from config.progress import Progress
from config.workspace import Workspace
from crawler.select import finder_for
from crawler.urls import canonical, host_of, registered_domain
from storage.archive import ArchiveReader
from storage.errors import ArchiveError
from storage.records import Article
from storage.store import Store

MOST_ARTICLES: Final = 20_000
"""Newest articles whose pages are read. Decides time only: about a minute."""
EXAMPLES: Final = 3
_PARAGRAPH: Final = re.compile(rb"<p\b[^<>]{0,500}>(.{0,20000}?)</p>", re.IGNORECASE | re.DOTALL)
_LINK: Final = re.compile(rb"<a\b[^<>]{0,500}?\bhref\s*=\s*[\"']?(https?://[^\"'\s<>]{4,500})", re.IGNORECASE)
_PLATFORMS: Final = frozenset(
    ("facebook.com", "twitter.com", "x.com", "youtube.com", "youtu.be", "t.me", "telegram.org",
     "instagram.com", "tiktok.com", "whatsapp.com", "wa.me", "vk.com", "ok.ru", "linkedin.com",
     "google.com", "apple.com", "wikipedia.org", "archive.org", "bit.ly", "t.co", "goo.gl", "pinterest.com",
     "reddit.com", "threads.net", "bsky.app", "spotify.com", "soundcloud.com", "amazon.com")
)  # fmt: skip
"""Where anybody publishes: no outlet."""


@dataclass(slots=True, kw_only=True)
class Suggestion:
    """A domain that may be an outlet's."""

    domain: str
    outlets: set[str] = field(default_factory=set)
    """Outlets of the directory whose articles link to it, or share a text with it."""
    links: int = 0
    """Articles that link to it."""
    copies: int = 0
    """Its articles that are in a copy group with one of the directory's."""
    examples: list[tuple[str, str]] = field(default_factory=list)
    """(article, address that it links to or that has the same text), the first few."""

    @property
    def rank(self) -> tuple[int, int, str]:
        """By outlets that speak of it, then by how often."""
        return -len(self.outlets), -(self.links + self.copies), self.domain


def suggest(
    *, store: Store, workspace: Workspace, clock: Clock, progress: Progress, days: int = 28, least: int = 2
) -> list[Suggestion]:
    """Domains by how many outlets link to them or share texts with them, the most first.

    Args:
        days: how far back articles are read.
        least: outlets that must speak of a domain.
    """
    now = clock.now()
    articles = store.articles.between(now - timedelta(days=days), now)[-MOST_ARTICLES:]
    found = _Found(_known_domains(workspace, clock))
    listed = {source.id for source in workspace.sources}
    progress.start("articles read", len(articles))
    ours = [article for article in articles if article.source_id in listed]
    for article, address in _linked(store, workspace, ours, progress):
        found.note(article, address, links=1)
    for article, other in _copied(store, articles, listed):
        found.note(article, other.url, copies=1)
    return found.ranked(least)


class _Found:
    """Suggestions by domain."""

    def __init__(self, known: frozenset[str]) -> None:
        self._known = known
        self._items: dict[str, Suggestion] = {}

    def note(self, article: Article, address: str, *, links: int = 0, copies: int = 0) -> None:
        """Count what an article says of the domain of an address, if nobody has it."""
        domain = registered_domain(host_of(address))
        if domain in self._known:
            return
        item = self._items.setdefault(domain, Suggestion(domain=domain))
        item.outlets.add(article.source_id)
        item.links += links
        item.copies += copies
        if len(item.examples) < EXAMPLES:
            item.examples.append((article.article_id, address))

    def ranked(self, least: int) -> list[Suggestion]:
        """Those that so many outlets speak of, the most first."""
        spoken_of = [item for item in self._items.values() if len(item.outlets) >= least]
        return sorted(spoken_of, key=lambda item: item.rank)


def _known_domains(workspace: Workspace, clock: Clock) -> frozenset[str]:
    finders = (
        finder_for(source, first=False, now=clock.now(), backfill_days=1) for source in workspace.sources
    )
    return _PLATFORMS.union(*(finder.domains for finder in finders))


def _linked(
    store: Store, workspace: Workspace, articles: Sequence[Article], progress: Progress
) -> Iterator[tuple[Article, str]]:
    """An address of each domain that an article's paragraphs link to, once an article."""
    reader = ArchiveReader(workspace.archive_dir)
    for article in articles:
        progress.step()
        page = store.pages.get(article.article_id)
        if page is None or page.warc is None:
            continue
        try:
            body = reader.read(page.warc).body
        except ArchiveError:
            continue
        for address in links_of(body):
            yield article, address


def links_of(body: bytes) -> list[str]:
    """Links in the paragraphs of a page, one a domain."""
    found: dict[str, str] = {}
    for paragraph in _PARAGRAPH.findall(body):
        for raw in _LINK.findall(paragraph):
            address = canonical(raw.decode("utf-8", "replace"))
            if address is not None:
                found.setdefault(registered_domain(host_of(address)), address)
    return list(found.values())


def _copied(store: Store, articles: Sequence[Article], listed: set[str]) -> Iterator[tuple[Article, Article]]:
    """(article of an outlet of the directory, article of another with the same text)."""
    members = store.copies.of([article.article_id for article in articles])
    groups: dict[str, list[Article]] = defaultdict(list)
    for article in articles:
        if article.article_id in members:
            groups[members[article.article_id].group_id].append(article)
    for group in groups.values():
        ours = [article for article in group if article.source_id in listed]
        for other in group:
            if other.source_id not in listed:
                yield from ((article, other) for article in ours)
