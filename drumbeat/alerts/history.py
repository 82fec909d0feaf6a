"""What was alerted, and what became of it: alerts with their deliveries, those without a recipient too."""

from __future__ import annotations

from datetime import UTC, datetime

from storage.records import Alert, Delivery
from storage.store import Store

EVER = (datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))


def alerts_with_deliveries(
    store: Store, start: datetime = EVER[0], end: datetime = EVER[1]
) -> list[tuple[Alert, list[Delivery]]]:
    """Alerts made in [start, end), the newest first, each with its deliveries by id; none where no recipient
    was set when it was made.
    """
    found: list[tuple[Alert, list[Delivery]]] = [
        (alert, []) for alert in reversed(store.alerts.between(start, end))
    ]
    of = {alert.alert_id: deliveries for alert, deliveries in found}
    for delivery in store.alerts.deliveries():
        if delivery.alert_id in of:
            of[delivery.alert_id].append(delivery)
    return found
