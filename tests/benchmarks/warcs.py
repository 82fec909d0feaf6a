"""WARC records read a second: FastWARC as back-fill uses it, against warcio, on the same file.

    python -m tests.benchmarks.warcs --data DIR

Real pages (`--data DIR`, the folder of evaluation data) or made ones; sizes are stated. CPU seconds, best of
three.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tarfile
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.backfill.warcfiles import Reading, WarcFile

NAME = "warcs"
TAKES = ("data",)
TINY = ("--pages", "300")
RUNS = 3


def pages(data: Path | None) -> list[bytes]:
    """Bodies of real pages, or made ones."""
    if data is None:
        return [
            f"<html><body>{'<p>one of many words</p>' * (n % 400)}</body></html>".encode()
            for n in range(1_500)
        ]
    found = []
    for path in sorted(data.glob("html/*/pages.tar.gz")):
        with tarfile.open(path) as archive:
            for member in archive:
                file = archive.extractfile(member)
                if file is not None:
                    found.append(file.read())
    return found


def write(path: Path, bodies: list[bytes]) -> None:
    """One compressed response record each."""
    with path.open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        for number, body in enumerate(bodies):
            http = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
            url = f"https://outlet.test/{number}"
            writer.write_record(
                writer.create_warc_record(
                    url, "response", payload=BytesIO(body), length=len(body), http_headers=http
                )
            )


def with_warcio(path: Path) -> int:
    """Read every body with warcio."""
    count = 0
    with path.open("rb") as file:
        for record in ArchiveIterator(file):
            record.content_stream().read()
            count += 1
    return count


def with_fastwarc(path: Path) -> int:
    """Read every body as a back-fill does: checked, decoded, as an answer."""

    def wanted(_url: str, _at: datetime) -> bool:
        return True

    file = WarcFile(str(path), headers={}, timeout_seconds=1)
    return sum(1 for _ in file.responses(0, Reading(), wanted, max_bytes=50_000_000))


def rate(read: Callable[[Path], int], path: Path) -> float:
    """Records a CPU second, the best of some runs."""
    best = 0.0
    for _ in range(RUNS):
        start = time.process_time()
        count = read(path)
        best = max(best, count / (time.process_time() - start))
    return best


def main(arguments: list[str] | None = None) -> None:
    """Measure whole pages, and pages cut to 4 and 16 kB."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--pages", type=int, help="only the first so many")
    given = parser.parse_args(arguments)
    bodies = pages(given.data)[: given.pages]
    result: dict[str, object] = {"pages": len(bodies)}
    for most in (4_000, 16_000, None):
        cut = [body[:most] for body in bodies]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "x.warc.gz"
            write(path, cut)
            slow, fast = rate(with_warcio, path), rate(with_fastwarc, path)
        sizes = sorted(map(len, cut))
        result[str(most or "whole")] = {
            "median_bytes": int(statistics.median(sizes)),
            "p90_bytes": sizes[int(len(sizes) * 0.9)],
            "warcio_a_second": round(slow),
            "fastwarc_a_second": round(fast),
            "ratio": round(fast / slow, 2),
        }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
