"""The dashboard: every page answers, nothing of an outlet can act, other sites are kept out."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi.testclient import TestClient

from config.clock import FixedClock
from config.errors import ConfigError
from config.init import init_workspace
from config.load import load_workspace
from config.progress import NoProgress
from config.settings import DashboardSettings
from config.workspace import Workspace
from drumbeat.corrections import rename
from drumbeat.explain import explain_article
from drumbeat.stages import run_stage, sync_sources
from drumbeat.web.app import make_app
from drumbeat.web.reader import Reader
from drumbeat.web.serve import listen
from storage.archive import ArchivedResponse
from storage.ids import page_id
from storage.records import Assignment, Event, WatchHit
from storage.store import Store, create_store
from tests.drumbeat.conftest import url_of
from tests.storage import makers
from tests.storage.makers import comparison

ARTICLE = page_id(url_of("en", "gazette"))
PAGES = (
    "/",
    "/narratives",
    "/alerts",
    "/sources",
    "/reports",
    "/search",
    "/search?q=pont&language=fr",
    f"/articles/{ARTICLE}",
    "/narratives/1",
    "/events",
    "/events/9",
    "/watch",
)


@pytest.fixture
def client(store: Store, workspace: Workspace) -> Iterator[TestClient]:
    """A client of the dashboard over the filled workspace, with one narrative and one alert."""
    store.narratives.save([makers.narrative(1, label='"><script>alert(1)</script>')])
    told = [row for row in store.passages.window(makers.hours(-48), makers.hours(480)) if row.ordinal == 0]
    first, last = min(row.counted_at for row in told), max(row.counted_at for row in told)
    happened = Event(
        event_id=9, label='"><script>alert(9)</script>', first_at=first, last_at=last, articles=len(told)
    )
    store.events.replace(first, [happened], {row.passage_id: 9 for row in told})
    store.spikes.save([makers.spike()])
    alert = makers.alert(subject="Spike\r\nBcc: x")
    store.alerts.create(alert, [makers.delivery(alert)])
    app = make_app(store=store, workspace=workspace, clock=FixedClock(makers.hours(48)))
    with TestClient(app, base_url="http://127.0.0.1") as opened:
        yield opened


@pytest.mark.parametrize("path", PAGES)
def test_every_page_answers_under_a_policy(client: TestClient, path: str) -> None:
    """Each page is there, allows no script and is framed by nobody."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "<script" not in answer.text


def test_text_from_outlets_is_escaped(client: TestClient) -> None:
    """A hostile label is shown as text."""
    assert "&lt;script&gt;" in client.get("/narratives").text
    assert "<script" not in client.get("/narratives/1").text


def test_archived_pages_are_sandboxed(client: TestClient) -> None:
    """The bytes come back as they were received, in a sandbox without scripts, forms or network."""
    answer = client.get(f"/articles/{ARTICLE}/archived")
    assert b"<script>alert(1)</script>" in answer.content
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert "allow-scripts" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", ""])
def test_other_host_names_are_refused(client: TestClient, host: str) -> None:
    """A rebound name does not reach the data."""
    assert client.get("/", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/articles/none",
        "/narratives/99",
        "/events/99",
        "/reports/..%2f..%2fdrumbeat.db",
        "/reports/none.html",
        "/nowhere",
    ],
)
def test_what_is_not_there_is_404(client: TestClient, path: str) -> None:
    """Unknown things and paths out of the report folder are not found, with a page that says so."""
    answer = client.get(path)
    assert answer.status_code == 404
    assert "404" in answer.text


def test_an_event_leads_to_its_tellings(client: TestClient) -> None:
    """From the list to the event, to its articles and back; its label is text; the
    interface gives the same.
    """
    assert 'href="/events/9"' in client.get("/events").text
    assert f'href="/articles/{ARTICLE}"' in client.get("/events/9").text
    assert "<script>alert(9)" not in client.get("/events").text + client.get("/events/9").text
    assert 'href="/events/9"' in client.get(f"/articles/{ARTICLE}").text
    assert [row["event_id"] for row in client.get("/api/events").json()] == [9]
    assert [row["event_id"] for row in client.get(f"/api/articles/{ARTICLE}").json()["passages"]] == [9]


def test_a_merged_number_leads_to_its_survivor(client: TestClient, store: Store) -> None:
    """Old links resolve for ever."""
    store.narratives.save([makers.narrative(2, status="merged", merged_into=1)])
    assert client.get("/narratives/2", follow_redirects=False).headers["location"] == "/narratives/1"
    assert client.get("/api/narratives/2").json()["narrative"]["narrative_id"] == 1


