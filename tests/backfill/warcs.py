"""WARC files made for tests. No business logic."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from config.progress import NoProgress
from crawler.backfill.job import BackfillOrder
from crawler.backfill.stage import backfill_files, backfill_wayback
from storage.archive import ArchiveWriter
from tests.crawler.lab import Lab

KEPT = datetime(2026, 1, 5, 12, tzinfo=UTC)


class Warc:
    """A WARC file under the pen."""

    def __init__(self, *, packed: bool = True) -> None:
        self._out = BytesIO()
        self._writer = WARCWriter(self._out, gzip=packed)
        self.places: list[int] = []
        """Where each record begins."""

    def add(
        self,
        url: str,
        body: bytes,
        *,
        status: str = "200 OK",
        headers: Sequence[tuple[str, str]] = (("Content-Type", "text/html"),),
        at: datetime = KEPT,
        kind: str = "response",
    ) -> Warc:
        """Append a record."""
        self.places.append(self._out.tell())
        http = StatusAndHeaders(status, list(headers), protocol="HTTP/1.1")
        record = self._writer.create_warc_record(
            url,
            kind,
            payload=BytesIO(body),
            length=len(body),
            http_headers=http,
            warc_headers_dict={"WARC-Date": at.strftime("%Y-%m-%dT%H:%M:%SZ")},
        )
        self._writer.write_record(record)
        return self

    @property
    def data(self) -> bytes:
        """The file so far."""
        return self._out.getvalue()

    def save(self, path: Path) -> str:
        """Write the file."""
        path.write_bytes(self.data)
        return str(path)


def fill(lab: Lab, *names: str, archive: ArchiveWriter | None = None, **order: Any) -> dict[str, int]:
    """Back-fill from files."""
    return _filled(backfill_files, lab, archive, BackfillOrder(**order), names=names)


def fill_wayback(lab: Lab, **order: Any) -> dict[str, int]:
    """Back-fill from a Wayback machine."""
    return _filled(backfill_wayback, lab, None, BackfillOrder(**order))


def _filled(door: Any, lab: Lab, archive: Any, order: BackfillOrder, **options: Any) -> dict[str, int]:
    lab.runs += 1
    folder = lab.workspace.archive_dir
    writer = archive or ArchiveWriter(folder, max_bytes=10_000_000, name=f"fill-{lab.runs}")
    with writer as opened:
        counts: dict[str, int] = door(
            store=lab.store,
            workspace=lab.workspace,
            clock=lab.clock,
            run_id=lab.run_id,
            progress=NoProgress(),
            archive=opened,
            order=order,
            **options,
        )
    return counts


def outcomes(counts: dict[str, int]) -> dict[str, int]:
    """What became of the responses, without zeros."""
    named = {"files", "outlets", "responses", "asked", "read_before", "index_unreadable", "postponed"}
    return {name: count for name, count in counts.items() if count and name not in named}
