"""What the watchlist learnt: ordinary sentences, grown statements, and what analysts said of passages."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from storage import schema
from storage.engine import Database
from storage.records import GrownStatement, SampledSentence, WatchLabel
from storage.rows import distinct_values, record_of, row_of, upsert


class WatchLearnedStore:
    """Sample, growth and labels of the watchlist."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ordinary_texts(self, *, per_language: int) -> dict[str, list[str]]:
        """At most so many passage texts of each language, the first by their hash; languages sorted."""
        passages = schema.passages.c
        first = sa.select(passages.text_hash, sa.func.min(passages.text)).group_by(passages.text_hash)
        found = {}
        with self._database.read() as connection:
            for language in distinct_values(connection, passages.language):
                own = first.where(passages.language == language).order_by(passages.text_hash)
                found[language] = [text for _, text in connection.execute(own.limit(per_language))]
        return found

    def sample(self, build: str, mean_version: int) -> list[SampledSentence]:
        """The ordinary sentences that were frozen with a version of the means, by language and hash."""
        table = schema.watch_sample.c
        statement = (
            sa.select(table.text_hash, table.language, table.passage)
            .where(table.build == build, table.mean_version == mean_version)
            .order_by(table.language, table.text_hash)
        )
        with self._database.read() as connection:
            return [SampledSentence._make(row) for row in connection.execute(statement)]

    def keep_sample(self, build: str, mean_version: int, sentences: Sequence[SampledSentence]) -> None:
        """Freeze a sample; those of other versions of the means are dropped."""
        table = schema.watch_sample
        place = {"build": build, "mean_version": mean_version}
        with self._database.write() as connection:
            connection.execute(sa.delete(table).where(table.c.build == build))
            upsert(connection, table, [{**place, **item._asdict()} for item in sentences])

    def grown(self) -> dict[str, GrownStatement]:
        """Statement id -> what it has grown to."""
        with self._database.read() as connection:
            rows = connection.execute(sa.select(schema.watch_growth))
            return {row.statement_id: record_of(GrownStatement, row) for row in rows}

    def keep_grown(self, grown: Sequence[GrownStatement]) -> None:
        """Keep what statements have grown to; older growth is replaced."""
        with self._database.write() as connection:
            upsert(connection, schema.watch_growth, [row_of(item) for item in grown])

    def labels(self) -> list[WatchLabel]:
        """What analysts said, by statement and passage."""
        table = schema.watch_labels
        statement = sa.select(table).order_by(table.c.statement_id, table.c.passage_id)
        with self._database.read() as connection:
            return [record_of(WatchLabel, row) for row in connection.execute(statement)]

    def keep_label(self, label: WatchLabel) -> None:
        """Keep what an analyst said; the newer word of a passage replaces the older."""
        with self._database.write() as connection:
            upsert(connection, schema.watch_labels, [row_of(label)])

    def forget_label(self, statement_id: str, passage_id: str) -> bool:
        """Take an analyst's word back; whether there was one."""
        table = schema.watch_labels
        with self._database.write() as connection:
            gone = connection.execute(
                sa.delete(table).where(table.c.statement_id == statement_id, table.c.passage_id == passage_id)
            )
            return gone.rowcount > 0