def test_an_alert_without_recipient_is_shown(client: TestClient, store: Store) -> None:
    """Where nobody was to be told, the page says so; the interface gives it with no delivery."""
    store.spikes.save([makers.spike("1-2026-03-03")])
    store.alerts.create(makers.alert("1-2026-03-03", subject="Told to nobody"), [])
    text = client.get("/alerts").text
    assert "Told to nobody" in text
    assert "no recipient" in text
    assert [len(row["deliveries"]) for row in client.get("/api/alerts").json()] == [0, 1]


def test_search_can_be_narrowed_to_days(client: TestClient) -> None:
    """From one day to another, both included, on the page and in the interface; an empty field of the form
    narrows nothing.
    """
    day = makers.DAY.date()
    for since, until, found in (
        (day, day, 1),
        ("", "", 1),
        (day + timedelta(days=1), "", 0),
        ("", day - timedelta(days=1), 0),
    ):
        query = {"q": "pont", "since": str(since), "until": str(until)}
        assert client.get("/search", params=query).text.count('href="/articles/') == found, query
        assert len(client.get("/api/search", params=query).json()) == found, query


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("source", "nobody", "no such outlet"),
        ("country", "QQ", "there is none here; known are"),
        ("language", "tlh", "there is none here; known are ar, en"),
    ],
)
def test_a_filter_that_nothing_meets_is_refused(client: TestClient, name: str, value: str, says: str) -> None:
    """A misspelt outlet, country or language is no empty answer: page and interface say what is known."""
    query = {"q": "pont", name: value}
    answer = client.get("/api/search", params=query)
    assert answer.status_code == client.get("/search", params=query).status_code == 422
    assert says in answer.json()["error"]


@pytest.mark.parametrize("what", ["events", "spikes", "alerts"])
def test_lists_can_be_narrowed_to_days(client: TestClient, store: Store, what: str) -> None:
    """From one day to another, both included, whatever is listed."""
    told = min(row.first_at for row in store.events.all(makers.hours(-99), makers.hours(99)))
    day = told.date() if what == "events" else makers.DAY.date()
    for since, until, found in ((day, day, 1), (day, "", 1), ("", day - timedelta(days=1), 0)):
        query = {"since": str(since), "until": str(until)}
        assert len(client.get(f"/api/{what}", params=query).json()) == found, query


def test_head_is_answered_without_a_body(store: Store, workspace: Workspace) -> None:
    """A monitor that asks for the head of a page or of JSON gets the head that GET would give, from the real
    server.
    """
    app = make_app(store=store, workspace=workspace, clock=FixedClock(makers.hours(48)))
    with socket.create_server(("127.0.0.1", 0)) as bound:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{bound.getsockname()[1]}", timeout=20) as asking:
                for path, status in (
                    ("/alerts", 200),
                    ("/api/sources", 200),
                    ("/nowhere", 404),
                    (f"/articles/{ARTICLE}/archived", 200),
                ):
                    head, whole = asking.head(path), asking.get(path)
                    assert (head.status_code, head.content) == (status, b"")
                    assert (
                        head.headers["content-length"]
                        == whole.headers["content-length"]
                        == str(len(whole.content))
                    )
        finally:
            server.should_exit = True
            thread.join()


