"""What an outlet of the sample world answers to a request at a moment of the virtual clock. Pure: no network,
no clock of its own.

request path --> 503 while the outlet is down --> robots.txt | feed | listing | article | 404
                 (articles and entries exist from their `visible` moment on; ETag and Last-Modified give 304)
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import cache
from hashlib import blake2b
from typing import Any

import jinja2

from drumbeat.sample.pieces import Piece, World, dice
from drumbeat.sample.plan import FOLDER, Outlet, Way
from drumbeat.sample.texts import Book

WAY_PATHS: dict[Way, str] = {
    "rss": "/rss.xml",
    "atom": "/atom.xml",
    "news_sitemap": "/news-sitemap.xml",
    "section": "/latest",
}
"""Where an outlet's feeds, news sitemap and section page stand."""
LISTED = {"/rss.xml": 15, "/atom.xml": 15, "/news-sitemap.xml": 30, "/latest": 20}
"""How many of the newest articles the listings made for readers of links hold."""
FRONT = 12
"""How many the front page and the sections of the menu hold."""
FEED_TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP response: status, headers, body."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def _plain(status: int, body: bytes) -> Answer:
    return Answer(status=status, body=body, headers={"Content-Type": "text/plain"})


class Site:
    """One outlet's site, served under `base` (scheme, host and port, no slash at the end)."""

    def __init__(self, world: World, book: Book, outlet: Outlet, base: str) -> None:
        self.world, self.book, self.outlet, self.base = world, book, outlet, base
        self._pieces = [piece for piece in world.pieces if piece.outlet == outlet.id]
        self._by_path = {piece.path: piece for piece in self._pieces}
        self._sections = {f"/section/{number}": word for number, word in enumerate(book.phrases.menu, 1)}

    def answer(self, path: str, headers: Mapping[str, str], now: datetime) -> Answer:
        """The answer to a GET of `path` at `now`; header names of the request are lower case."""
        if self.world.plan.is_down(self.outlet.id, now):
            return _plain(503, b"Service Unavailable (the sample world plays an outage)\n")
        if path == "/robots.txt":
            return self._robots()
        piece = self._by_path.get(path)
        if piece is not None and piece.visible <= now:
            return self._sent(self._article(piece), "text/html", piece.visible, headers)
        if path in {WAY_PATHS[way] for way in self.outlet.ways}:
            return self._listing(path, headers, now)
        if path == "/" or path in self._sections:
            return self._front(path, headers, now)
        return _plain(404, b"Not Found\n")

    def _robots(self) -> Answer:
        """Robots rules; outlets of the blog design have none."""
        if self.outlet.page == "blog":
            return _plain(404, b"Not Found\n")
        lines = ["# Invented outlet of the Drumbeat sample world", "User-agent: *", "Disallow: /private/"]
        if self.outlet.page == "classic":
            lines.append("Crawl-delay: 0")
        if "news_sitemap" in self.outlet.ways:
            lines.append(f"Sitemap: {self.base}{WAY_PATHS['news_sitemap']}")
        return _plain(200, "\n".join([*lines, ""]).encode())

    def _listing(self, path: str, headers: Mapping[str, str], now: datetime) -> Answer:
        """A feed, the news sitemap, or the section page of the newest."""
        template = "listing.html" if path == "/latest" else path.removeprefix("/").replace("-", "_")
        kind = "text/html" if path == "/latest" else "application/xml"
        shown = self._newest(now)[: LISTED[path]]
        return self._shown(template, self.book.ui["latest"], shown, kind=kind, headers=headers)

    def _front(self, path: str, headers: Mapping[str, str], now: datetime) -> Answer:
        """The front page, or a section of the menu: every fifth article."""
        sections = list(self._sections)
        pieces = self._newest(now)
        if path in sections:
            pieces = [
                piece for piece in pieces if self._pieces.index(piece) % len(sections) == sections.index(path)
            ]
        return self._shown(
            "listing.html",
            self._sections.get(path, self.outlet.brand),
            pieces[:FRONT],
            kind="text/html",
            headers=headers,
        )

    def _newest(self, now: datetime) -> list[Piece]:
        return [piece for piece in reversed(self._pieces) if piece.listed and piece.visible <= now]

    def _shown(
        self, template: str, title: str, pieces: Sequence[Piece], *, kind: str, headers: Mapping[str, str]
    ) -> Answer:
        text = (
            _templates()
            .get_template(template)
            .render(page=self._page(title, entries=[_entry(piece) for piece in pieces]))
        )
        modified = pieces[0].visible if pieces else self.world.plan.at(0)
        return self._sent(text, kind, modified, headers)

    def _article(self, piece: Piece) -> str:
        stated = None if piece.stated is None else piece.published
        seen = [other for other in self._pieces if other.visible <= piece.visible and other.listed]
        before = [other for other in seen if other is not piece][-3:]
        extra = {
            "piece": piece,
            "published": _iso(stated),
            "shown": f"{stated:%d.%m.%Y %H:%M}" if stated else None,
            "jsonld": self._jsonld(piece),
            "related": [_entry(other) for other in before],
            "comments": self._comments(piece),
        }
        return (
            _templates()
            .get_template(f"{self.outlet.page}.html")
            .render(page=self._page(piece.title, **extra))
        )

    def _page(self, title: str, **extra: Any) -> dict[str, Any]:
        """What every page of the outlet needs."""
        return {
            "outlet": self.outlet,
            "base": self.base,
            "title": title,
            "ui": self.book.ui,
            "menu": self.book.phrases.menu,
            "direction": "rtl" if self.outlet.language == "ar" else "ltr",
            "feeds": [
                {"path": WAY_PATHS[way], "type": FEED_TYPES[way]}
                for way in self.outlet.ways
                if way in FEED_TYPES
            ],
            "piece": None,
        } | extra

    def _jsonld(self, piece: Piece) -> dict[str, Any]:
        """Schema.org metadata; the date it states is wrong on a few pages and absent on others."""
        data: dict[str, Any] = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": piece.title,
        }
        data |= {
            "inLanguage": piece.language,
            "publisher": {"@type": "NewsMediaOrganization", "name": self.outlet.brand},
        }
        if piece.stated:
            data["datePublished"] = _iso(piece.stated)
        if piece.author:
            data["author"] = {"@type": "Person", "name": piece.author}
        return data

    def _comments(self, piece: Piece) -> list[dict[str, str]]:
        roll = dice("comments", piece.outlet, piece.path)
        texts = roll.sample(self.book.comments, roll.randint(0, 3))
        return [{"name": roll.choice(self.book.phrases.authors).split()[0], "text": text} for text in texts]

    def _sent(self, text: str, kind: str, modified: datetime, asked: Mapping[str, str]) -> Answer:
        """`text` as the outlet sends it: its charset, compression and validators; 304 where the client has it
        already.
        """
        body = text.encode(self.outlet.charset, "xmlcharrefreplace")
        tag = f'"{blake2b(body, digest_size=8).hexdigest()}"'
        headers = {
            "Content-Type": f"{kind}; charset={self.outlet.charset}",
            "ETag": tag,
            "Last-Modified": format_datetime(modified, usegmt=True),
        }
        if _unchanged(asked, tag, modified):
            return Answer(status=304, headers=headers)
        if self.outlet.gzip and "gzip" in asked.get("accept-encoding", ""):
            return Answer(
                status=200, body=gzip.compress(body, mtime=0), headers=headers | {"Content-Encoding": "gzip"}
            )
        return Answer(status=200, body=body, headers=headers)


def _unchanged(asked: Mapping[str, str], tag: str, modified: datetime) -> bool:
    """RFC 9110: the entity tag decides where the client sends one, else the date."""
    if "if-none-match" in asked:
        return tag in asked["if-none-match"]
    try:
        return modified.replace(microsecond=0) <= parsedate_to_datetime(
            asked["if-modified-since"]
        ).astimezone(UTC)
    except (KeyError, ValueError):
        return False


def _entry(piece: Piece) -> dict[str, str | None]:
    """A piece as listings show it: the teaser is its first sentence or so."""
    dated = piece.published if piece.stated else None
    first = piece.paragraphs[0]
    return {
        "path": piece.path,
        "title": piece.title,
        "teaser": first if len(first) < 140 else first[:140].rsplit(" ", 1)[0] + " …",
        "published": _iso(dated),
        "rfc822": format_datetime(dated, usegmt=True) if dated else None,
        "visible": _iso(piece.visible),
    }


def _iso(moment: datetime | None) -> str | None:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else None


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER / "pages"),
        autoescape=True,
        trim_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
