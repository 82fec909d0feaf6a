"""History from WARC files: what is taken, what is left, and that nothing is taken twice."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.errors import ConfigError
from storage.archive import ArchiveReader, ArchiveWriter
from storage.check import check
from tests.backfill.warcs import KEPT, Warc, fill, outcomes
from tests.crawler.lab import Lab, source
from tests.crawler.server import LocalSite, Page, Visit, article, rss

MakeLab = Callable[..., Lab]
OUTLET = "https://outlet.test"


def outlet_lab(lab: MakeLab, **settings: object) -> Lab:
    """A workspace with one outlet that is never crawled."""
    made = source([f"{OUTLET}/feed.xml"], domain="outlet.test", allow_private_addresses=False)
    return lab(made, **settings)


@pytest.mark.parametrize("packed", [True, False])
def test_pages_of_the_directory_are_taken(lab: MakeLab, tmp_path: Path, packed: bool) -> None:
    """An outlet's pages are kept with their bytes, moment and the origin `backfill`; all else is counted by
    its reason."""
    made = outlet_lab(lab)
    warc = Warc(packed=packed)
    warc.add(f"{OUTLET}/one.html", article("One")).add(f"{OUTLET}/two.html?utm_source=x", article("Two"))
    warc.add("https://stranger.test/x", article("Stranger")).add(f"{OUTLET}/", article("Front"))
    warc.add(f"{OUTLET}/gone", b"no", status="404 Not Found").add(f"{OUTLET}/a.pdf", b"%PDF-1.7", headers=())
    warc.add(f"{OUTLET}/moved", b"", status="301 Moved", headers=(("Location", "/one.html"),))
    warc.add(f"{OUTLET}/robots.txt", b"User-agent: *")
    counts = fill(made, warc.save(tmp_path / "x.warc"))
    assert outcomes(counts) == {
        "stored": 2, "not_listed": 1, "no_article": 2, "http_404": 1, "not_html": 1, "redirect": 1,
    }  # fmt: skip
    assert counts["responses"] == 8
    page = made.page(f"{OUTLET}/two.html")
    assert (page.origin, page.fetch_outcome, page.source_id) == ("backfill", "stored", "outlet")
    assert (page.discovered_at, page.fetched_at) == (KEPT, KEPT)
    assert page.discovered_from == str(tmp_path / "x.warc")
    assert page.warc is not None
    assert ArchiveReader(made.workspace.archive_dir).read(page.warc).body == article("Two")
    report = check(made.store, made.workspace.archive_dir, adopt=False, clock=made.clock)
    assert (report.orphans, report.missing, report.records) == ((), (), 2)


def test_what_was_crawled_is_not_taken_twice(site: LocalSite, lab: MakeLab, tmp_path: Path) -> None:
    """A crawled page stays as it is, also where the archive has it by http, with www or under another address
    that it names as its own."""
    one = site.put("/news/one.html", Page(article("One")))
    made = lab(source([site.put("/feed.xml", Page(rss([one])))]))
    made.crawl()
    before = made.page(one)
    warc = Warc()
    warc.add(one, article("One, edited")).add(one.replace("http:", "https:"), article("One"))
    head = f'<html><head><link rel="canonical" href="{one}"></head><body>{"<p>text</p>" * 50}'
    warc.add(one + "?print=1", head.encode())
    counts = fill(made, warc.save(tmp_path / "x.warc"))
    assert outcomes(counts) == {"known": 2, "duplicate": 1}
    assert made.page(one) == before
    assert made.store.pages.addresses(before.page_id) == [one + "?print=1"]


def test_what_the_outlet_did_not_give_is_taken(site: LocalSite, lab: MakeLab, tmp_path: Path) -> None:
    """A page that answered 404 is filled in from the archive; one that robots.txt forbids is not."""
    site.put("/robots.txt", Page(b"User-agent: *\nDisallow: /closed/", "text/plain"))
    gone, closed = site.url("/gone.html"), site.url("/closed/x.html")
    made = lab(source([site.put("/feed.xml", Page(rss([gone, closed])))]), attempts=1)
    made.crawl()
    assert made.page(gone).fetch_outcome == "http_404"
    warc = Warc().add(gone, article("Gone")).add(closed, article("Closed"))
    assert outcomes(fill(made, warc.save(tmp_path / "x.warc"))) == {"stored": 1, "known": 1}
    page = made.page(gone)
    assert (page.fetch_outcome, page.origin, page.fetched_at) == ("stored", "backfill", KEPT)
    assert made.page(closed).fetch_outcome == "robots_denied"


def test_unlisted_outlets_are_taken_when_told_so(lab: MakeLab, tmp_path: Path) -> None:
    """With `unlisted` a stranger's domain stands for the outlet; with a period only what was kept in it."""
    made = outlet_lab(lab)
    warc = Warc().add("https://www.stranger.test/x", article("A")).add(f"{OUTLET}/b", article("B"))
    path = warc.save(tmp_path / "x.warc")
    early = fill(made, path, unlisted=True, last=KEPT.date().replace(day=4))
    assert outcomes(early) == {"outside_period": 2}
    assert outcomes(fill(made, path, unlisted=True, again=True)) == {"stored": 2}
    assert made.page("https://www.stranger.test/x").source_id == "stranger.test"


