"""What bringing a workspace of the first version along costs, killed half-way and resumed.

    python -m tests.benchmarks.migration --out DIR [--articles 10000]     rows of a generated workspace
    python -m tests.benchmarks.migration --out DIR --from WORKSPACE       rows of one that is there, on SQLite
    python -m tests.benchmarks.migration --old FILE                       a database of the first version; it is migrated

Every statement was compared with every passage, which was a row each. The migration is first killed after
some processor seconds, then run to its end. Prints JSON: CPU-seconds, peak memory, bytes before, at most and
after.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config

import storage.migrate
from storage.engine import Database
from storage.schema import VERSION_TABLE
from tests.benchmarks.measured import python, target

NAME = "migration"
TAKES = ("out",)
TINY = ("--articles", "120", "--per-day", "40", "--sources", "12", "--kill-after", "0.2")
FIRST_VERSION = "0002"
MOST_DISK, MOST_MB = 3.0, 500
"""A migration may take so many times the database's disk, and so much memory. Chosen: a workspace that fills
a third of its disk can be brought along.
"""
CACHE_KIB = 1_500_000
"""Of the process that makes the old database: keys of texts come in no order."""
FOLDER = Path(storage.migrate.__file__).parent / "migrations"


def make_old(source: Path, target: Path, statements: int) -> dict[str, int]:
    """A database of the first version with the rows of a newer one."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    database = Database(f"sqlite:///{target}")
    with database.reshape() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, FIRST_VERSION)
    database.close()
    with sqlite3.connect(target) as connection:
        for setting in ("synchronous=OFF", "journal_mode=MEMORY", f"cache_size=-{CACHE_KIB}"):
            connection.execute(f"PRAGMA {setting}")
        connection.execute(f"ATTACH 'file:{source}?mode=ro' AS newer")
        for table in _tables(connection):
            _copy(connection, table)
        return _compare_all(connection, statements)


def _tables(connection: sqlite3.Connection) -> list[str]:
    names = connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall()
    newer = {
        name for (name,) in connection.execute("SELECT name FROM newer.sqlite_master WHERE type = 'table'")
    }
    own = {VERSION_TABLE, "watch_compared"}
    return [
        name
        for (name,) in names
        if name in newer and name not in own and not name.startswith(("article_words_", "sqlite_"))
    ]


def _copy(connection: sqlite3.Connection, table: str) -> None:
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    columns += ["rowid"] if table == "article_words" else []
    names = ", ".join(f'"{name}"' for name in columns)
    connection.execute(f"INSERT INTO main.{table} ({names}) SELECT {names} FROM newer.{table}")
    connection.commit()


def _compare_all(connection: sqlite3.Connection, statements: int) -> dict[str, int]:
    """Each statement compared with each passage, in the order that makes the table fastest."""
    connection.executemany(
        "INSERT OR IGNORE INTO watch_statements (statement_id, statement_hash) VALUES (?, 'hash')",
        [(f"statement-{number:03d}",) for number in range(statements)],
    )
    connection.execute(
        "INSERT INTO watch_compared SELECT statement_no, passage_no FROM watch_statements, passages ORDER "
        "BY 1, 2"
    )
    connection.commit()
    return {
        name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
        for name in ("articles", "passages", "vectors", "watch_compared")
    }


def bytes_of(file: Path) -> int:
    """The database with its log, which may go while one looks."""
    size = 0
    for path in file.parent.glob(f"{file.name}*"):
        with contextlib.suppress(FileNotFoundError):
            size += path.stat().st_size
    return size


def revision_of(file: Path) -> str:
    """The revision that the file says."""
    with sqlite3.connect(file) as connection:
        return str(connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()[0])


def cpu_of(pid: int) -> float:
    """Processor seconds of a running process."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def migrated(file: Path, *, kill_after: float | None = None) -> dict[str, Any]:
    """Migrate in a process of its own, killed after so many processor seconds if asked for; what it cost."""
    program = f"from storage.migrate import migrate; migrate('sqlite:///{file}')"
    before, begun, most = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic(), 0
    child = subprocess.Popen([sys.executable, "-c", program])
    while child.poll() is None:
        most = max(most, bytes_of(file))
        if kill_after is not None and cpu_of(child.pid) > kill_after:
            os.kill(child.pid, signal.SIGKILL)
            child.wait()
        time.sleep(0.05)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "exit_code": child.returncode,
        "cpu_seconds": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1),
        "wall_seconds": round(time.monotonic() - begun, 1),
        "peak_mb": round(after.ru_maxrss / 1024),
        "bytes_at_most": most,
        "bytes_afterwards": bytes_of(file),
        "revision": revision_of(file),
    }


def main(arguments: list[str] | None = None) -> int:
    """Exit code: 0, or 1 if a killed migration left anything but the old database or the new one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--from", dest="source", type=Path)
    parser.add_argument("--old", type=Path)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--per-day", type=int, default=500)
    parser.add_argument("--sources", type=int, default=300)
    parser.add_argument("--statements", type=int, default=10)
    parser.add_argument("--kill-after", type=float, default=10.0, metavar="SECONDS", help="CPU-seconds")
    options = parser.parse_args(arguments)
    if not (options.out or options.old):
        parser.error("name a folder or an old database")
    file = options.old or _old_database(options)
    told: dict[str, Any] = {"bytes_before": bytes_of(file)}
    told["killed"] = migrated(file, kill_after=options.kill_after)
    told["resumed"] = migrated(file)
    most = max(told[turn]["bytes_at_most"] for turn in ("killed", "resumed"))
    told["targets"] = [
        target("disk at most, against before", most / told["bytes_before"], at_most=MOST_DISK),
        target("memory, MB", told["resumed"]["peak_mb"], at_most=MOST_MB),
    ]
    print(json.dumps(told))
    return 0 if told["killed"]["revision"] in (FIRST_VERSION, told["resumed"]["revision"]) else 1


def _old_database(options: argparse.Namespace) -> Path:
    """A database of the first version with the rows of a workspace, generated if none is named."""
    folder: Path = options.out / "migration"
    shutil.rmtree(folder, ignore_errors=True)
    source = options.source or folder / "newer"
    if options.source is None:
        folder.mkdir(parents=True)
        shape = {"--articles": options.articles, "--per-day": options.per_day, "--sources": options.sources}
        told = [text for name, value in shape.items() for text in (name, str(value))]
        python("tests.benchmarks.desk", *told, "--out", str(source))
    (folder / "old").mkdir(parents=True)
    file = folder / "old" / "drumbeat.db"
    make_old(source / "drumbeat.db", file, options.statements)
    return file


if __name__ == "__main__":
    sys.exit(main())
