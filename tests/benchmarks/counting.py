"""What counting, detection and the digest cost as the store grows: python -m tests.benchmarks.counting
--articles 100000 --per-day 500

Fills an SQLite database with so many articles (ids, moments, copies and assignments as a desk's; texts of a
few letters, which these stages never read), counts it, adds one more day and runs `count`, `detect`, one
narrative and the weekly report, each in a process of its own: CPU seconds, imports included, and the largest
memory.

    300 outlets polled every hour; 6 passages an article; two articles in five tell a narrative in two of
    them, narratives of Zipf's popularity, born evenly over time; one article in four is a copy of one of the
    three days before
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from config.clock import FixedClock
from config.progress import NoProgress
from config.schedule import Schedule
from config.settings import Settings
from config.workspace import Workspace
from storage.store import Store, create_store, open_store

OUTLETS, PASSAGES = 300, 6
FIRST = datetime(2025, 1, 6, tzinfo=UTC)
STAGES = ("count", "detect", "detail", "report")


class Filler:
    """Writes days of coverage straight into the tables."""

    def __init__(self, file: Path, per_day: int, narratives: int, days: int) -> None:
        self.connection = sqlite3.connect(file)
        self.connection.execute("PRAGMA synchronous=OFF")
        self.per_day, self.narratives, self.days = per_day, narratives, days
        self.dice = np.random.default_rng(1)
        self.recent: list[str] = []

    def _insert(self, table: str, columns: str, rows: Iterable[tuple[object, ...]], **fixed: object) -> None:
        """Rows of some columns, the same values in the others."""
        names = [*columns.split(), *fixed]
        quoted = ", ".join(f'"{name}"' for name in names)
        marks = ", ".join("?" * len(names))
        self.connection.executemany(
            f"INSERT OR IGNORE INTO {table} ({quoted}) VALUES ({marks})",
            ((*row, *fixed.values()) for row in rows),
        )

    def directory(self) -> None:
        """Outlets and narratives."""
        first = _text(FIRST)
        outlets = ((f"s{n:03d}", f"s{n}.example", f"X{chr(65 + n % 26)}") for n in range(OUTLETS))
        self._insert(
            "sources", "source_id domain country", outlets, name="S", region="r", languages='["en"]',
            ownership="not listed", verified=0, first_crawled_at=first,
        )  # fmt: skip
        numbers = ((n, _text(self._born(n))) for n in range(1, self.narratives + 1))
        self._insert(
            "narratives", "narrative_id first_seen_at", numbers, label="N", label_by="medoid",
            kind="discovered",
            status="active", keywords="{}", exemplars="[]", size=0, last_seen_at=first, build="b",
            mean_version=1, born_run="r",
        )  # fmt: skip
        self.connection.commit()

    def _born(self, number: int) -> datetime:
        return FIRST + timedelta(days=int(self.days * number / self.narratives))

    def day(self, number: int) -> None:
        """One day of polls, articles, passages, assignments and copies."""
        rows = list(self._articles(number))
        self._insert(
            "pages", "page_id url url_key source_id discovered_at fetched_at",
            ((key, key, key, source, at, at) for key, source, at, _, _ in rows),
            origin="live", hints="{}", headers="{}", fetch_outcome="stored", attempts=1,
        )  # fmt: skip
        self._insert(
            "articles", "article_id source_id published_at first_seen_at counted_at text_sha256",
            ((key, source, at, at, at, key) for key, source, at, _, _ in rows),
            url="u", title="T", body="B", authors="[]", date_source="feed", date_confidence="A",
            date_claims="{}",
            late=0, origin="live", language="en", language_confidence=0.9, language_source="both",
            clean_version="1", is_cut=1,
        )  # fmt: skip
        self._insert(
            "passages", "passage_id article_id ordinal text_hash",
            ((f"{key}:{n:03d}", key, n, f"{key}{n}") for key, *_ in rows for n in range(PASSAGES)),
            start=0, end=1, text="t", language="en",
        )  # fmt: skip
        told = ((f"{key}:{n:03d}", number) for key, _, _, number, _ in rows if number for n in range(2))
        self._insert(
            "assignments", "passage_id narrative_id", told, similarity=0.6, method="nearest", run_id="a"
        )
        self._copies(rows)
        self._polls(number)
        self.connection.commit()

    def _articles(self, number: int) -> Iterator[tuple[str, str, str, int, str]]:
        """(id, source, moment, narrative or 0, copy of or the id)."""
        alive = max(20, int(self.narratives * (number + 1) / self.days))
        told = np.minimum(self.dice.zipf(1.3, self.per_day), alive)
        for n in range(self.per_day):
            key = f"{number:05d}{n:06d}".rjust(32, "0")
            source = f"s{int(OUTLETS * self.dice.random() ** 2):03d}"
            at = _text(FIRST + timedelta(days=number, seconds=int(self.dice.integers(0, 86_399))))
            group = key
            if self.recent and self.dice.random() < 0.25:
                group = self.recent[int(self.dice.integers(0, len(self.recent)))]
            yield key, source, at, int(alive + 1 - told[n]) if self.dice.random() < 0.4 else 0, group
            self.recent.append(key)
        del self.recent[: -3 * self.per_day]

    def _copies(self, rows: list[tuple[str, str, str, int, str]]) -> None:
        self._insert(
            "copy_groups", "group_id first_article_id first_at first_at_latest",
            ((group, group, at, at) for _, _, at, _, group in rows), first_source_id="s000", size=2,
            outlets=2,
        )  # fmt: skip
        members = ((key, group, "original" if key == group else "near") for key, _, _, _, group in rows)
        self._insert("copy_members", "article_id group_id relation", members, containment=1.0)

    def _polls(self, number: int) -> None:
        hours = [_text(FIRST + timedelta(days=number, hours=hour)) for hour in range(24)]
        polls = ((at, f"f{n}", f"s{n:03d}") for at in hours for n in range(OUTLETS))
        self._insert(
            "feed_polls",
            "polled_at feed_url source_id",
            polls,
            run_id="c",
            outcome="stored",
            entries=9,
            new_links=1,
        )


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


def fill(folder: Path, articles: int, per_day: int, narratives: int) -> int:
    """Make the database; the number of its days."""
    file, days = folder / "drumbeat.db", max(articles // per_day, 1)
    create_store(f"sqlite:///{file}").close()
    filler = Filler(file, per_day, narratives, days + 1)
    filler.directory()
    with sqlite3.connect(file) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
    for number in range(days):
        filler.day(number)
    with sqlite3.connect(file) as connection:
        for _, statement in triggers:
            connection.execute(statement)
        connection.execute(
            "INSERT INTO stale_days SELECT DISTINCT substr(counted_at, 1, 10), 0, 1 FROM articles"
        )
    filler.day(days)
    filler.connection.close()
    return days


def stage(name: str, store: Store, now: datetime) -> dict[str, int]:
    """Run one stage as of a moment."""
    workspace = Workspace(root=Path(), settings=Settings(), sources=(), watchlist=(), schedule=Schedule())
    doors: dict[str, Callable[[], dict[str, int]]] = {
        "count": lambda: _door("analysis.counts.counting", "count", store, workspace, now),
        "detect": lambda: _door("analysis.spikes.stage", "detect", store, workspace, now),
        "detail": lambda: _detail(store, workspace, now),
        "report": lambda: _report(store, workspace, now),
    }
    return doors[name]()


def _door(module: str, name: str, store: Store, workspace: Workspace, now: datetime) -> dict[str, int]:
    door = getattr(__import__(module, fromlist=[name]), name)
    clock = FixedClock(now)
    run = store.runs.start(name, now=now, seed=0, versions={}, parameters={})
    counts: dict[str, int] = door(
        store=store, workspace=workspace, clock=clock, run_id=run.run_id, progress=NoProgress()
    )
    store.runs.finish(run.run_id, now=now, state="done", counts=counts)
    return counts


def _detail(store: Store, workspace: Workspace, now: datetime) -> dict[str, int]:
    from analysis.digest.build import narrative_detail

    end = now.date() + timedelta(days=1)
    sizes = store.narratives.sizes()
    largest = max(sizes, key=lambda number: sizes[number])
    found = narrative_detail(
        store=store, workspace=workspace, narrative_id=largest, start=end - timedelta(days=7), end=end
    )
    return {"passages": sizes[largest], "articles": found.articles if found else 0}


def _report(store: Store, workspace: Workspace, now: datetime) -> dict[str, int]:
    from analysis.digest.build import build_digest

    end = now.date() + timedelta(days=1)
    digest = build_digest(
        store=store, workspace=workspace, start=end - timedelta(days=7), end=end, clock=FixedClock(now)
    )
    return {"rising": len(digest.rising), "falling": len(digest.falling), "leads": len(digest.leads)}


def measured(folder: Path, name: str, now: datetime) -> dict[str, object]:
    """Run a stage in a process of its own; its counts, CPU seconds and largest memory."""
    command = [sys.executable, "-m", "tests.benchmarks.counting", "--folder", str(folder)]
    done = subprocess.run(
        [*command, "--stage", name, "--now", now.isoformat()], check=True, capture_output=True, text=True
    )
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Print a line a stage."""
    parser = argparse.ArgumentParser(
        description="Measure counting, detection and the digest as the store grows."
    )
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--per-day", type=int, default=500)
    parser.add_argument("--narratives", type=int, default=2_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--stage", choices=STAGES)
    parser.add_argument("--now", type=datetime.fromisoformat)
    chosen = parser.parse_args()
    if chosen.stage:
        with open_store(f"sqlite:///{chosen.folder / 'drumbeat.db'}") as store:
            counts = stage(chosen.stage, store, chosen.now)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(json.dumps({"cpu_s": round(time.process_time(), 2), "peak_mb": peak, **counts}))
        return
    folder = chosen.folder or Path(tempfile.mkdtemp())
    days = fill(folder, chosen.articles, chosen.per_day, chosen.narratives)
    before = FIRST + timedelta(days=days - 1, hours=23)
    print("first count", measured(folder, "count", before), flush=True)
    print("first detect", measured(folder, "detect", before), flush=True)
    for name in STAGES:
        print(name, measured(folder, name, before + timedelta(days=1)), flush=True)
    if not chosen.folder:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
