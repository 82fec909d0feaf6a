"""Alerts and their deliveries: the outbox."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from storage import schema
from storage.engine import Database
from storage.errors import StorageError
from storage.records import Alert, AlertMark, Delivery, DeliveryState, MessageKind
from storage.rows import insert_new, record_of, row_of, select_in, upsert

UNKNOWN_ATTEMPTS: Final = 2
"""A delivery whose end is unknown is tried once more: its first attempt and one other."""


class AlertStore:
    """Alerts as they were made, and one delivery per recipient."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, alert: Alert, deliveries: Sequence[Delivery]) -> bool:
        """Write an alert with its deliveries, in one transaction; False, and nothing is written, if the alert
        exists.
        """
        return self.create_all([(alert, deliveries)]) == 1

    def create_all(self, made: Sequence[tuple[Alert, Sequence[Delivery]]]) -> int:
        """Write alerts with their deliveries, all in one transaction; those that exist stay as they are, with
        their deliveries.

        Returns:
            How many are new.
        """
        new = 0
        with self._database.write() as connection:
            for alert, deliveries in made:
                if insert_new(connection, schema.alerts, [row_of(alert)], key="alert_id"):
                    upsert(connection, schema.deliveries, [row_of(item) for item in deliveries])
                    new += 1
        return new

    def get(self, alert_id: str) -> Alert | None:
        """One alert."""
        with self._database.read() as connection:
            row = connection.execute(
                sa.select(schema.alerts).where(schema.alerts.c.alert_id == alert_id)
            ).first()
        return record_of(Alert, row) if row else None

    def between(self, start: datetime, end: datetime, *, kind: MessageKind | None = None) -> list[Alert]:
        """Alerts made in [start, end), or messages of another kind, by (created_at, alert_id)."""
        statement = sa.select(schema.alerts).where(
            schema.alerts.c.created_at >= start,
            schema.alerts.c.created_at < end,
            schema.alerts.c.kind.is_(None) if kind is None else schema.alerts.c.kind == kind,
        )
        with self._database.read() as connection:
            rows = connection.execute(
                statement.order_by(schema.alerts.c.created_at, schema.alerts.c.alert_id)
            )
            return [record_of(Alert, row) for row in rows]

    def outbox(self) -> list[Delivery]:
        """Deliveries to act on, by delivery_id: pending, `sending` (left by a killed process), `unknown` with
        an attempt left.
        """
        retry = (schema.deliveries.c.state == "unknown") & (schema.deliveries.c.attempts < UNKNOWN_ATTEMPTS)
        statement = sa.select(schema.deliveries).where(
            sa.or_(schema.deliveries.c.state.in_(("pending", "sending")), retry)
        )
        with self._database.read() as connection:
            return [
                record_of(Delivery, row)
                for row in connection.execute(statement.order_by(schema.deliveries.c.delivery_id))
            ]

    def deliveries(self, alert_id: str | None = None) -> list[Delivery]:
        """Deliveries of one alert, or all, by (alert_id, delivery_id)."""
        statement = sa.select(schema.deliveries).order_by(
            schema.deliveries.c.alert_id, schema.deliveries.c.delivery_id
        )
        if alert_id is not None:
            statement = statement.where(schema.deliveries.c.alert_id == alert_id)
        with self._database.read() as connection:
            return [record_of(Delivery, row) for row in connection.execute(statement)]

    def set_state(
        self, delivery_id: str, state: DeliveryState, *, at: datetime, attempts: int, error: str | None = None
    ) -> None:
        """What became of a delivery.

        Raises:
            StorageError: there is no such delivery.
        """
        statement = sa.update(schema.deliveries).where(schema.deliveries.c.delivery_id == delivery_id)
        with self._database.write() as connection:
            done = connection.execute(
                statement.values(state=state, updated_at=at, attempts=attempts, last_error=error)
            )
            if not done.rowcount:
                raise StorageError(
                    f"delivery {delivery_id}: not in the outbox; create it with its alert first"
                )

    def mark(self, mark: AlertMark) -> bool:
        """Write what somebody said; False, and nothing is written, if a mark of its id exists."""
        with self._database.write() as connection:
            return bool(insert_new(connection, schema.alert_marks, [row_of(mark)], key="mark_id"))

    def has_mark(self, mark_id: str) -> bool:
        """Whether a mark of this id was written."""
        statement = sa.select(schema.alert_marks.c.mark_id).where(schema.alert_marks.c.mark_id == mark_id)
        with self._database.read() as connection:
            return connection.execute(statement).first() is not None

    def marks(self, alert_ids: Collection[str] | None = None) -> list[AlertMark]:
        """Marks of some alerts, or all, by (at, mark_id)."""
        table, statement = schema.alert_marks.c, sa.select(schema.alert_marks)
        with self._database.read() as connection:
            if alert_ids is None:
                rows = list(connection.execute(statement))
            else:
                rows = select_in(connection, statement, table.alert_id, alert_ids)
        return sorted((record_of(AlertMark, row) for row in rows), key=lambda mark: (mark.at, mark.mark_id))
