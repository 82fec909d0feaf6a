"""Fill in from one WARC file, from where its reading stopped."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import urljoin

import structlog

from config.errors import ConfigError
from crawler.backfill.filling import GROUP, Filling
from crawler.backfill.job import Job
from crawler.backfill.warcfiles import Kept, Reading, WarcFile, open_bytes
from crawler.exchange import request_headers
from storage.records import Backfill

logger = structlog.get_logger(__name__)

MEGABYTE = 1_000_000


class FileFill:
    """The back-fill of one file."""

    def __init__(self, name: str, job: Job) -> None:
        self._name, self._job = name, job
        self._tools = job.tools()
        self._filling = Filling(self._tools)
        self._reading = Reading()
        self._group: list[Kept] = []
        self._told = 0

    def run(self, before: Backfill) -> Counter[str]:
        """Read on from where it stopped; what became of the responses."""
        crawl = self._job.workspace.settings.crawl
        file = WarcFile(self._name, headers=request_headers(crawl), timeout_seconds=crawl.timeout_seconds)
        start = int(before.position)
        self._told = start // MEGABYTE
        self._job.progress.start(f"MB of {Path(self._name).name}", _size(self._name))
        self._job.progress.step(self._told)
        for kept in file.responses(start, self._reading, self._wants, max_bytes=crawl.max_page_bytes):
            if len(self._group) == GROUP:
                self._keep(before)
            self._group.append(kept)
        self._keep(before, finished=True)
        return self._tools.counts

    def _wants(self, url: str, at: datetime) -> bool:
        done = self._reading.position // MEGABYTE
        self._job.progress.step(done - self._told)
        self._told = done
        return self._tools.wants(url, at)

    def _keep(self, before: Backfill, *, finished: bool = False) -> None:
        """Make the group safe; reading goes on at the record that is under way."""
        answers = [(self._name, kept.answer) for kept in self._group]
        self._filling.keep(answers, lambda: self._mark(before, finished=finished))
        self._group.clear()

    def _mark(self, before: Backfill, *, finished: bool) -> Backfill:
        counts = self._tools.counts
        counts["damaged"] = self._reading.damaged
        counts["responses"] = sum(counts.values()) - counts["responses"]
        total = Counter(before.counts) + counts
        return self._job.mark(self._name, str(self._reading.position), dict(total), finished=finished)


def fill_files(names: Sequence[str], job: Job) -> Counter[str]:
    """Fill in from files one after the other."""
    totals: Counter[str] = Counter(files=0, responses=0)
    for name in file_names(names, job):
        before = job.begun(name)
        if before is None:
            totals["read_before"] += 1
            continue
        counts = FileFill(name, job).run(before)
        logger.info("backfill", file=name, **counts)
        totals.update(counts)
        totals["files"] += 1
    return totals


def file_names(names: Sequence[str], job: Job) -> Iterator[str]:
    """The files that are named, whole paths and addresses, lists of files in place of their lines.

    Raises:
        ConfigError: a list cannot be read.
    """
    base = str(job.workspace.settings.backfill.commoncrawl_url)
    for name in names:
        whole = name if "://" in name else str(Path(name).resolve())
        if not whole.removesuffix(".gz").endswith((".paths", ".txt")):
            yield whole
            continue
        for line in _lines(whole, job):
            yield line if "://" in line or line.startswith("/") else urljoin(base, line)


def _lines(name: str, job: Job) -> list[str]:
    """The lines of a list of files."""
    crawl = job.workspace.settings.crawl
    with open_bytes(name, 0, headers=request_headers(crawl), timeout_seconds=crawl.timeout_seconds) as file:
        data = file.read()
    try:
        text = (gzip.decompress(data) if name.endswith(".gz") else data).decode()
    except (OSError, EOFError, ValueError) as error:
        raise ConfigError(f"{name}: is no list of files: {error}") from None
    return [line.strip() for line in text.splitlines() if line.strip()]


def _size(name: str) -> int | None:
    """Megabytes of a file on this disk."""
    path = Path(name)
    return path.stat().st_size // MEGABYTE if path.is_file() else None
