"""The main job on real pages: served under their own host names through a local proxy, then crawled, cleaned,
embedded, clustered, reported.

Every stage is the command that a user runs, in a process of its own.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from storage.ids import page_id
from storage.store import open_store
from tests.acceptance.stage import ANALYSIS
from tests.crawler.server import LocalSite, Page
from tests.quality.data import Row, html_sets, pages_of, write_rows
from tests.quality.metrics import mean, text_overlap

AS_OF = "2026-11-22T12:00:00+00:00"
STAGES = ("crawl", *ANALYSIS, "report")
SETTINGS = """\
[crawl]
contact = "quality@example.org"
delay_seconds = 0
allow_private_addresses = true
[narratives]
window_days = 6000
"""


def run(data: Path, out: Path) -> dict[str, Any]:
    """Play the job and return its figures; predictions go to `out/main_job.jsonl`."""
    truth = [
        (name, row, raw) for name in html_sets(data) for row, raw in pages_of(data, name) if row.get("text")
    ]
    workspace = out / "main_job"
    shutil.rmtree(workspace, ignore_errors=True)  # of an earlier run
    with LocalSite() as site:
        addresses = _publish(site, truth)
        _write_workspace(workspace, addresses, truth)
        counts = {stage: _run_stage(stage, workspace, site.url("")) for stage in STAGES}
    with open_store(f"sqlite:///{workspace / 'drumbeat.db'}") as store:
        articles = {row["id"]: store.articles.get(page_id(addresses[row["id"]])) for _, row, _ in truth}
        fetched, cleaned = store.pages.fetch_outcomes(), store.pages.clean_outcomes()
        narratives = len(store.narratives.all())
    predictions = [
        {
            "id": row["id"],
            "text": article.body if (article := articles[row["id"]]) else "",
            "title": article.title if article else "",
        }
        for _, row, _ in truth
    ]
    write_rows(out / "main_job.jsonl", predictions)
    return {
        "pages": len(truth),
        "stages": counts,
        "fetch_outcomes": fetched,
        "clean_outcomes": cleaned,
        "sums_balance": sum(fetched.values()) == len(truth)
        and sum(cleaned.values()) == fetched.get("stored", 0),
        "narratives": narratives,
        "text_f1_by_language": by_language(
            [row for _, row, _ in truth], {row["id"]: row["text"] for row in predictions}
        ),
    }


def by_language(rows: list[Row], texts: dict[str, str]) -> dict[str, dict[str, float]]:
    """Mean text F1 of every language."""
    scores: defaultdict[str, list[float]] = defaultdict(list)
    for row in rows:
        scores[row.get("lang") or row.get("lang_auto") or "?"].append(
            text_overlap(row["text"], texts[row["id"]]).f1
        )
    return {
        language: {"pages": len(values), "f1": round(mean(values), 4)}
        for language, values in sorted(scores.items())
    }


def host_of(row: Row) -> str:
    """The page's own host name; its publisher's where the source names no address."""
    return (
        urlsplit(row.get("url") or "").hostname
        or f"{re.sub(r'[^a-z0-9]+', '-', (row.get('publisher') or 'unknown').lower())}.example"
    )


def _publish(site: LocalSite, truth: list[tuple[str, Row, bytes]]) -> dict[str, str]:
    """Serve every page and a feed per host; page id -> address."""
    addresses = {}
    feeds: defaultdict[str, list[str]] = defaultdict(list)
    for name, row, raw in truth:
        path = f"/{name}/{row['id']}.html"
        site.put(path, Page(raw, content_type="text/html"), host=host_of(row))
        addresses[row["id"]] = f"http://{host_of(row)}{path}"
        feeds[host_of(row)].append(addresses[row["id"]])
    for host, links in feeds.items():
        items = "".join(f"<item><link>{link}</link></item>" for link in links)
        body = f'<rss version="2.0"><channel><title>{host}</title>{items}</channel></rss>'
        site.put("/quality-feed.xml", Page(body.encode(), content_type="application/rss+xml"), host=host)
    return addresses


def _write_workspace(workspace: Path, addresses: dict[str, str], truth: list[tuple[str, Row, bytes]]) -> None:
    workspace.mkdir(parents=True)
    (workspace / "drumbeat.toml").write_text(SETTINGS, encoding="utf-8")
    languages = {host_of(row): row.get("lang") or "und" for _, row, _ in truth}
    entries = []
    for host in sorted({urlsplit(address).hostname or "" for address in addresses.values()}):
        fields = {
            "id": re.sub(r"[^a-z0-9]+", "-", host),
            "name": host,
            "domain": host,
            "country": "XX",
            "languages": [languages[host]],
        }
        entries.append(
            "\n".join(["[[source]]", *(f"{key} = {json.dumps(value)}" for key, value in fields.items())])
        )
        entries.append(f'feeds = [{{ url = "http://{host}/quality-feed.xml" }}]\n')
    (workspace / "sources.toml").write_text("\n".join(entries), encoding="utf-8")


def _run_stage(stage: str, workspace: Path, proxy: str) -> dict[str, int]:
    command = [
        sys.executable,
        "-m",
        "drumbeat",
        stage,
        "--workspace",
        str(workspace),
        "--as-of",
        AS_OF,
        "--json",
    ]
    done = subprocess.run(
        command, env={**os.environ, "http_proxy": proxy}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{stage} failed ({done.returncode}): {done.stderr[-2000:]}")
    counts: dict[str, int] = json.loads(done.stdout)["counts"]
    return counts
