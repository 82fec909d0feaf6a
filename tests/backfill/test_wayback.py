"""History from a Wayback machine: a local stand-in speaks the protocol of its CDX server and replay."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from config.settings import BackfillSettings, Settings
from config.workspace import Workspace
from storage.archive import ArchiveReader
from tests.backfill.warcs import fill_wayback, outcomes
from tests.crawler.lab import Lab, source
from tests.crawler.server import LocalSite, Page, Redirect, Status, Visit, article

MakeLab = Callable[..., Lab]
FIELDS = ["timestamp", "original", "mimetype", "statuscode"]
DAY = date(2025, 6, 1)


@dataclass(slots=True)
class Machine:
    """A CDX server: parts of at most `most` rows, each with the key of the next."""

    rows: list[tuple[str, str]]
    most: int = 2
    asked: list[dict[str, list[str]]] = field(default_factory=list)

    def serve(self, request: Visit) -> None:
        query = parse_qs(urlsplit(request.path).query)
        self.asked.append(query)
        start = int(query.get("resumeKey", ["0"])[0])
        part = [[stamp, url, "text/html", "200"] for stamp, url in self.rows[start : start + self.most]]
        more = start + self.most < len(self.rows)
        answer = [FIELDS, *part, *([[], [str(start + self.most)]] if more else [])]
        request.answer(200, json.dumps(answer if part else []).encode(), Content_Type="application/json")


class AnyQuery(LocalSite):
    """A site whose index answers whatever it is asked."""

    def find(self, host: str, path: str):  # type: ignore[no-untyped-def]
        """The index for every query of it."""
        return super().find(host, path.partition("?")[0] if path.startswith("/cdx") else path)


class WaybackLab(Lab):
    """A workspace whose Wayback machine is a local one."""

    machine = ""

    @property
    def workspace(self) -> Workspace:
        """With the addresses of the stand-in."""
        backfill = BackfillSettings(
            wayback_cdx_url=f"{self.machine}/cdx/search/cdx", wayback_pages_url=f"{self.machine}/web"
        )
        return Workspace(
            root=self.root,
            settings=Settings(crawl=self.settings, backfill=backfill),
            sources=self.sources,
            watchlist=(),
            schedule=super().workspace.schedule,
        )


@pytest.fixture
def wayback(tmp_path):  # type: ignore[no-untyped-def]
    """A stand-in, and a workspace with one outlet that uses it."""
    outlet = source(["https://outlet.test/feed.xml"], domain="outlet.test")
    with AnyQuery() as site:
        lab = WaybackLab(tmp_path / "w", [outlet], allow_private_addresses=True)
        lab.machine = site.url("").rstrip("/")
        yield site, lab
        lab.close()


def put(site: LocalSite, stamp: str, url: str, body: bytes) -> tuple[str, str]:
    """A page of the machine, with a header as it hands on those of the outlet's server."""
    headers = {"X_Archive_Orig_ETag": '"then"'}
    site.put(f"/web/{stamp}id_/{url}", Page(body, headers=headers))
    return stamp, url


def test_pages_of_an_outlet_are_filled_in(wayback) -> None:  # type: ignore[no-untyped-def]
    """Part after part of the index is asked for, each page as it was received, at its own moment; a page that
    is had is not asked for again."""
    site, lab = wayback
    rows = [put(site, f"2025060{n}120000", f"http://outlet.test/{n}", article(f"N {n}")) for n in range(1, 6)]
    rows.insert(0, ("20250601120000", "http://outlet.test/"))
    machine = Machine(rows)
    site.put("/cdx/search/cdx", machine)
    counts = fill_wayback(lab, first=DAY, last=date(2025, 6, 4))
    assert outcomes(counts) == {"stored": 4, "no_article": 1, "outside_period": 1}
    assert machine.asked[0]["url"] == ["outlet.test"]
    assert (machine.asked[0]["from"], machine.asked[0]["to"]) == (["20250601"], ["20250604"])
    assert len(machine.asked) == 3
    page = lab.page("http://outlet.test/2")
    assert (page.origin, page.fetched_at) == ("backfill", datetime(2025, 6, 2, 12, tzinfo=UTC))
    assert page.headers == {"content-type": "text/html; charset=utf-8", "etag": '"then"'}
    assert page.discovered_from == site.url("/web/20250602120000id_/http://outlet.test/2")
    assert page.warc is not None
    kept = ArchiveReader(lab.workspace.archive_dir).read(page.warc)
    assert (kept.url, kept.final_url, kept.body) == (page.url, page.url, article("N 2"))
    before = len(site.requests)
    again = fill_wayback(lab, first=DAY, last=date(2025, 6, 4), again=True)
    assert outcomes(again) == {"known": 4, "no_article": 1, "outside_period": 1}
    asked = [seen.path for seen in site.requests[before:] if seen.path.startswith("/web")]
    assert asked == []


