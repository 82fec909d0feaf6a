"""The dashboard: every page answers, nothing of an outlet can act, other sites are kept out."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from config.clock import FixedClock
from config.workspace import Workspace
from drumbeat.web.app import make_app
from storage.ids import page_id
from storage.store import Store
from tests.drumbeat.conftest import url_of
from tests.storage import makers

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
)


@pytest.fixture
def client(store: Store, workspace: Workspace) -> Iterator[TestClient]:
    """A client of the dashboard over the filled workspace, with one narrative and one alert."""
    store.narratives.save([makers.narrative(1, label='"><script>alert(1)</script>')])
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


@pytest.mark.parametrize("path", ["/articles/none", "/narratives/99", "/reports/..%2f..%2fdrumbeat.db", "/reports/none.html", "/nowhere"])
def test_what_is_not_there_is_404(client: TestClient, path: str) -> None:
    """Unknown things and paths out of the report folder are not found, with a page that says so."""
    answer = client.get(path)
    assert answer.status_code == 404
    assert "404" in answer.text


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


def test_programs_get_json(client: TestClient) -> None:
    """Every address of the interface answers and is described."""
    described = client.get("/api/openapi.json").json()["paths"]
    for path in described:
        address = path.replace("{narrative_id}", "1").replace("{article_id}", ARTICLE)
        answer = client.get(address, params={"q": "pont"} if path.endswith("search") else {})
        assert answer.status_code == 200, (path, answer.text)
        json.loads(answer.text)
    assert {"/api/digest", "/api/narratives", "/api/search", "/api/spikes", "/api/alerts", "/api/sources"} <= set(described)


def test_errors_of_the_interface_are_json(client: TestClient) -> None:
    """A program is told what is wrong in its own language."""
    assert client.get("/api/articles/none").json() == {"error": "there is no article none"}


@pytest.mark.slow
def test_the_web_process_is_light() -> None:
    """Serving loads no model library, no spider and no cleaner."""
    script = "import sys, drumbeat.web.serve; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    loaded = set(subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split())
    assert not loaded & {"onnxruntime", "bertopic", "scrapy", "twisted", "trafilatura", "sklearn", "hdbscan", "umap", "pandas", "crawler"}
