"""Vectors of passage texts and the frozen means that are subtracted from them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import takewhile
from operator import itemgetter
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from storage import schema
from storage.engine import Database
from storage.errors import MissingVectors, StorageError
from storage.filters import filtered
from storage.passage_changes import changes_after, forget_before, marks_of
from storage.records import (
    EmbeddedPassage,
    MeanTable,
    PassageMarks,
    SearchFilters,
    Vector,
)
from storage.rows import chunks, distinct_values, record_of, select_in, upsert


class VectorStore:
    """Vectors by embedding build and text hash: one text is embedded once, builds never mix. At rest they are
    float16.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, build: str, vectors: Mapping[str, Vector]) -> None:
        """Write vectors by text hash, in chunks; a vector written again is the same vector."""
        for part in chunks(sorted(vectors)):
            rows = [{"build": build, "text_hash": key, "vector": vectors[key]} for key in part]
            with self._database.write() as connection:
                upsert(connection, schema.vectors, rows)

    def get(self, build: str, text_hashes: Sequence[str]) -> npt.NDArray[np.float32]:
        """Vectors of shape (n, dimensions), row i for `text_hashes[i]`; shape (0, 0) for no hashes.

        Raises:
            MissingVectors: one was never stored under this build.
        """
        with self._database.read() as connection:
            found = self._load(connection, build, text_hashes)
        missing = sorted(set(text_hashes) - found.keys())
        if missing:
            raise MissingVectors(
                f"vectors: {len(missing)} of {len(set(text_hashes))} texts have none under build {build}, "
                f"the first is {missing[0]}; "
                "run `drumbeat embed`"
            )
        if not text_hashes:
            return np.zeros((0, 0), dtype=np.float32)
        return np.stack([found[key] for key in text_hashes])

    def has(self, build: str, text_hashes: Collection[str]) -> set[str]:
        """Those of the hashes that have a vector of this build."""
        statement = sa.select(schema.vectors.c.text_hash).where(schema.vectors.c.build == build)
        with self._database.read() as connection:
            return {
                row.text_hash
                for row in select_in(connection, statement, schema.vectors.c.text_hash, text_hashes)
            }

    def known(self, build: str, text_hashes: Collection[str]) -> dict[str, Vector]:
        """Those of the hashes that have a vector of this build, with it."""
        with self._database.read() as connection:
            return self._load(connection, build, text_hashes)

    def count(self, build: str) -> int:
        """How many vectors the build has."""
        with self._database.read() as connection:
            return int(
                connection.execute(
                    sa.select(sa.func.count()).where(schema.vectors.c.build == build)
                ).scalar_one()
            )

    def any(self, build: str) -> bool:
        """Whether the build has a vector."""
        statement = sa.select(schema.vectors.c.text_hash).where(schema.vectors.c.build == build).limit(1)
        with self._database.read() as connection:
            return connection.execute(statement).first() is not None

    def by_language(self, build: str, *, per_language: int) -> dict[str, npt.NDArray[np.float32]]:
        """Vectors of at most `per_language` texts per passage language, the first by text hash, shape (n,
        dimensions); languages sorted.
        """
        passages, vectors = schema.passages.c, schema.vectors.c
        embedded = sa.exists().where(vectors.build == build, vectors.text_hash == passages.text_hash)
        first = (
            sa.select(passages.text_hash)
            .distinct()
            .where(embedded)
            .order_by(passages.text_hash)
            .limit(per_language)
        )
        found = {}
        with self._database.read() as connection:
            for language in distinct_values(connection, passages.language):
                keys = connection.scalars(first.where(passages.language == language)).all()
                if keys:
                    found[language] = self._stack(connection, build, keys)
        return found

    def marks(self) -> PassageMarks:
        """How far passages and their changes have come."""
        with self._database.read() as connection:
            return marks_of(connection)

    def changes(self, *, after: int) -> dict[int, int]:
        """Changes after one: its number -> the number of a passage that was deleted, or whose article got
        another time, source or language.
        """
        with self._database.read() as connection:
            return changes_after(connection, after)

    def forget_changes(self, *, before: int) -> None:
        """Drop the list of changes before one (the last stays); who has not followed them begins anew."""
        with self._database.write() as connection:
            forget_before(connection, before)

    def after(self, build: str, passage_no: int, *, limit: int) -> list[EmbeddedPassage]:
        """The passages after a number, in order, up to the first one without a vector of this build."""
        number = schema.passages.c.passage_no
        following = _embedded_passages(build, is_outer=True).where(number > passage_no).order_by(number)
        with self._database.read() as connection:
            rows = connection.execute(following.limit(limit)).all()
        embedded = takewhile(lambda row: row.vector is not None, rows)
        return [record_of(EmbeddedPassage, row) for row in embedded]

    def embedded(
        self, build: str, numbers: Collection[int], *, filters: SearchFilters
    ) -> list[EmbeddedPassage]:
        """Those of the passages that exist, have a vector of this build and pass the filters, by number."""
        statement = filtered(_embedded_passages(build, is_outer=False), filters)
        number = schema.passages.c.passage_no
        with self._database.read() as connection:
            rows = select_in(connection, statement.order_by(number), number, numbers)
        return [record_of(EmbeddedPassage, row) for row in rows]

    def told(
        self, build: str, start: datetime, end: datetime
    ) -> tuple[list[int], list[str], npt.NDArray[np.float32]]:
        """Numbers and languages of the passages of articles counted in time and in [start, end) that have a
        vector of this build, in order, and their raw vectors, row i for the i-th; shape (0, 0) without any.
        Pass it short spans.

        For who compares many passages and wants to know more of few (`PassageStore.numbered`).
        """
        statement = _vectors_counted(build, start, end)
        with self._database.read() as connection:
            rows = [tuple(row) for row in connection.execute(statement) if row.vector is not None]
        if not rows:
            return [], [], np.zeros((0, 0), dtype=np.float32)
        numbers, languages, found = zip(*sorted(rows, key=itemgetter(0)), strict=True)
        return list(numbers), list(languages), np.stack(found)

    def _stack(self, connection: sa.Connection, build: str, keys: Sequence[str]) -> npt.NDArray[np.float32]:
        found = self._load(connection, build, keys)
        return np.stack([found[key] for key in keys])

    @staticmethod
    def _load(connection: sa.Connection, build: str, keys: Collection[str]) -> dict[str, Vector]:
        statement = sa.select(schema.vectors.c.text_hash, schema.vectors.c.vector).where(
            schema.vectors.c.build == build
        )
        return {
            row.text_hash: row.vector
            for row in select_in(connection, statement, schema.vectors.c.text_hash, keys)
        }


