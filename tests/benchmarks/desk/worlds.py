"""Give a generated workspace a longer past, quickly: python -m tests.benchmarks.desk --worlds 10 --out DIR

The days that were generated are laid again before themselves, nine times for ten worlds: moments move back,
every text ends in another sign, every identifier is another one, narratives get numbers of their own, and
vectors are mirrored around the mean of their language, each world in axes of its own. So no text, vector or
narrative of a world is that of another. Costs a fifth of generating. On SQLite only.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from analysis.arrays import Vectors, unit_rows
from analysis.embedding.e5 import build_name
from storage import ids
from storage.schema import metadata
from storage.search_index import indexed_words
from tests.benchmarks.desk.vectors import DIMENSIONS

Change = Callable[[Any], Any]
AT_ONCE = 20_000
_NUMBERED = ("articles", "article_no"), ("passages", "passage_no"), ("narratives", "narrative_id")
MEMORY_KIB = 1_500_000
_RUN_DAY = re.compile(r"(\d{8})(?=T\d{6}Z)")


def lengthen(file: Path, worlds: int, days: int, *, seed: int, passages: int) -> None:
    """Put worlds - 1 earlier worlds before the one that is there, which has so many days.

    Args:
        passages: of each article in the earlier worlds; the rest of its text is left out.

    Raises:
        sqlite3.Error: the file is no such database.
    """
    connection = sqlite3.connect(file)
    try:
        for setting in ("foreign_keys=OFF", "synchronous=OFF", f"cache_size=-{MEMORY_KIB}"):
            connection.execute(f"PRAGMA {setting}")
        first = {column: _highest(connection, table, column) for table, column in _NUMBERED}
        with _bare(connection):
            for number in range(1, worlds):
                back = timedelta(days=days * number)
                _World(connection, number, back, seed=seed, passages=passages, first=first).lay()
                connection.commit()
        connection.execute(
            "INSERT INTO narrative_sizes SELECT narrative_id, count(*) FROM assignments WHERE narrative_id "
            "NOT IN "
            "(SELECT narrative_id FROM narrative_sizes) GROUP BY 1"
        )
        connection.execute("UPDATE marks SET passage_no = (SELECT max(passage_no) FROM passages)")
        connection.execute(
            "UPDATE sources SET first_crawled_at = (SELECT min(discovered_at) FROM pages)"
            " WHERE first_crawled_at IS NOT NULL"
        )
        connection.commit()
        connection.execute("PRAGMA optimize=0x10002")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


def _highest(connection: sqlite3.Connection, table: str, column: str) -> int:
    return int(connection.execute(f"SELECT max({column}) FROM {table}").fetchone()[0])


@contextmanager
def _bare(connection: sqlite3.Connection) -> Iterator[None]:
    """Without triggers and secondary indexes, which are made again at the end."""
    names = [index.name for table in metadata.sorted_tables for index in table.indexes]
    made = connection.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE type IN ('trigger', 'index') AND sql IS NOT NULL"
    ).fetchall()
    bare = [row for row in made if row[0] == "trigger" or row[1] in names]
    for kind, name, _ in bare:
        connection.execute(f"DROP {kind} {name}")
    yield
    for _, _, sql in bare:
        connection.execute(sql)
        connection.commit()


class _World:
    """One earlier world: what each column becomes in it."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        number: int,
        back: timedelta,
        *,
        seed: int,
        passages: int,
        first: Mapping[str, int],
    ) -> None:
        """`first` has the highest numbers of the world that is there."""
        self._connection, self._number, self._back = connection, number, back
        self._passages, self._first = passages, first
        dice = np.random.default_rng((seed, 11, number))
        self._signs = dice.choice(np.array([-1.0, 1.0], np.float32), DIMENSIONS)
        self._means = self._language_means()
        self._last_day = str(
            connection.execute("SELECT max(substr(counted_at, 1, 10)) FROM articles").fetchone()[0]
        )

    def lay(self) -> None:
        """Write all its rows."""
        self._lay_coverage()
        self._copy_words()
        self._lay_groups()
        self._copy_passages()
        self._lay_meaning()
        self._lay_runs()

    def _lay_coverage(self) -> None:
        ident, moment, run = self._ident, self._moment, self._run
        page: dict[str, Change] = dict.fromkeys(("page_id", "url_key", "final_url_key"), ident)
        page |= dict.fromkeys(("url", "final_url"), self._url)
        page |= dict.fromkeys(("discovered_at", "fetched_at"), moment)
        page |= dict.fromkeys(("fetch_run", "clean_run"), run)
        article: dict[str, Change] = {"article_no": self._numbered("article_no"), "article_id": ident}
        article |= {"url": self._url, "body": self._body}
        article |= dict.fromkeys(("published_at", "first_seen_at", "counted_at"), moment)
        self._copy("pages", page, f"discovered_at >= '{self._since()}'")
        self._copy("articles", article, self._first_articles)

    @property
    def _first_articles(self) -> str:
        return f"article_no <= {self._first['article_no']}"

    def _lay_groups(self) -> None:
        group: dict[str, Change] = dict.fromkeys(("group_id", "first_article_id"), self._ident)
        group |= dict.fromkeys(("first_at", "first_at_latest"), self._moment)
        member = dict.fromkeys(("article_id", "group_id"), self._ident)
        inside = f"IN (SELECT article_id FROM articles WHERE {self._first_articles})"
        self._copy("copy_groups", group, f"group_id {inside}")
        self._copy("copy_members", member, f"article_id {inside}")

    def _lay_meaning(self) -> None:
        number, moment, run = self._numbered("narrative_id"), self._moment, self._run
        own = f"narrative_id <= {self._first['narrative_id']}"
        kept = f"{own} AND passage_id IN (SELECT passage_id FROM passages WHERE {self._kept})"
        self._copy("assignments", {"passage_id": self._passage, "narrative_id": number, "run_id": run}, kept)
        self._copy("observations", {"narrative_id": number, "day": self._day}, own)
        told: dict[str, Change] = {"narrative_id": number, "born_run": run, "status": self._status}
        told |= {"exemplars": self._exemplars, "centroid": self._mirrored_centroid}
        told |= dict.fromkeys(("first_seen_at", "last_seen_at"), moment)
        self._copy("narratives", told, own)
        key: Change = f"{{}}-{self._number}".format
        self._copy("lineage", {"lineage_id": key, "narrative_id": number, "at": moment, "run_id": run}, own)

    def _lay_runs(self) -> None:
        moment, run, since = self._moment, self._run, self._since()
        self._copy("source_days", {"day": self._day}, f"day >= '{since}'")
        # Once a day: hourly polls of many years are not kept.
        daily = f"polled_at >= '{since}' AND substr(polled_at, 12, 2) = '12'"
        self._copy("feed_polls", {"polled_at": moment, "run_id": run}, daily)
        moments = dict.fromkeys(("started_at", "as_of", "finished_at"), moment)
        self._copy("runs", {"run_id": run, **moments}, f"started_at >= '{since}'")

    def _copy(self, table: str, changes: Mapping[str, Change], where: str) -> None:
        """Copy the first world's rows of a table, some columns changed."""
        columns = [row[1] for row in self._connection.execute(f"PRAGMA table_info({table})")]
        names = ", ".join(f'"{name}"' for name in columns)
        changed = [changes.get(name) for name in columns]
        rows = self._connection.execute(f"SELECT {names} FROM {table} WHERE {where}")
        insert = f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(columns))})"
        self._connection.executemany(insert, (_changed(row, changed) for row in rows))

    def _copy_words(self) -> None:
        number, first = self._numbered("article_no"), self._first["article_no"]
        rows = self._connection.execute(
            "SELECT article_no, title, body FROM articles WHERE article_no <= ? ORDER BY 1", (first,)
        )
        self._connection.executemany(
            "INSERT INTO article_words (rowid, title, body) VALUES (?, ?, ?)",
            ((number(key), *indexed_words(title, self._body(body))) for key, title, body in rows),
        )

    def _copy_passages(self) -> None:
        """Passages and their vectors, some at a time."""
        passages, first = self._numbered("passage_no"), self._first["passage_no"]
        for start in range(0, first, AT_ONCE):
            rows = self._connection.execute(
                'SELECT passage_no, passage_id, article_id, ordinal, start, "end", text, language, build, vector FROM passages'
                f" JOIN vectors USING (text_hash) WHERE build = ? AND passage_no > ? AND passage_no <= ? "
                f"AND {self._kept}",
                (build_name(), start, min(first, start + AT_ONCE)),
            ).fetchall()
            texts = [self._text(row[6]) for row in rows]
            hashes = [ids.text_hash(text) for text in texts]
            self._connection.executemany(
                'INSERT INTO passages (passage_no, passage_id, article_id, ordinal, start, "end", text, text_hash, language)'
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (
                        passages(row[0]),
                        self._passage(row[1]),
                        self._ident(row[2]),
                        *row[3:6],
                        text,
                        key,
                        row[7],
                    )
                    for row, text, key in zip(rows, texts, hashes, strict=True)
                ),
            )
            vectors = self._mirrored([row[9] for row in rows], [row[7] for row in rows])
            self._connection.executemany(
                "INSERT OR IGNORE INTO vectors (build, text_hash, vector) VALUES (?, ?, ?)",
                sorted(
                    (row[8], key, vector.tobytes())
                    for row, key, vector in zip(rows, hashes, vectors, strict=True)
                ),
            )

    @property
    def _kept(self) -> str:
        return f"ordinal < {self._passages}"

    def _mirrored(self, blobs: Sequence[bytes], languages: Sequence[str]) -> Vectors:
        """Vectors with what is left beside their language's mean mirrored, float16 as they are kept."""
        raw = np.frombuffer(b"".join(blobs), np.float16).reshape(len(blobs), -1).astype(np.float32)
        means = np.stack([self._means[language] for language in languages])
        found: Vectors = unit_rows(means + self._signs * (raw - means)).astype(np.float16)
        return found

    def _mirrored_centroid(self, blob: bytes) -> bytes:
        return bytes((np.frombuffer(blob, np.float32) * self._signs).astype(np.float32).tobytes())

    def _language_means(self) -> dict[str, Vectors]:
        rows = self._connection.execute("SELECT language, vector FROM mean_vectors").fetchall()
        found: dict[str, Vectors] = {language: np.frombuffer(blob, np.float32) for language, blob in rows}
        return found

    def _since(self) -> str:
        """The first day of the first world."""
        days = self._back // self._number
        return (date.fromisoformat(self._last_day) - days + timedelta(days=1)).isoformat()

    def _numbered(self, column: str) -> Change:
        return partial(int.__add__, self._number * self._first[column])

    def _ident(self, key: str | None) -> str | None:
        """Another of as many: the same signs, turned."""
        return key and key[self._number :] + key[: self._number]

    def _passage(self, key: str) -> str:
        article, _, ordinal = key.partition(":")
        return f"{self._ident(article)}:{ordinal}"

    def _exemplars(self, text: str) -> str:
        return json.dumps([self._passage(key) for key in json.loads(text)], separators=(",", ":"))

    def _text(self, text: str) -> str:
        return f"{text[:-1]}{self._number}"

    def _body(self, body: str) -> str:
        return "\n".join(map(self._text, body.split("\n")[: self._passages]))

    def _url(self, url: str) -> str:
        return url.replace("/story-", f"/{self._number}/story-")

    def _status(self, _: str) -> str:
        return "dormant" if self._back > timedelta(days=42) else "active"

    def _moment(self, text: str | None) -> str | None:
        return text and _moved(text[:10], self._back) + text[10:]

    def _day(self, text: str) -> str:
        return _moved(text, self._back)

    def _run(self, key: str | None) -> str | None:
        return key and _RUN_DAY.sub(lambda found: _moved(found[1], self._back).replace("-", ""), key)


def _changed(row: Sequence[Any], changes: Sequence[Change | None]) -> list[Any]:
    return [change(value) if change else value for change, value in zip(changes, row, strict=True)]


@cache
def _moved(day: str, back: timedelta) -> str:
    """A day, written with or without hyphens, so much earlier."""
    return (date.fromisoformat(day) - back).isoformat()
