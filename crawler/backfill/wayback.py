"""Fill in from a Wayback machine: its index (CDX server) says what it has, its replay gives it back.

    index: GET cdx_url?url=DOMAIN&matchType=domain&from=&to=&output=json&collapse=urlkey&limit=&resumeKey=
           --> [["timestamp", "original", ...], [...], ..., [], [RESUME KEY]]
    page:  GET pages_url/TIMESTAMPid_/ORIGINAL     `id_`: as it was received, nothing rewritten

Both go through the gates of a crawl: robots.txt of the machine, its delays, one request at a time. The place
that is kept is the resume key of the part of the index under work; what that part has of known pages is not
asked for again.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

import structlog

from config.sources import SourceConfig
from crawler.answers import Answer, status_outcome
from crawler.backfill.filling import Filling, FillTools
from crawler.backfill.job import Job
from crawler.fetcher import Fetcher
from crawler.results import WAITING
from storage.records import Backfill

logger = structlog.get_logger(__name__)

INDEX_ROWS: Final = 500
"""Rows of the index that are asked for at once: well under the size limit of a page. Chosen, not measured."""
_FIELDS: Final = ("timestamp", "original", "mimetype", "statuscode")
_STAMP: Final = "%Y%m%d%H%M%S"
_REPLAYED: Final = re.compile(r"/(\d{14})(?:id_)?/(https?://?.+)$")
_ORIGINAL: Final = "x-archive-orig-"
"""In front of the names of headers that the outlet's server sent."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A page that the index names."""

    url: str
    at: datetime

    @property
    def stamp(self) -> str:
        """Its moment as the machine writes it."""
        return self.at.strftime(_STAMP)


@dataclass(frozen=True, slots=True)
class IndexPart:
    """A part of the index."""

    snapshots: tuple[Snapshot, ...]
    resume_key: str | None
    """What the next part is asked for with; None at the end."""


async def fill_wayback(job: Job, fetcher: Fetcher, writer: ThreadPoolExecutor) -> Counter[str]:
    """Fill in the outlets of a job, one after the other: they share one host."""
    totals: Counter[str] = Counter(outlets=0, responses=0)
    for source in job.sources:
        name = f"wayback {source.domain} {job.first} {job.last}"
        before = job.begun(name)
        if before is None:
            totals["read_before"] += 1
            continue
        filled = OutletFill(source, job, fetcher, writer, asked=totals["asked"])
        goes_on = await filled.run(before)
        logger.info("backfill", source=source.id, **filled.counts)
        totals.update(filled.counts)
        totals["outlets"] += 1
        if not goes_on:
            break
    return totals


