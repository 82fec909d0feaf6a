"""Vectors of passage texts and the frozen means that are subtracted from them."""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from storage import schema
from storage.engine import Database
from storage.errors import MissingVectors, StorageError
from storage.filters import filtered
from storage.records import MeanTable, SearchFilters, Vector
from storage.rows import chunks, distinct_values, select_in, upsert

_RUN: Final = 4096
"""Rows that a scan holds at a time."""
_HASH: Final = "S32"


class VectorStore:
    """Vectors by embedding build and text hash: one text is embedded once, builds never mix. At rest they are float16."""

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
                f"vectors: {len(missing)} of {len(set(text_hashes))} texts have none under build {build}, the first is {missing[0]}; "
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
        """Vectors of at most `per_language` texts per passage language, the first by text hash, shape (n, dimensions); languages sorted."""
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

    def nearest(
        self, build: str, vector: Vector, k: int, *, filters: SearchFilters | None = None
    ) -> list[tuple[str, float]]:
        """The `k` passages of each language that are most alike: (passage_id, raw cosine), best first, ties by passage_id.

        Exact on both engines (pgvector's operator, one pass over the vectors on SQLite): an approximate index would make results depend
        on the order in which passages came. On SQLite it takes about 14 CPU-seconds for a million passages.
        """
        with self._database.read() as connection:
            found = (self._scan if self._database.is_sqlite else self._ask_pgvector)(
                connection, build, vector, k, filters
            )
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))

    def _ask_pgvector(
        self, connection: sa.Connection, build: str, vector: Vector, k: int, filters: SearchFilters | None
    ) -> list[tuple[str, float]]:
        given = sa.bindparam("given", vector, type_=schema.vectors.c.vector.type)
        distance: sa.ColumnElement[float] = schema.vectors.c.vector.op("<=>", return_type=sa.Double())(
            sa.cast(given, schema.vectors.c.vector.type)
        )
        passages = schema.passages.c
        rank = (
            sa.func.row_number()
            .over(partition_by=passages.language, order_by=(distance, passages.passage_id))
            .label("rank")
        )
        joined = _with_articles().join(
            schema.vectors,
            (schema.vectors.c.text_hash == passages.text_hash) & (schema.vectors.c.build == build),
        )
        ranked = filtered(
            sa.select(passages.passage_id, (1 - distance).label("cosine"), rank).select_from(joined), filters
        ).subquery()
        rows = connection.execute(sa.select(ranked.c.passage_id, ranked.c.cosine).where(ranked.c.rank <= k))
        return [(row.passage_id, float(row.cosine)) for row in rows]

    def _scan(
        self, connection: sa.Connection, build: str, vector: Vector, k: int, filters: SearchFilters | None
    ) -> list[tuple[str, float]]:
        hashes, cosines = _all_cosines(connection, build, vector)
        if not len(hashes):
            return []
        statement = sa.select(
            schema.passages.c.passage_id, schema.passages.c.language, schema.passages.c.text_hash
        )
        best: defaultdict[str, list[tuple[float, str]]] = defaultdict(list)
        if filters is not None and filters != SearchFilters():
            statement = filtered(statement.select_from(_with_articles()), filters)
        for rows in _streamed(connection, statement):
            asked = np.array([row.text_hash for row in rows], hashes.dtype)
            places = np.minimum(np.searchsorted(hashes, asked), len(hashes) - 1)
            known = hashes[places] == asked
            for row, cosine, is_known in zip(rows, cosines[places].tolist(), known.tolist(), strict=True):
                kept = best[row.language]
                if is_known and (len(kept) < k or (-cosine, row.passage_id) < kept[-1]):
                    insort(kept, (-cosine, row.passage_id))
                    del kept[k:]
        return [(passage_id, -negative) for kept in best.values() for negative, passage_id in kept]

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
                    f"means: version {table.version} of build {table.build} is frozen; give the new table a higher version"
                )
            connection.execute(
                sa.insert(schema.mean_tables).values(**place, made_at=table.made_at, counts=table.counts)
            )
            upsert(
                connection,
                schema.mean_vectors,
                [{**place, "language": name, "vector": mean} for name, mean in table.means.items()],
            )


def _with_articles() -> sa.FromClause:
    joined = schema.passages.join(
        schema.articles, schema.articles.c.article_id == schema.passages.c.article_id
    )
    return joined.outerjoin(schema.sources, schema.sources.c.source_id == schema.articles.c.source_id)


def _all_cosines(
    connection: sa.Connection, build: str, vector: Vector
) -> tuple[npt.NDArray[np.bytes_], npt.NDArray[np.float64]]:
    """Text hashes of a build, sorted, and the cosine of each to `vector`.

    The table is read as it lies on the disk (by its key, each row would be sought: three times as long), as bytes, which are made numbers a
    chunk at a time. Cosines are rounded: their last bits depend on what else is in a chunk.
    """
    table = schema.vectors
    raw = sa.select(table.c.text_hash, sa.type_coerce(table.c.vector, sa.LargeBinary).label("vector"))
    # An expression, so that the key's index is not taken.
    raw = raw.where(table.c.build.concat("") == build)
    unit = np.asarray(vector, np.float64) / max(float(np.linalg.norm(vector)), 1e-12)
    hashes, cosines = [], []
    for rows in _streamed(connection, raw):
        matrix = (
            np.frombuffer(b"".join([row.vector for row in rows]), "<f2")
            .reshape(len(rows), -1)
            .astype(np.float64)
        )
        hashes.append(np.array([row.text_hash for row in rows], _HASH))
        cosines.append((matrix @ unit / np.maximum(np.linalg.norm(matrix, axis=1), 1e-12)).round(6))
    if not hashes:
        return np.zeros(0, _HASH), np.zeros(0)
    joined = np.concatenate(hashes)
    order = np.argsort(joined)
    return joined[order], np.concatenate(cosines)[order]


def _streamed(connection: sa.Connection, statement: sa.Select[Any]) -> Iterator[Sequence[sa.Row[Any]]]:
    """Rows in runs, never all at once."""
    return connection.execute(statement, execution_options={"yield_per": _RUN}).partitions()
