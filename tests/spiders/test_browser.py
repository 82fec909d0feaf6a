"""Pages drawn by a script, in Debian's Chromium."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from config.errors import ConfigError
from config.settings import CleanSettings
from crawler.browser.rendering import browser_problem
from crawler.cleaning.page import extract
from storage.archive import ArchiveReader, ArchiveWriter
from storage.warc import UNRENDERED, ArchivedResponse
from tests.crawler.lab import NOW, Lab, source
from tests.crawler.server import LocalSite, Page, Redirect, article, rss

CHROMIUM = Path("/usr/bin/chromium")
TEXT = "The minister said on Tuesday that the bridge will be open before the rains begin. " * 8
DRAWN = """<!DOCTYPE html><html><head><title>Bridge</title></head><body><div id="app"></div>
<img src="/picture.png"><script src="/app.js"></script></body></html>"""
SCRIPT = """
const app = document.getElementById("app");
const put = (name, text) => { const p = document.createElement("p"); p.className = name; p.textContent = text;
                              app.append(p); };
const ask = url => fetch(url, {mode: "no-cors"}).then(a => a.text()).catch(() => "");
(async () => {
  const story = await (await fetch("/api/story.json")).json();
  app.innerHTML = "<h1>" + story.title + "</h1>";
  story.text.forEach(text => put("text", text));
  await ask("/api/closed.json");
  await ask("ELSEWHERE/secret");
  await ask("/leads-elsewhere");
})();
"""


@pytest.fixture
def elsewhere() -> Iterator[LocalSite]:
    """Another server of the private network."""
    with LocalSite() as opened:
        yield opened


@pytest.mark.slow
def test_a_page_drawn_by_a_script_is_rendered(
    site: LocalSite, elsewhere: LocalSite, lab: Callable[..., Lab]
) -> None:
    """The raw response is rendered as it came, under robots.txt, without pictures and without reaching the
    private network, redirects included; both are archived, the DOM as a conversion of the response. A page
    that has its text is left alone, and so is every page of an outlet that did not ask for it.
    """
    if problem := browser_problem(CHROMIUM):
        pytest.skip(problem)
    elsewhere.put("/secret", Page(b"secret", "text/plain"))
    site.put("/robots.txt", Page(b"User-agent: *\nDisallow: /api/closed", "text/plain"))
    drawn = site.put("/news/drawn.html", Page(DRAWN.encode()))
    whole = site.put("/news/whole.html", Page(article("Whole", TEXT)))
    script = SCRIPT.replace("ELSEWHERE", elsewhere.url(""))
    site.put("/app.js", Page(script.encode(), "text/javascript"))
    site.put("/leads-elsewhere", Redirect(elsewhere.url("/secret")))
    story = {"title": "The bridge", "text": [TEXT, TEXT]}
    site.put("/api/story.json", Page(json.dumps(story).encode(), "application/json"))
    feed = site.put("/feed.xml", Page(rss([drawn, whole])))
    other = site.put("/other.xml", Page(rss([site.put("/other/drawn.html", Page(DRAWN.encode()))])))
    room = lab(source([feed], browser="without_text"), source([other], source_id="other"))
    counts = room.crawl()
    assert (counts["stored"], counts["rendered"]) == (3, 1)
    page, reader = room.page(drawn), ArchiveReader(room.workspace.archive_dir)
    assert page.warc is not None
    rendered = reader.read(page.warc)
    assert b"before the rains begin" in rendered.body
    assert not hasattr(extract(page, rendered.body, dict(rendered.headers), CleanSettings()), "outcome")
    place = reader.unrendered(page.warc, rendered)
    assert place is not None
    raw = reader.read(place)
    assert (raw.body, raw.kind, raw.url) == (DRAWN.encode(), UNRENDERED, drawn)
    assert conversions(room) == [(f"{rendered.rendered_from}", drawn)]
    seen = [request.path for request in site.requests]
    assert seen.count("/news/drawn.html") == 1
    assert seen.count("/app.js") == 1
    assert "/leads-elsewhere" in seen
    assert not {"/picture.png", "/api/closed.json"} & set(seen)
    assert elsewhere.requests == []


def conversions(room: Lab) -> list[tuple[str, str]]:
    """(raw record, address) of the conversions in the archive, as warcio reads them."""
    found = []
    for path in room.workspace.archive_dir.glob("*.warc.gz"):
        with path.open("rb") as file:
            for record in ArchiveIterator(file):
                if record.rec_type == "conversion":
                    get = record.rec_headers.get_header
                    found.append((get("WARC-Refers-To"), get("WARC-Target-URI")))
    return found


def test_a_rendered_record_comes_back(tmp_path: Path) -> None:
    """What a browser made of a response is told from the response, and leads to it."""
    with ArchiveWriter(tmp_path, max_bytes=10**6, name="crawl") as writer:
        place = writer.write(
            url="https://a.example/1",
            final_url="https://a.example/1",
            fetched_at=NOW,
            status=203,
            http_headers=[("Content-Type", "text/html; charset=windows-1251"), ("X-Of", "the server")],
            body=b"<div></div>",
            kind="page",
            rendered="<p>Мост</p>".encode(),
        )
    reader = ArchiveReader(tmp_path)
    rendered = reader.read(place)
    raw = reader.unrendered(place, rendered)
    assert raw is not None
    assert (rendered.body.decode(), rendered.status, rendered.kind) == ("<p>Мост</p>", 203, "page")
    assert dict(rendered.headers)["Content-Type"] == "text/html; charset=utf-8"
    first = reader.read(raw)
    assert (first.body, first.kind, dict(first.headers)["X-Of"]) == (b"<div></div>", UNRENDERED, "the server")
    assert [response.kind for _, response in reader.records()] == [UNRENDERED, "page"]
    assert isinstance(rendered, ArchivedResponse)


def test_a_browser_that_is_missing_is_told_at_the_start(site: LocalSite, lab: Callable[..., Lab]) -> None:
    """A source that wants a browser is an error where there is none, and nobody is asked for anything."""
    room = lab(source([site.url("/feed.xml")], browser="always"), browser_path=Path("/nowhere/chromium"))
    with pytest.raises(ConfigError, match="rendered in a browser"):
        room.crawl()
    assert site.requests == []