class MeanStore:
    """Frozen per-language means, by build and version."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def latest(self, build: str) -> MeanTable | None:
        """The table with the highest version."""
        with self._database.read() as connection:
            version = connection.execute(
                sa.select(sa.func.max(schema.mean_tables.c.version)).where(
                    schema.mean_tables.c.build == build
                )
            ).scalar()
        return None if version is None else self.get(build, version)

    def get(self, build: str, version: int) -> MeanTable | None:
        """One version."""
        this = (schema.mean_tables.c.build == build, schema.mean_tables.c.version == version)
        those = (schema.mean_vectors.c.build == build, schema.mean_vectors.c.version == version)
        with self._database.read() as connection:
            row = connection.execute(sa.select(schema.mean_tables).where(*this)).first()
            if row is None:
                return None
            means = connection.execute(
                sa.select(schema.mean_vectors).where(*those).order_by(schema.mean_vectors.c.language)
            )
            by_language = {mean.language: mean.vector for mean in means}
        return MeanTable(
            version=version, build=build, made_at=row.made_at, means=by_language, counts=row.counts
        )

    def freeze(self, table: MeanTable) -> None:
        """Keep a table for ever.

        Raises:
            StorageError: the version exists; what was computed with it must stay explainable.
        """
        place = {"build": table.build, "version": table.version}
        with self._database.write() as connection:
            taken = sa.select(schema.mean_tables.c.version).where(
                schema.mean_tables.c.build == table.build, schema.mean_tables.c.version == table.version
            )
            if connection.execute(taken).first():
                raise StorageError(
                    f"means: version {table.version} of build {table.build} is frozen; give the new table "
                    "a higher version"
                )
            connection.execute(
                sa.insert(schema.mean_tables).values(**place, made_at=table.made_at, counts=table.counts)
            )
            upsert(
                connection,
                schema.mean_vectors,
                [{**place, "language": name, "vector": mean} for name, mean in table.means.items()],
            )


def _embedded_passages(build: str, *, is_outer: bool) -> sa.Select[Any]:
    """The columns of an EmbeddedPassage; `is_outer`: also where there is no vector."""
    passages, articles, sources, vectors = schema.passages, schema.articles, schema.sources, schema.vectors
    of_build = (vectors.c.build == build) & (vectors.c.text_hash == passages.c.text_hash)
    joined = (
        passages.join(articles, articles.c.article_id == passages.c.article_id)
        .outerjoin(sources, sources.c.source_id == articles.c.source_id)
        .join(vectors, of_build, isouter=is_outer)
    )
    columns = [passages.c[name] for name in ("passage_no", "passage_id", "article_id", "language")]
    columns += [articles.c.source_id, articles.c.counted_at, vectors.c.vector]
    return sa.select(*columns, articles.c.language.label("article_language")).select_from(joined)


def _vectors_counted(build: str, start: datetime, end: datetime) -> sa.Select[Any]:
    """Number, language and vector (or none) of the passages counted in time and in [start, end)."""
    passages, articles, vectors = schema.passages.c, schema.articles.c, schema.vectors.c
    of_build = (vectors.build == build, vectors.text_hash == passages.text_hash)
    # As a value of each passage: in a join SQLite begins with all vectors of the build.
    its_vector = sa.select(vectors.vector).where(*of_build).scalar_subquery().label("vector")
    return (
        sa.select(passages.passage_no, passages.language, its_vector)
        .join(schema.articles, articles.article_id == passages.article_id)
        .where(articles.counted_at >= start, articles.counted_at < end, articles.late.is_(False))
    )
