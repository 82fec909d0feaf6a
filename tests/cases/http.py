"""The door `http`: a local server answers as the case says, is crawled as often as it says, and its pages are
cleaned.

Answers of a route come in order, the last one stays. `article` is a page with that headline; `rss_of`,
`sitemap_of`, `index_of` are listings of
these paths; `raw_headers` are sent as they stand; an answer with `unless_cookie` is for those who do not send
that cookie, the others get the
next; `OTHER-HOST/path` is served by a second server.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.sax.saxutils import escape

from config.settings import CleanSettings
from crawler.cleaning.extract import Refusal
from crawler.cleaning.page import extract, make_article
from crawler.cleaning.stage import clean_result
from crawler.cleaning.version import CLEAN_VERSION
from storage.archive import ArchiveReader
from storage.records import Page
from tests.crawler.lab import Lab, source
from tests.crawler.reactor import ensure_reactor
from tests.crawler.server import LocalSite, Visit

OTHER = "OTHER-HOST"
OTHER_ADDRESS = "127.0.0.2"
LISTING_TYPES = {
    "rss_of": "application/rss+xml",
    "sitemap_of": "application/xml",
    "index_of": "application/xml",
}
PROSE = (
    "The harbour authority said on Monday that work on the northern quay had ended a month ahead of time, "
    "and that the first ships would be let in before the rains. The minister of transport thanked the "
    "engineers, who had replaced forty pillars and cleared the channel of three old wrecks in less than "
    "two years. "
)


def play(row: dict[str, Any], folder: Path) -> tuple[dict[str, Any], Any]:
    """What was crawled: pages with their outcomes, articles, polls, and how often each page was archived."""
    case = row["input"] if "input" in row else json.loads((folder / row["file"]).read_text(encoding="utf-8"))
    ensure_reactor()
    with _sites(case) as (site, hosts), TemporaryDirectory() as root:
        lab = Lab(Path(root) / "w", [_outlet(case, site)], allow_private_addresses=True)
        try:
            for crawl in range(case.get("crawls", 1)):
                if crawl:
                    lab.later(hours=case.get("hours_between", 3))
                lab.crawl()
            _clean(lab)
            return _told(lab, hosts), None
        finally:
            lab.close()


@contextmanager
def _sites(case: dict[str, Any]) -> Iterator[tuple[LocalSite, dict[str, str]]]:
    with LocalSite() as site, LocalSite(OTHER_ADDRESS) as other:
        hosts = {site.url("").removeprefix("http://"): "", other.url("").removeprefix("http://"): OTHER}
        for path, answers in case["routes"].items():
            on = other if path.startswith(OTHER) else site
            script = Script(answers, site.url(""), other.url("").removeprefix("http://"))
            on.put(path.removeprefix(OTHER), script)
        yield site, hosts


def _outlet(case: dict[str, Any], site: LocalSite) -> Any:
    feeds = [{"url": site.url(path), "kind": kind} for path, kind in _listings(case)]
    return source(feeds, poll_minutes=60)


def _listings(case: dict[str, Any]) -> list[tuple[str, str]]:
    """What the directory names: every listing that no index of the case names."""
    named = {
        path
        for answers in case["routes"].values()
        for answer in answers
        for path in answer.get("index_of", ())
    }
    kinds = {"rss_of": "feed", "sitemap_of": "sitemap", "index_of": "sitemap"}
    listings = [
        (path, kinds[key])
        for path, answers in case["routes"].items()
        for key in kinds
        if any(key in answer for answer in answers) and not path.startswith(OTHER)
    ]
    # where all name each other, the first begins
    return [(path, kind) for path, kind in listings if path not in named] or listings[:1]


def _clean(lab: Lab) -> None:
    """As the stage does, without its processes: what they cost is more than the crawl."""
    archive = ArchiveReader(lab.workspace.archive_dir)
    for page in lab.store.pages.to_clean(CLEAN_VERSION):
        assert page.warc is not None
        response = archive.read(page.warc)
        found = extract(page, response.body, dict(response.headers), CleanSettings())
        made = (
            found
            if isinstance(found, Refusal)
            else make_article(page, found, languages=(), settings=CleanSettings())
        )
        lab.store.articles.save([clean_result(page, made, run_id="clean")])


def _told(lab: Lab, hosts: dict[str, str]) -> dict[str, Any]:
    def short(url: str) -> str:
        host, _, path = url.removeprefix("http://").partition("/")
        return f"{hosts.get(host, host)}/{path}"

    rows = [page for key in _page_ids(lab) if (page := lab.store.pages.get(key)) is not None]
    found = [lab.store.articles.get(page.page_id) for page in rows]
    records = [response for _, response in ArchiveReader(lab.workspace.archive_dir).records()]
    return {
        "found": len(rows),
        "pages": [{"url": short(page.url), **_fetched(lab, page)} for page in rows],
        "articles": [{"url": short(row.url), "title": row.title} for row in found if row is not None],
        "polls": [{"url": short(poll.feed_url), "outcome": poll.outcome} for poll in lab.polls()],
        "archived": [
            {"url": short(record.url), "kind": record.kind, "bytes": len(record.body)} for record in records
        ],
    }


def _fetched(lab: Lab, page: Page) -> dict[str, Any]:
    """What became of a page."""
    return {
        "outcome": page.fetch_outcome or "waiting",
        "clean": page.clean_outcome,
        "fetches": page.attempts,
        "versions": [version.outcome for version in lab.store.pages.versions(page.page_id)],
    }


def _page_ids(lab: Lab) -> list[str]:
    with closing(sqlite3.connect(lab.root / "drumbeat.db")) as database:
        return [key for (key,) in database.execute("SELECT page_id FROM pages ORDER BY url")]


@dataclass(slots=True)
class Script:
    """The answers of one route, in order; the last one stays."""

    answers: Sequence[dict[str, Any]]
    base: str
    other: str
    served: int = 0

    def serve(self, request: Visit) -> None:
        """Send the answer whose turn it is."""
        answer = self._next(request)
        headers = answer.get("headers", {})
        body = self._body(answer, request.path)
        lines = [*(f"{name}: {value}" for name, value in headers.items()), *answer.get("raw_headers", ())]
        lines = [line.replace(OTHER, self.other) for line in lines]
        if not any(line.lower().startswith("content-type") for line in lines):
            lines.append(f"Content-Type: {_default_type(answer)}")
        lines.append(f"Content-Length: {len(body)}")
        head = "\r\n".join([f"HTTP/1.1 {answer.get('status', 200)} As Told", *lines, "", ""])
        request.wfile.write(head.encode("utf-8") + body)

    def _next(self, request: Visit) -> dict[str, Any]:
        place = min(self.served, len(self.answers) - 1)
        answer = self.answers[place]
        wanted = answer.get("unless_cookie")
        if wanted is None:
            self.served += 1
            return answer
        has_cookie = wanted in (request.headers.get("Cookie") or "")
        return self.answers[min(place + 1, len(self.answers) - 1)] if has_cookie else answer

    def _body(self, answer: dict[str, Any], path: str) -> bytes:
        if "article" in answer:
            return _article(answer, self.base, path).encode()
        for kind, made in (("rss_of", _rss), ("sitemap_of", _sitemap), ("index_of", _index)):
            if kind in answer:
                return made(self.base, answer[kind], answer.get("dates", ())).encode()
        text: str = answer.get("body", "")
        return text.encode()


def _default_type(answer: dict[str, Any]) -> str:
    return next((kind for key, kind in LISTING_TYPES.items() if key in answer), "text/html")


def _article(answer: dict[str, Any], base: str, path: str) -> str:
    canonical = answer.get("canonical")
    link = f'<link rel="canonical" href="{escape(base + canonical)}">' if canonical else ""
    paragraphs = "".join(f"<p>{answer['article']}. {PROSE * 2}</p>" for _ in range(3))
    return (
        f'{answer.get("before", "")}<!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml" lang="en">'
        f"<head><title>{answer['article']}</title>{link}</head>"
        f"<body><article><h1>{answer['article']}</h1>{paragraphs}</article></body></html>"
    )


def _rss(base: str, paths: Sequence[str], dates: Sequence[str]) -> str:
    stamps = [f"<pubDate>{date}</pubDate>" for date in dates] + [""] * len(paths)
    items = "".join(
        f"<item><title>Story</title><link>{escape(base + path)}</link>{stamp}</item>"
        for path, stamp in zip(paths, stamps, strict=False)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{items}</channel></rss>'


def _sitemap(base: str, paths: Sequence[str], dates: Sequence[str]) -> str:
    return _locations("urlset", "url", base, paths, dates)


def _index(base: str, paths: Sequence[str], dates: Sequence[str]) -> str:
    return _locations("sitemapindex", "sitemap", base, paths, dates)


def _locations(root: str, each: str, base: str, paths: Sequence[str], dates: Sequence[str]) -> str:
    stamps = [f"<lastmod>{date}</lastmod>" for date in dates] + [""] * len(paths)
    rows = "".join(
        f"<{each}><loc>{escape(base + path)}</loc>{stamp}</{each}>"
        for path, stamp in zip(paths, stamps, strict=False)
    )
    return f'<?xml version="1.0"?><{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</{root}>'