def test_it_goes_on_where_it_stopped(wayback) -> None:  # type: ignore[no-untyped-def]
    """With a limit a run ends early, and the next asks for the part under work and what comes after it."""
    site, lab = wayback
    rows = [put(site, f"2025060{n}120000", f"http://outlet.test/{n}", article(f"N {n}")) for n in range(1, 6)]
    machine = Machine(rows)
    site.put("/cdx/search/cdx", machine)
    assert fill_wayback(lab, most=3)["stored"] == 3
    [state] = lab.store.backfills.all()
    assert (state.finished, state.position) == (False, "2")
    machine.asked.clear()
    assert fill_wayback(lab)["stored"] == 2
    assert [query.get("resumeKey") for query in machine.asked] == [["2"], ["4"]]
    assert lab.store.pages.fetch_outcomes() == {"stored": 5}


def test_a_redirect_leads_to_another_moment(wayback) -> None:  # type: ignore[no-untyped-def]
    """The machine leads to the nearest moment that it has: that one counts."""
    site, lab = wayback
    stamp, url = put(site, "20250603080000", "http://outlet.test/1", article("One"))
    site.put(f"/web/20250601120000id_/{url}", Redirect(f"/web/{stamp}id_/{url}"))
    site.put("/cdx/search/cdx", Machine([("20250601120000", url)]))
    assert outcomes(fill_wayback(lab)) == {"stored": 1}
    assert lab.page(url).fetched_at == datetime(2025, 6, 3, 8, tzinfo=UTC)


@pytest.mark.parametrize("answer", [Page(b"<html>down</html>"), Status(503), Status(403)])
def test_an_index_that_cannot_be_read(wayback, answer) -> None:  # type: ignore[no-untyped-def]
    """Is counted, and the outlet stays unfinished."""
    site, lab = wayback
    site.put("/cdx/search/cdx", answer)
    counts = fill_wayback(lab)
    assert counts["index_unreadable"] == 1
    assert lab.store.backfills.all() == []


def test_a_machine_that_wants_peace_gets_it(wayback) -> None:  # type: ignore[no-untyped-def]
    """Retry-After ends the run; nothing is lost, and the next goes on."""
    site, lab = wayback
    stamp, url = put(site, "20250601120000", "http://outlet.test/1", article("One"))
    site.put(f"/web/20250602120000id_/{url}2", Status(429, {"Retry_After": "3600"}))
    put(site, "20250603120000", url + "3", article("Three"))
    rows = [(stamp, url), ("20250602120000", url + "2"), ("20250603120000", url + "3")]
    site.put("/cdx/search/cdx", Machine(rows, most=5))
    counts = fill_wayback(lab)
    assert (counts["stored"], counts["http_4xx"], counts["postponed"]) == (1, 1, 1)
    site.put(f"/web/20250602120000id_/{url}2", Page(article("Two")))
    assert fill_wayback(lab)["stored"] == 2


def test_robots_of_the_machine_are_asked(wayback) -> None:  # type: ignore[no-untyped-def]
    """What the machine's robots.txt forbids is not fetched."""
    site, lab = wayback
    site.put("/robots.txt", Page(b"User-agent: *\nDisallow: /web/", "text/plain"))
    site.put(
        "/cdx/search/cdx", Machine([put(site, "20250601120000", "http://outlet.test/1", article("One"))])
    )
    assert outcomes(fill_wayback(lab)) == {"robots_denied": 1}