def test_codings_are_undone(lab: MakeLab, tmp_path: Path) -> None:
    """Chunks, gzip and Brotli are undone, also where only their label is left; bombs are outcomes."""
    from fastwarc.stream_io import BrotliWriter

    class Sink(bytearray):
        def write(self, data: bytes) -> int:
            self.extend(data)
            return len(data)

        def flush(self) -> None:
            pass

    made = outlet_lab(lab)
    body, sink = article("Coded"), Sink()
    brotli = BrotliWriter(sink)
    brotli.write(body)
    brotli.close()
    chunks = (
        b"".join(b"%x;e=1\r\n%b\r\n" % (len(part), part) for part in (body[:100], body[100:])) + b"0\r\n\r\n"
    )
    html = ("Content-Type", "text/html")
    cases = {
        "chunked": (chunks, ("Transfer-Encoding", "chunked")),
        "unchunked": (body, ("Transfer-Encoding", "chunked")),
        "gzip": (gzip.compress(body), ("Content-Encoding", "gzip")),
        "gunzipped": (body, ("Content-Encoding", "gzip")),
        "brotli": (bytes(sink), ("Content-Encoding", "br")),
        "unbrotli": (body, ("Content-Encoding", "br")),
    }
    warc = Warc()
    for name, (data, header) in cases.items():
        warc.add(f"{OUTLET}/{name}", data, headers=(html, header))
    warc.add(f"{OUTLET}/bomb", gzip.compress(bytes(9_000_000)), headers=(html, ("Content-Encoding", "gzip")))
    counts = fill(made, warc.save(tmp_path / "x.warc.gz"))
    assert outcomes(counts) == {"stored": len(cases), "too_large": 1}
    reader = ArchiveReader(made.workspace.archive_dir)
    for name in cases:
        place = made.page(f"{OUTLET}/{name}").warc
        assert place is not None and reader.read(place).body == body, name


@pytest.mark.parametrize("packed", [True, False])
def test_damage_costs_only_what_is_damaged(lab: MakeLab, tmp_path: Path, packed: bool) -> None:
    """What stands after a damaged stretch is read, a torn end is no page, and both are counted."""
    made = outlet_lab(lab)
    warc = Warc(packed=packed)
    for number in range(6):
        warc.add(f"{OUTLET}/{number}", article(f"Number {number}"))
    data = bytearray(warc.data)
    start = warc.places[2]
    data[start : start + 400] = bytes(400)
    path = tmp_path / "x.warc"
    path.write_bytes(data[:-100])
    counts = fill(made, str(path))
    assert counts["stored"] == 4 and counts["damaged"] >= 1, counts
    assert [bool(made.store.pages.by_url(f"{OUTLET}/{n}")) for n in range(6)] == [
        True,
        True,
        False,
        True,
        True,
        False,
    ]


