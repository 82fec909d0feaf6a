"""The door of the alert stage: every spike that deserves one gets its alert, once, with its evidence frozen
and its deliveries.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import structlog

from config.clock import Clock, day_of
from config.progress import Progress
from config.settings import MailSettings
from config.workspace import Workspace
from drumbeat.alerts.addresses import chat_name, message_id
from drumbeat.alerts.compose import subject_of
from storage.ids import alert_id, delivery_id
from storage.records import Alert, Delivery, Spike
from storage.records.decisions import muted
from storage.store import Store

logger = structlog.get_logger(__name__)
NOBODY = {
    "why": "nobody is told of it: mail.recipients is empty; `drumbeat alerts` and the dashboard show it"
}
LOOK_BACK = timedelta(days=30)
"""A spike that waited longer for its alert, with the machine off, is history and stands in the reports."""


def make_alerts(
    *, store: Store, workspace: Workspace, clock: Clock, run_id: str, progress: Progress
) -> dict[str, int]:
    """Make an alert, with one delivery per recipient, of every spike that was decided to be one and has none
    yet.

    Alert and deliveries are one transaction; their ids come from the spike, so that a second run makes
    nothing anew.

    Returns:
        `alerts` made, their `deliveries`, spikes whose alert was `known`, spikes `without_evidence`, which
        get none.
    """
    spikes = _decided(store, day_of(clock.now()))
    progress.start("alerts", len(spikes))
    counts: Counter[str] = Counter(alerts=0, deliveries=0, known=0, without_evidence=0)
    for spike in spikes:
        made = _make(spike, store=store, workspace=workspace, clock=clock)
        counts.update(made)
        if "alerts" in made:
            _log(spike, made["deliveries"], run_id)
        progress.step()
    return dict(counts)


def _decided(store: Store, today: date) -> list[Spike]:
    """The spikes that were decided to be alerts, by day and id; none of a narrative that an analyst muted."""
    recent = store.spikes.between(today - LOOK_BACK, today + timedelta(days=1))
    survivors = store.narratives.survivors()
    silenced = muted(store.corrections.in_force(), survivors, today)
    return [
        spike
        for spike in recent
        if spike.decision == "alert" and survivors.get(spike.narrative_id, spike.narrative_id) not in silenced
    ]


def _log(spike: Spike, deliveries: int, run_id: str) -> None:
    told = {
        "run": run_id,
        "spike": spike.spike_id,
        "narrative": spike.narrative_id,
        "deliveries": deliveries,
    }
    if deliveries:
        logger.info("alert", **told)
    else:
        logger.warning("alert", **told, **NOBODY)


def _make(spike: Spike, *, store: Store, workspace: Workspace, clock: Clock) -> dict[str, int]:
    """Freeze the evidence of one spike and write its alert, if it has none yet; what to count."""
    from analysis.digest.build import alert_evidence

    if store.alerts.get(alert_id(spike.spike_id)):
        return {"known": 1}
    try:
        evidence = alert_evidence(store=store, workspace=workspace, spike=spike)
    except LookupError as problem:
        # One spike whose rows are gone must not keep the alerts of the others back.
        logger.error("alert_without_evidence", spike=spike.spike_id, problem=str(problem))
        return {"without_evidence": 1}
    alert = Alert(
        alert_id=alert_id(spike.spike_id),
        spike_id=spike.spike_id,
        narrative_id=spike.narrative_id,
        created_at=clock.now(),
        subject=subject_of(evidence),
        evidence=evidence,
    )
    deliveries = deliveries_of(alert, workspace.settings.mail)
    is_new = store.alerts.create(alert, deliveries)
    return {"alerts": 1, "deliveries": len(deliveries)} if is_new else {"known": 1}


def deliveries_of(alert: Alert, mail: MailSettings) -> list[Delivery]:
    """One delivery per recipient and per Apprise address, each once, however often the settings name it."""
    people: list[tuple[str, str]] = [("smtp", recipient) for recipient in mail.recipients]
    people += [("apprise", chat_name(url.get_secret_value())) for url in mail.apprise_urls]
    return [_delivery(alert, channel, recipient, mail.sender) for channel, recipient in dict.fromkeys(people)]


def _delivery(alert: Alert, channel: Any, recipient: str, sender: str) -> Delivery:
    name = delivery_id(alert.alert_id, channel, recipient)
    return Delivery(
        delivery_id=name,
        alert_id=alert.alert_id,
        channel=channel,
        recipient=recipient,
        message_id=message_id(name, alert.evidence, sender=sender),
        state="pending",
        updated_at=alert.created_at,
    )