class OutletFill:
    """The back-fill of one outlet.

    Args:
        writer: one thread; every use of the store goes through it.
        asked: pages that this run asked for before.
    """

    def __init__(
        self, source: SourceConfig, job: Job, fetcher: Fetcher, writer: ThreadPoolExecutor, *, asked: int
    ) -> None:
        self._source, self._job, self._fetcher, self._writer = source, job, fetcher, writer
        self._tools: FillTools = job.tools()
        self._filling = Filling(self._tools)
        self._asked_before = asked
        self.counts = self._tools.counts

    async def run(self, before: Backfill) -> bool:
        """Ask part after part; whether the machine may be asked for another outlet now."""
        key: str | None = before.position
        self._job.progress.start(f"archived pages of {self._source.id}")
        while key is not None:
            answer = await self._fetcher.fetch(self._index_address(key), "feed")
            part = read_index(answer.body) if status_outcome(answer) == "stored" else None
            if part is None:
                self.counts["index_unreadable"] += 1
                logger.warning("backfill index", source=self._source.id, detail=_told(answer))
                return answer.failure != WAITING
            if not await self._fill_part(part, key, before):
                return False
            key = part.resume_key
            await self._kept([], before, key or "", finished=key is None)
        return True

    async def _fill_part(self, part: IndexPart, key: str, before: Backfill) -> bool:
        """Fetch what is new of a part; False where no more may be asked for now."""
        wanted = [row for row in part.snapshots if self._tools.wants(row.url, row.at)]
        known = await self._in_thread(self._filling.known, [row.url for row in wanted])
        self.counts["known"] += len(known)
        for row in wanted:
            if row.url not in known and not await self._fill(row, key, before):
                return False
        return True

    async def _fill(self, row: Snapshot, key: str, before: Backfill) -> bool:
        """Fetch one page; False where no more may be asked for now."""
        if self._is_enough():
            return False
        address = f"{self._job.workspace.settings.backfill.wayback_pages_url}/{row.stamp}id_/{row.url}"
        answer = await self._fetcher.fetch(address, "page")
        if answer.failure == WAITING:
            self.counts["postponed"] += 1
            return False
        self.counts["asked"] += 1
        self._job.progress.step()
        await self._kept([(address, as_received(answer, row))], before, key, finished=False)
        return True

    def _is_enough(self) -> bool:
        most = self._job.order.most
        return most is not None and self._asked_before + self.counts["asked"] >= most

    def _index_address(self, key: str) -> str:
        settings = self._job.workspace.settings.backfill
        period = {"from": f"{self._job.first:%Y%m%d}", "to": f"{self._job.last:%Y%m%d}"}
        query = {
            "url": self._source.domain,
            "matchType": "domain",
            **period,
            "output": "json",
            "fl": ",".join(_FIELDS),
            "collapse": "urlkey",
            "limit": str(INDEX_ROWS),
            "showResumeKey": "true",
        }
        if key not in ("", "0"):
            query["resumeKey"] = key
        only = [("filter", "statuscode:200"), ("filter", "mimetype:text/html")]
        return f"{settings.wayback_cdx_url}?{urlencode([*query.items(), *only])}"

    async def _kept(
        self, answers: Sequence[tuple[str, Answer]], before: Backfill, key: str, *, finished: bool
    ) -> None:
        def mark() -> Backfill:
            counts = dict(Counter(before.counts) + self.counts)
            return self._job.mark(before.name, key, counts, finished=finished)

        await self._in_thread(self._filling.keep, answers, mark)

    async def _in_thread(self, work: Any, *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._writer, work, *arguments)


def read_index(body: bytes) -> IndexPart | None:
    """A part of the index; None where the answer is none.

    Rows whose moment or address cannot be read are left out.
    """
    try:
        rows = json.loads(body or b"[]")
    except ValueError:
        return None
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        return None
    key = str(rows[-1][0]) if len(rows) > 1 and len(rows[-1]) == 1 and not rows[-2] else None
    return IndexPart(tuple(_snapshots(rows)), key)


def _snapshots(rows: Sequence[Sequence[Any]]) -> Iterator[Snapshot]:
    head = [str(name) for name in rows[0]] if rows else []
    for row in rows[1:]:
        named = dict(zip(head, map(str, row), strict=False))
        try:
            at = datetime.strptime(named["timestamp"], _STAMP).replace(tzinfo=UTC)
        except (KeyError, ValueError):
            continue
        if named.get("original", "").startswith(("http://", "https://")):
            yield Snapshot(named["original"], at)


def as_received(answer: Answer, row: Snapshot) -> Answer:
    """The answer of a replay as the outlet gave it: its address, its moment, its headers."""
    replayed = _REPLAYED.search(answer.final_url)
    final_url, at = row.url, row.at
    if replayed is not None and answer.hops:
        final_url = replayed[2]
        at = datetime.strptime(replayed[1], _STAMP).replace(tzinfo=UTC)
    headers = _original_headers(answer)
    return replace(answer, url=row.url, final_url=final_url, fetched_at=at, headers=headers, hops=())


def _original_headers(answer: Answer) -> tuple[tuple[str, str], ...]:
    """The headers of the outlet's server; the kind of document by the machine's word where they lack it."""
    prefix = len(_ORIGINAL)
    sent = {name[prefix:]: value for name, value in answer.headers if name.lower().startswith(_ORIGINAL)}
    stated = answer.header("content-type")
    if stated is not None and "content-type" not in map(str.lower, sent):
        sent["Content-Type"] = stated
    return tuple(sent.items())


def _told(answer: Answer) -> str:
    return answer.detail or f"status {answer.status}, no index"
