"""Executions of stages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage import schema
from storage.engine import Database
from storage.errors import StorageError
from storage.records import Run, RunState
from storage.rows import insert_new, record_of, row_of


class RunStore:
    """Every execution of every stage, with what it was given and what came of it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def start(
        self,
        stage: str,
        *,
        now: datetime,
        seed: int,
        versions: Mapping[str, str],
        parameters: Mapping[str, Any],
    ) -> Run:
        """Open a run under `{stage}-{now}-{n}`, n from 1, the first that is free."""
        with self._database.write() as connection:
            number = 0
            inserted = 0
            while not inserted:
                number += 1
                run = Run(
                    run_id=f"{stage}-{now:%Y%m%dT%H%M%SZ}-{number}", stage=stage, started_at=now, as_of=now,
                    seed=seed,
                    versions=dict(versions), parameters=dict(parameters),
                )  # fmt: skip
                inserted = insert_new(
                    connection, schema.runs, [{**row_of(run), "number": number}], key="run_id"
                )
        return run

    def finish(
        self,
        run_id: str,
        *,
        now: datetime,
        state: RunState,
        counts: Mapping[str, int],
        error: str | None = None,
    ) -> None:
        """Close a run.

        Raises:
            StorageError: there is no such run.
        """
        statement = sa.update(schema.runs).where(schema.runs.c.run_id == run_id)
        with self._database.write() as connection:
            done = connection.execute(
                statement.values(finished_at=now, state=state, counts=dict(counts), error=error)
            )
            if not done.rowcount:
                raise StorageError(f"run {run_id}: never started; open it with start first")

    def last(self, stage: str, *, state: RunState | None = "done") -> Run | None:
        """The stage's newest run in this state (None: in any)."""
        statement = sa.select(schema.runs).where(schema.runs.c.stage == stage)
        if state is not None:
            statement = statement.where(schema.runs.c.state == state)
        with self._database.read() as connection:
            row = connection.execute(
                statement.order_by(schema.runs.c.started_at.desc(), schema.runs.c.number.desc()).limit(1)
            ).first()
        return record_of(Run, row) if row else None

    def interrupt_open(self, stage: str, now: datetime) -> int:
        """Mark the stage's runs left `running` by a killed process `interrupted`; how many. The caller holds
        the stage's lock.
        """
        left = sa.update(schema.runs).where(schema.runs.c.stage == stage, schema.runs.c.state == "running")
        with self._database.write() as connection:
            return connection.execute(left.values(state="interrupted", finished_at=now)).rowcount

    def recent(self, limit: int = 50) -> list[Run]:
        """The newest first, by (started_at, stage, number)."""
        statement = (
            sa.select(schema.runs)
            .order_by(
                schema.runs.c.started_at.desc(), schema.runs.c.stage.desc(), schema.runs.c.number.desc()
            )
            .limit(limit)
        )
        with self._database.read() as connection:
            return [record_of(Run, row) for row in connection.execute(statement)]