def test_a_stopped_reading_goes_on(lab: MakeLab, tmp_path: Path) -> None:
    """Killed while it writes, the next run takes up at the last group, keeps each page once, and a finished
    file is not read again."""
    made = outlet_lab(lab)
    warc = Warc()
    for number in range(130):
        warc.add(f"{OUTLET}/{number}", article(f"Number {number}"))
    path = warc.save(tmp_path / "x.warc.gz")

    class Killed(ArchiveWriter):
        written = 0

        def write(self, **values: object):  # type: ignore[no-untyped-def]
            self.written += 1
            if self.written > 70:
                raise KeyboardInterrupt
            return super().write(**values)  # type: ignore[arg-type]

    writer = Killed(made.workspace.archive_dir, max_bytes=10_000_000, name="killed")
    with pytest.raises(KeyboardInterrupt):
        fill(made, path, archive=writer)
    [state] = made.store.backfills.all()
    assert (state.finished, state.counts["stored"]) == (False, 50)
    assert int(state.position) == warc.places[50]
    counts = fill(made, path)
    assert (counts["stored"], counts["responses"]) == (80, 80)
    [state] = made.store.backfills.all()
    assert (state.finished, state.counts["stored"], state.counts["responses"]) == (True, 130, 130)
    assert fill(made, path) == {"files": 0, "read_before": 1, "responses": 0}
    assert made.store.pages.fetch_outcomes() == {"stored": 130}


@dataclass(slots=True)
class Ranged:
    """A file that is served from a byte on, and breaks off after so many bytes."""

    data: bytes
    most: int
    ranges: bool = True

    def serve(self, request: Visit) -> None:
        start = int(request.headers["Range"].removeprefix("bytes=").rstrip("-")) if self.ranges else 0
        part = self.data[start:]
        request.start(206 if self.ranges else 200, Content_Length=str(len(part)))
        request.wfile.write(part[: self.most])
        if len(part) > self.most:
            request.hang_up()


@pytest.mark.parametrize("ranges", [True, False])
def test_a_file_at_an_address(site: LocalSite, lab: MakeLab, tmp_path: Path, ranges: bool) -> None:
    """A file is read from its address, over a connection that breaks, and by a list as Common Crawl gives
    it."""
    made = outlet_lab(lab)
    warc = Warc()
    for number in range(20):
        warc.add(f"{OUTLET}/{number}", article(f"Number {number}"))
    most = len(warc.data) // 3 if ranges else len(warc.data)
    url = site.put("/crawl-data/x.warc.gz", Ranged(warc.data, most, ranges))
    listed = tmp_path / "warc.paths.gz"
    listed.write_bytes(gzip.compress(f"{url}\n".encode()))
    counts = fill(made, str(listed))
    assert (counts["stored"], counts["files"]) == (20, 1)
    agents = {seen.headers["user-agent"] for seen in site.seen("/crawl-data/x.warc.gz")}
    assert agents == {"Drumbeat/0.1 (+media research) (desk@example.org)"}


def test_what_cannot_be_read_says_so(site: LocalSite, lab: MakeLab, tmp_path: Path) -> None:
    """A missing file, an address that refuses and a scheme that nobody reads are errors with the name."""
    made = outlet_lab(lab)
    for name, told in ((str(tmp_path / "none.warc"), "cannot be read"), (site.url("/no.warc"), "404"),
                       ("ftp://x.test/x.warc", "expected a path")):  # fmt: skip
        with pytest.raises(ConfigError, match=told):
            fill(made, name)
