"""Reading a data folder laid out like the project's evaluation data: JSON lines and tar
files, nothing else.
"""

from __future__ import annotations

import gzip
import json
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

Row = dict[str, Any]
Item = TypeVar("Item")


def read_rows(path: Path) -> Iterator[Row]:
    """Rows of a gzipped JSON lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def write_rows(path: Path, rows: Iterable[Mapping[str, Any]]) -> int:
    """Write JSON lines; returns how many."""
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with path.open("w", encoding="utf-8") as out:
        for row in rows:
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
    return count


def stable_sample(items: Iterable[Item], key: Callable[[Item], str], count: int) -> list[Item]:
    """`count` items that chance chose once and for all: those whose key has the smallest SHA-256."""
    return sorted(items, key=lambda item: sha256(key(item).encode()).digest())[:count]


def html_sets(data: Path) -> list[str]:
    """Names of the page sets."""
    return sorted(path.name for path in (data / "html").iterdir() if (path / "truth.jsonl.gz").is_file())


def pages_of(data: Path, name: str) -> Iterator[tuple[Row, bytes]]:
    """(truth row, raw bytes) of every page of a set."""
    folder = data / "html" / name
    raw = dict(tar_members(sorted(folder.glob("*.tar.gz"))))
    for row in read_rows(folder / "truth.jsonl.gz"):
        yield row, raw[f"{row['id']}.html"]


def tar_members(paths: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    """(file name, bytes) of every regular file."""
    for path in paths:
        with tarfile.open(path, "r:*") as archive:
            for member in archive:
                stream = archive.extractfile(member) if member.isfile() else None
                if stream is not None:
                    yield PurePosixPath(member.name).name, stream.read()
