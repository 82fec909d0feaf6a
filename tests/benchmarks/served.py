"""The data folder's real pages, served by a process of its own under their host names, with a feed for each
host.

    with Served(data, workspace, pages) as served: ... crawl with served.proxy as http_proxy

The hosts are added to the workspace as sources (`sources/real.toml`).
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from tests.benchmarks.measured import ROOT

FEED = "/real-feed.xml"
SETTINGS = {"crawl": ('contact = "bench@example.org"', "delay_seconds = 0", "allow_private_addresses = true")}


class Served:
    """The server; a context manager."""

    def __init__(self, data: Path, workspace: Path, pages: int) -> None:
        self._command = [
            sys.executable,
            "-m",
            "tests.benchmarks.served",
            str(data),
            str(workspace),
            str(pages),
        ]
        self._process: subprocess.Popen[str] | None = None
        self.proxy = ""
        self.source_ids: list[str] = []

    def __enter__(self) -> Served:
        self._process = subprocess.Popen(
            self._command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        told: dict[str, Any] = json.loads(self._process.stdout.readline())
        self.proxy, self.source_ids = told["proxy"], told["source_ids"]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        self._process.communicate()


def serve(data: Path, workspace: Path, pages: int) -> None:
    """Say where, then answer until the standard input is closed."""
    from tests.crawler.server import LocalSite, Page
    from tests.quality.data import html_sets, pages_of

    rows = [
        (name, row, raw) for name in html_sets(data) for row, raw in pages_of(data, name) if row.get("text")
    ]
    step = max(1, len(rows) // pages)
    with LocalSite() as site:
        links: defaultdict[str, list[str]] = defaultdict(list)
        languages: dict[str, str] = {}
        for name, row, raw in rows[::step][:pages]:
            host, path = _host(row), f"/{name}/{row['id']}.html"
            site.put(path, Page(raw, content_type="text/html"), host=host)
            links[host].append(f"http://{host}{path}")
            languages[host] = row.get("lang") or row.get("lang_auto") or "en"
        for host, found in links.items():
            items = "".join(f"<item><link>{link}</link></item>" for link in found)
            body = f'<rss version="2.0"><channel><title>{host}</title>{items}</channel></rss>'
            site.put(FEED, Page(body.encode(), content_type="application/rss+xml"), host=host)
        ids = _write_sources(workspace, languages)
        print(json.dumps({"proxy": site.url(""), "source_ids": ids}), flush=True)
        sys.stdin.read()


def _host(row: dict[str, Any]) -> str:
    named = re.sub(r"[^a-z0-9]+", "-", (row.get("publisher") or "unknown").lower())
    return urlsplit(row.get("url") or "").hostname or f"{named}.example"


def _write_sources(workspace: Path, languages: dict[str, str]) -> list[str]:
    ids = {host: "real-" + re.sub(r"[^a-z0-9]+", "-", host)[:50] for host in sorted(languages)}
    blocks = [
        f'[[source]]\nid = "{ids[host]}"\nname = "{host}"\ndomain = "{host}"\ncountry = "XX"\n'
        f'languages = ["{languages[host]}"]\nfeeds = [{{ url = "http://{host}{FEED}" }}]\n'
        for host in sorted(languages)
    ]
    (workspace / "sources").mkdir(exist_ok=True)
    (workspace / "sources" / "real.toml").write_text("\n".join(blocks), encoding="utf-8")
    settings = (workspace / "drumbeat.toml").read_text(encoding="utf-8")
    for section, lines in SETTINGS.items():
        settings = settings.replace(f"[{section}]\n", "\n".join([f"[{section}]", *lines, ""]), 1)
    (workspace / "drumbeat.toml").write_text(settings, encoding="utf-8")
    return list(ids.values())


if __name__ == "__main__":
    serve(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
