"""Vectors of passage texts and the frozen means that are subtracted from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from storage import schema
from storage.engine import Database
from storage.errors import MissingVectors, StorageError
from storage.filters import filtered
from storage.records import MeanTable, SearchFilters, Vector
from storage.rows import chunks, select_in, upsert


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
            return {row.text_hash for row in select_in(connection, statement, schema.vectors.c.text_hash, text_hashes)}

    def count(self, build: str) -> int:
        """How many vectors the build has."""
        with self._database.read() as connection:
            return int(connection.execute(sa.select(sa.func.count()).where(schema.vectors.c.build == build)).scalar_one())

    def by_language(self, build: str, *, per_language: int) -> dict[str, npt.NDArray[np.float32]]:
        """Vectors of at most `per_language` texts per passage language, the first by text hash, shape (n, dimensions); languages sorted."""
        table = schema.passages.c
        distinct = sa.select(table.language, table.text_hash).distinct().subquery()
        rank = sa.func.row_number().over(partition_by=distinct.c.language, order_by=distinct.c.text_hash).label("rank")
        embedded = distinct.join(schema.vectors, (schema.vectors.c.text_hash == distinct.c.text_hash) & (schema.vectors.c.build == build))
        ranked = sa.select(distinct.c.language, distinct.c.text_hash, rank).select_from(embedded).subquery()
        chosen = sa.select(ranked.c.language, ranked.c.text_hash).where(ranked.c.rank <= per_language)
        groups: defaultdict[str, list[str]] = defaultdict(list)
        with self._database.read() as connection:
            for row in connection.execute(chosen.order_by(ranked.c.language, ranked.c.text_hash)):
                groups[row.language].append(row.text_hash)
            return {language: self._stack(connection, build, keys) for language, keys in groups.items()}

    def nearest(self, build: str, vector: Vector, k: int, *, filters: SearchFilters | None = None) -> list[tuple[str, float]]:
        """The `k` passages most alike: (passage_id, raw cosine), best first, ties by passage_id.

        Exact on both engines (pgvector's operator, a scan in chunks on SQLite): an approximate index would make results depend on
        the order in which passages came.
        """
        with self._database.read() as connection:
            if self._database.is_sqlite:
                return self._scan(connection, build, vector, k, filters)
            return self._ask_pgvector(connection, build, vector, k, filters)

    def _ask_pgvector(
        self, connection: sa.Connection, build: str, vector: Vector, k: int, filters: SearchFilters | None
    ) -> list[tuple[str, float]]:
        given = sa.bindparam("given", vector, type_=schema.vectors.c.vector.type)
        distance: sa.ColumnElement[float] = schema.vectors.c.vector.op("<=>", return_type=sa.Double())(
            sa.cast(given, schema.vectors.c.vector.type)
        )
        joined = _with_vectors(build)
        statement = filtered(sa.select(schema.passages.c.passage_id, (1 - distance).label("cosine")).select_from(joined), filters)
        rows = connection.execute(statement.order_by(distance, schema.passages.c.passage_id).limit(k))
        return [(row.passage_id, float(row.cosine)) for row in rows]

    def _scan(
        self, connection: sa.Connection, build: str, vector: Vector, k: int, filters: SearchFilters | None
    ) -> list[tuple[str, float]]:
        statement = filtered(
            sa.select(schema.passages.c.passage_id, schema.passages.c.text_hash).select_from(_with_vectors(build)), filters
        )
        owners: defaultdict[str, list[str]] = defaultdict(list)
        for row in connection.execute(statement):
            owners[row.text_hash].append(row.passage_id)
        unit = np.asarray(vector, dtype=np.float32) / max(float(np.linalg.norm(vector)), 1e-12)
        best: list[tuple[str, float]] = []
        for part in chunks(sorted(owners), 4096):
            matrix = self._stack(connection, build, part)
            cosines = matrix @ unit / np.maximum(np.linalg.norm(matrix, axis=1), 1e-12)
            best += [(passage_id, float(cosine)) for key, cosine in zip(part, cosines, strict=True) for passage_id in owners[key]]
            best = sorted(best, key=lambda hit: (-hit[1], hit[0]))[:k]
        return best

    def _stack(self, connection: sa.Connection, build: str, keys: Sequence[str]) -> npt.NDArray[np.float32]:
        found = self._load(connection, build, keys)
        return np.stack([found[key] for key in keys])

    @staticmethod
    def _load(connection: sa.Connection, build: str, keys: Collection[str]) -> dict[str, Vector]:
        statement = sa.select(schema.vectors.c.text_hash, schema.vectors.c.vector).where(schema.vectors.c.build == build)
        return {row.text_hash: row.vector for row in select_in(connection, statement, schema.vectors.c.text_hash, keys)}


class MeanStore:
    """Frozen per-language means, by build and version."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def latest(self, build: str) -> MeanTable | None:
        """The table with the highest version."""
        with self._database.read() as connection:
            version = connection.execute(
                sa.select(sa.func.max(schema.mean_tables.c.version)).where(schema.mean_tables.c.build == build)
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
            means = connection.execute(sa.select(schema.mean_vectors).where(*those).order_by(schema.mean_vectors.c.language))
            by_language = {mean.language: mean.vector for mean in means}
        return MeanTable(version=version, build=build, made_at=row.made_at, means=by_language, counts=row.counts)

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
                raise StorageError(f"means: version {table.version} of build {table.build} is frozen; give the new table a higher version")
            connection.execute(sa.insert(schema.mean_tables).values(**place, made_at=table.made_at, counts=table.counts))
            upsert(connection, schema.mean_vectors, [{**place, "language": name, "vector": mean} for name, mean in table.means.items()])


def _with_vectors(build: str) -> sa.FromClause:
    joined = schema.passages.join(
        schema.vectors, (schema.vectors.c.text_hash == schema.passages.c.text_hash) & (schema.vectors.c.build == build)
    )
    joined = joined.join(schema.articles, schema.articles.c.article_id == schema.passages.c.article_id)
    return joined.outerjoin(schema.sources, schema.sources.c.source_id == schema.articles.c.source_id)
