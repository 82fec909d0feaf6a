"""A database with thousands of rows in every table, written straight into the tables, and everything in it done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import numpy as np
import sqlalchemy as sa

from storage import ids, schema
from storage.engine import Database
from storage.marks import embedded_by, move_marks, watched_by
from storage.records import Run
from storage.rows import row_of
from storage.stores.pages import page_row
from tests.storage.makers import (
    BUILD,
    DAY,
    alert,
    article,
    delivery,
    feed,
    fetched,
    group,
    member,
    narrative,
    page,
    passage,
    poll,
    source,
    spike,
)

SOURCES = 20
PASSAGES = 3
"""An article."""
PER_DAY = 50
"""Articles."""
NARRATIVES = 40
FIRST_EVENT = 2**51
STAGES = ("clean", "copies", "embed", "assign", "watch", "count", "detect", "alert")
STATEMENT, WORDING = "claim", "hash"


def moment(number: int) -> datetime:
    """When the article of this number counts."""
    return DAY + timedelta(days=number / PER_DAY)


def name_of(number: int) -> str:
    """An article's name, for `makers`."""
    return f"story-{number}"


def fill(url: str, articles: int, *, older: int = 0) -> None:
    """So many articles with all that hangs on them, their stages done to the end, and the statistics that planners read.

    Args:
        older: so many articles more, before the first day; what the first days hold does not change.
    """
    database = Database(url)
    with database.write() as connection:
        for table, rows in _rows(range(-older, articles)):
            connection.execute(sa.insert(table), rows)
        _finish(connection)
    _analyse(database)
    database.close()


def _rows(numbers: range) -> Iterator[tuple[sa.Table, list[dict[str, Any]]]]:
    yield from _coverage(numbers)
    texts = [
        article(
            name_of(n),
            counted_at=moment(n),
            first_seen_at=moment(n),
            source_id=f"s{n % SOURCES}",
            body="Said. " * 50,
        )
        for n in numbers
    ]
    yield schema.articles, [{**row_of(one), "is_cut": True} for one in texts]
    yield schema.copy_groups, [row_of(group(one)) for one in texts]
    yield schema.copy_members, [row_of(member(one, one.article_id)) for one in texts]
    runs = np.arange(50, dtype=np.uint32)
    yield (
        schema.copy_sketches,
        [
            {"article_id": one.article_id, "counted_at": one.counted_at, "is_whole": True, "runs": runs}
            for one in texts
        ],
    )
    cut = [
        passage(one, ordinal, f"{one.article_id} {ordinal} said.")
        for one in texts
        for ordinal in range(PASSAGES)
    ]
    yield schema.passages, [row_of(one) for one in cut]
    vector = np.ones(8, np.float32)
    yield schema.vectors, [{"build": BUILD, "text_hash": one.text_hash, "vector": vector} for one in cut]
    yield from _meaning(dict(enumerate((one.passage_id for one in cut), numbers.start * PASSAGES)))
    yield from _numbers(numbers)


def _coverage(numbers: range) -> Iterator[tuple[sa.Table, list[dict[str, Any]]]]:
    yield schema.sources, [row_of(source(f"s{n}")) for n in range(SOURCES)]
    yield (
        schema.feeds,
        [row_of(feed(feed_url=f"https://s{n}.example/feed", source_id=f"s{n}")) for n in range(SOURCES)],
    )
    yield schema.feed_polls, [row_of(poll(polled_at=moment(n), source_id=f"s{n % SOURCES}")) for n in numbers]
    done = {"clean_outcome": "article", "clean_version": "1", "clean_run": "clean-1"}
    yield schema.pages, [
        page_row(
            fetched(
                page(name_of(n), source_id=f"s{n % SOURCES}", discovered_at=moment(n)),
                fetched_at=moment(n), offset=n, fetch_run=f"crawl-{n // PER_DAY}", **done,
            )
        )
        for n in numbers
    ]  # fmt: skip