def test_the_overview_leads_to_what_matters_most(client: TestClient, store: Store) -> None:
    """Recent alerts and watched statements are there even in a quiet week."""
    store.narratives.save(
        [makers.narrative(7, kind="watched", statement_id="measles", label="Measles are over")]
    )
    text = client.get("/").text
    assert "Measles are over" in text
    assert "Spike Bcc: x" in text


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 0), ("203.0.113.9", 8750), ("no..host", 8750)])
def test_an_address_that_cannot_be_listened_on_is_told(host: str, port: int) -> None:
    """A port in use or a wrong host is one clear error that names the settings."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = DashboardSettings(host=host, port=port or taken.getsockname()[1])
        with pytest.raises(ConfigError, match=r"dashboard.host = .*cannot listen there"):
            listen(settings)


def test_programs_get_json(client: TestClient) -> None:
    """Every address of the interface answers and is described."""
    described = client.get("/api/openapi.json").json()["paths"]
    for path in (path for path, methods in described.items() if "get" in methods):
        address = path.replace("{narrative_id}", "1").replace("{article_id}", ARTICLE)
        answer = client.get(address, params={"q": "pont"} if path.endswith("search") else {})
        assert answer.status_code == 200, (path, answer.text)
        json.loads(answer.text)
    assert {
        "/api/digest",
        "/api/narratives",
        "/api/search",
        "/api/spikes",
        "/api/alerts",
        "/api/sources",
    } <= set(described)


def test_errors_of_the_interface_are_json(client: TestClient) -> None:
    """A program is told what is wrong in its own language."""
    assert client.get("/api/articles/none").json() == {"error": "there is no article none"}


@pytest.mark.slow
def test_the_web_process_is_light() -> None:
    """Serving loads no model library, no spider and no cleaner."""
    script = (
        "import sys, drumbeat.web.serve; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    loaded = set(
        subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True
        ).stdout.split()
    )
    assert not loaded & {
        "onnxruntime",
        "bertopic",
        "scrapy",
        "twisted",
        "trafilatura",
        "sklearn",
        "hdbscan",
        "umap",
        "pandas",
        "crawler",
    }


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/narratives/abc", 422), ("/narratives/99999999999999999999", 422), ("/narratives/1?after=x", 422),
        ("/events?after=2026-01-01%7C1", 422), ("/reports/%00.html", 404),
        ("/search?q=" + "a" * 600, 422), ("/search?q=x&country=ABC", 422), ("/nowhere", 404),
    ],
)  # fmt: skip
def test_a_wrong_address_is_a_page_for_people(client: TestClient, path: str, status: int) -> None:
    """What cannot be answered is said on a page, in words, under the policy of every page."""
    answer = client.get(path)
    assert answer.status_code == status
    assert "<h1>" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/narratives/abc", "/api/narratives/99999999999999999999", "/api/alerts?until=9999-12-31",
        "/api/alerts?since=0001-01-01",
        "/api/spikes?since=0001-01-01", "/api/search?q=", f"/api/narratives/1/passages?offset={10**20}",
    ],
)  # fmt: skip
def test_a_wrong_request_of_a_program_is_told_in_json(client: TestClient, path: str) -> None:
    """One shape for every error of the interface."""
    answer = client.get(path)
    assert answer.status_code == 422
    assert list(answer.json()) == ["error"]


def test_a_fault_of_ours_is_a_page_under_the_policy(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug shows no traceback, and neither the page nor its headers fall short."""
    monkeypatch.setattr("storage.stores.lists.ListStore.alerts", lambda *_, **__: 1 / 0)
    quiet = TestClient(client.app, base_url="http://127.0.0.1", raise_server_exceptions=False)
    answer = quiet.get("/alerts")
    assert answer.status_code == 500
    assert "ZeroDivisionError" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("text/html; charset=utf-8", "text/html; charset=utf-8"), ("Text/HTML", "Text/HTML"),
        ("image/svg+xml", "text/plain"),
        ("text/html; charset=中", "text/plain"), ("text/htmlx", "text/plain"), ("", "text/plain"),
    ],
)  # fmt: skip
def test_an_archived_page_keeps_only_a_safe_type(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, given: str, sent: str
) -> None:
    """Whatever type the outlet named, the browser is told one that it cannot misuse."""
    kept = Reader.archived

    def renamed(self: Reader, article_id: str) -> ArchivedResponse | None:
        found = kept(self, article_id)
        return replace(found, headers=(("Content-Type", given),)) if found else None

    monkeypatch.setattr(Reader, "archived", renamed)
    assert client.get(f"/articles/{ARTICLE}/archived").headers["content-type"] == sent


def test_a_new_label_is_seen_at_once(client: TestClient, store: Store) -> None:
    """An analyst's correction is shown everywhere without waiting for the next run."""
    assert "Bridges" not in client.get("/narratives/1").text
    rename(store, 1, "Bridges", FixedClock(makers.hours(49)))
    assert "Bridges" in client.get("/narratives/1").text