def _meaning(passages: dict[int, str]) -> Iterator[tuple[sa.Table, list[dict[str, Any]]]]:
    told = {"similarity": 0.9, "method": "nearest", "run_id": "r"}
    hit = {
        "statement_id": STATEMENT,
        "narrative_id": 1,
        "cosine": 0.8,
        "z": 4.0,
        "stance": "endorses",
        "run_id": "r",
    }
    yield schema.narratives, [row_of(narrative(n + 1)) for n in range(NARRATIVES)]
    yield (
        schema.assignments,
        [
            {"passage_id": key, "narrative_id": n % NARRATIVES + 1, **told}
            for n, key in passages.items()
            if n % 3
        ],
    )
    yield schema.lineage, [
        {"lineage_id": f"l{n}", "at": moment(n), "kind": "continued", "narrative_id": n % NARRATIVES + 1,
         "other_id": None, "run_id": "r", "detail": {}}
        for n in passages
    ]  # fmt: skip
    yield schema.watch_statements, [{"statement_id": STATEMENT, "statement_hash": WORDING}]
    yield schema.watch_hits, [{"passage_id": key, **hit} for n, key in passages.items() if n % 5 == 0]
    yield (
        schema.events,
        [
            {
                "event_id": FIRST_EVENT + n,
                "label": "x",
                "first_at": moment(n),
                "last_at": moment(n + 1),
                "articles": 9,
            }
            for n in sorted({number // 10 for number in passages})
        ],
    )
    yield (
        schema.event_members,
        [{"passage_id": key, "event_id": FIRST_EVENT + n // 10} for n, key in passages.items()],
    )


def _numbers(numbers: range) -> Iterator[tuple[sa.Table, list[dict[str, Any]]]]:
    days = [
        (DAY + timedelta(days=n)).date() for n in range(numbers.start // PER_DAY, numbers.stop // PER_DAY)
    ]
    output = {"articles": 9, "copy_groups": 9, "fetched": 9, "failed": 0, "polls": 24, "polls_failed": 0}
    yield (
        schema.observations,
        [
            {
                "narrative_id": n + 1,
                "source_id": f"s{n % SOURCES}",
                "day": day,
                "articles": 9,
                "copy_groups": 9,
                "own_texts": 9,
            }
            for day in days
            for n in range(NARRATIVES)
        ],
    )
    yield (
        schema.source_days,
        [
            {"day": day, "source_id": f"s{n}", "health": "ok", **output}
            for day in days
            for n in range(SOURCES)
        ],
    )
    found = [spike(f"{n}-{day}", narrative_id=n, day=day) for day in days for n in range(1, NARRATIVES + 1)]
    yield schema.spikes, [row_of(one) for one in found]
    told = [alert(one.spike_id, created_at=datetime.combine(one.day, time(6), UTC)) for one in found]
    yield schema.alerts, [row_of(one) for one in told]
    yield schema.deliveries, [row_of(delivery(one, state="sent")) for one in told]
    yield (
        schema.runs,
        [
            row_of(
                Run(
                    run_id=f"count-{n}",
                    stage=STAGES[n % len(STAGES)],
                    started_at=moment(n),
                    as_of=moment(n),
                    state="done",
                    seed=1,
                )
            )
            | {"number": 1}
            for n in numbers
        ],
    )


def _finish(connection: sa.Connection) -> None:
    """Every reader has seen every passage, every article is in the full-text index."""
    last = connection.execute(sa.select(sa.func.max(schema.passages.c.passage_no))).scalar_one()
    move_marks(connection, {(embedded_by(BUILD), ""): last, (watched_by(STATEMENT), WORDING): last})


def _analyse(database: Database) -> None:
    """PostgreSQL analyses by itself; SQLite never does, and plans by its rules alone."""
    if not database.is_sqlite:
        with database.write() as connection:
            connection.exec_driver_sql("ANALYZE")


def add_day(url: str, begin: int, articles: int) -> None:
    """So many more articles, archived, with nothing done yet."""
    database = Database(url)
    found = [page(name_of(n), source_id=f"s{n % SOURCES}") for n in range(begin, begin + articles)]
    with database.write() as connection:
        connection.execute(
            sa.insert(schema.pages),
            [page_row(fetched(one, offset=n, fetched_at=moment(begin + n))) for n, one in enumerate(found)],
        )
    database.close()


def passage_ids_of(number: int) -> list[str]:
    """Ids of the passages of an article."""
    return [ids.passage_id(article(name_of(number)).article_id, ordinal) for ordinal in range(PASSAGES)]