def test_every_passage_of_a_narrative_can_be_reached(
    client: TestClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Passages of merged numbers belong to the survivor; the page shows them in parts, none twice, none left
    out.
    """
    ids = [row.passage_id for row in store.passages.window(makers.hours(-99), makers.hours(99))]
    given = [
        Assignment(passage_id=key, narrative_id=1 + at % 2, similarity=0.9, method="nearest", run_id="r")
        for at, key in enumerate(ids)
    ]
    store.narratives.save([makers.narrative(2, status="merged", merged_into=1)], given)
    assert len(ids) > 3
    assert sorted(row["passage_id"] for row in client.get("/api/narratives/1/passages").json()) == sorted(ids)
    monkeypatch.setattr("drumbeat.web.pages.PAGE_SIZE", 2)
    shown, address = [], "/narratives/1"
    while address:
        passages = client.get(address).text.split('id="passages"')[1]
        shown.append(re.findall(r'href="/articles/([0-9a-f]+)"', passages))
        following = re.search(r'rel="next" href="([^"]+)#passages"', passages)
        address = following[1] if following else ""
    assert [len(part) for part in shown] == [2, 2, len(ids) - 4]
    assert len({key for part in shown for key in part}) == len(ids)


def test_a_watched_statement_shows_what_meets_it(client: TestClient, store: Store) -> None:
    """A watched narrative has its hits for passages, refuting ones marked; the article and `explain` tell of
    them too.
    """
    key = store.passages.of_article(ARTICLE)[0].passage_id
    store.narratives.save([makers.narrative(7, kind="watched", statement_id="measles")])
    hit = WatchHit(
        statement_id="measles",
        passage_id=key,
        narrative_id=7,
        cosine=0.71,
        z=4.0,
        stance="refutes",
        run_id="watch-1",
    )
    store.watch.put([comparison("measles", "1", hit)])
    (row,) = client.get("/api/narratives/7/passages").json()
    assert (row["passage_id"], row["stance"]) == (key, "refutes")
    assert "refutes" in client.get("/narratives/7").text
    assert "refutes the watched statement" in client.get(f"/articles/{ARTICLE}").text
    assert explain_article(store, ARTICLE)["passage 0"]["watched measles"] == "refutes, similarity 0.71"


def test_an_article_is_explained(store: Store) -> None:
    """Page, date, language and each passage; an address does as well as an id."""
    found = explain_article(store, ARTICLE)
    assert {"page", "date", "language", "passage 0"} <= set(found)
    assert found["passage 0"]["narrative"] == "none yet"
    assert explain_article(store, url_of("en", "gazette")) == found


def test_an_empty_workspace_says_how_to_begin(tmp_path: Path) -> None:
    """Every page answers before the first crawl, and none claims that what was never read was well."""
    init_workspace(tmp_path / "desk")
    workspace = load_workspace(tmp_path / "desk")
    with create_store(workspace.database_url) as empty:
        sync_sources(workspace, empty, makers.DAY.date())
        with TestClient(
            make_app(store=empty, workspace=workspace, clock=FixedClock(makers.hours(48))),
            base_url="http://127.0.0.1",
        ) as client:
            pages = {
                path: client.get(path)
                for path in ("/", "/narratives", "/alerts", "/sources", "/reports", "/search?q=x")
            }
    assert {page.status_code for page in pages.values()} == {200}
    assert "Nothing has been crawled yet" in pages["/"].text
    assert f"{len(workspace.sources):,} sources not yet crawled" in pages["/"].text
    assert "was well" not in pages["/"].text
    assert "drumbeat refit" in pages["/narratives"].text


def test_the_overview_shows_what_the_stage_wrote(
    client: TestClient, store: Store, workspace: Workspace
) -> None:
    """Once written, the digest is read and not made again; a label that an analyst gave
    since then is shown.
    """
    clock = FixedClock(makers.hours(48))
    sync_sources(workspace, store, makers.hours(48).date())
    made = client.get("/api/digest").json()
    run_stage("overview", workspace=workspace, store=store, clock=clock, progress=NoProgress())
    assert client.get("/api/digest").json() == made
    written = store.views.get("overview")
    line = {"narrative_id": 1, "label": "old"}
    store.views.put("overview", {**written, "spikes": [{**written["spikes"][0], **line}]}, as_of=clock.now())
    rename(store, 1, "Of the desk", clock)
    assert [row["label"] for row in client.get("/api/digest").json()["spikes"]] == ["Of the desk"]


def test_lists_come_a_page_at_a_time(client: TestClient, store: Store) -> None:
    """A thousand narratives are not one page; the interface tells where the next page begins."""
    store.narratives.save([makers.narrative(number) for number in range(2, 302)])
    assert len(client.get("/narratives").text) < 100_000
    first = client.get("/api/narratives?limit=200").json()
    rest = client.get("/api/narratives", params={"limit": 200, "after": first["older"]}).json()
    assert rest["older"] is None
    numbers = [row["narrative_id"] for row in first["narratives"] + rest["narratives"]]
    assert sorted(numbers) == list(range(1, 302))
