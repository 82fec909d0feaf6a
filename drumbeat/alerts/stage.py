"""The door of the alert stage: every spike that deserves one gets its alert, once, with its evidence frozen
and its deliveries.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import structlog

from config.clock import Clock, day_of
from config.progress import Progress
from config.settings import MailSettings
from config.workspace import Workspace
from drumbeat.alerts.addresses import chat_name, message_id
from drumbeat.alerts.compose import subject_of
from drumbeat.alerts.marks import muted_for
from drumbeat.alerts.planning import Made, Plan, digests, told_at_once, with_everybody
from storage.ids import alert_id, delivery_id
from storage.records import Alert, AlertMark, Delivery, Spike
from storage.records.decisions import muted
from storage.store import Store

logger = structlog.get_logger(__name__)
NOBODY = {
    "why": "nobody is told of it: mail.recipients is empty; `drumbeat alerts` and the dashboard show it"
}
LOOK_BACK = timedelta(days=30)
"""A spike that waited longer for its alert, with the machine off, is history and stands in the reports."""
DIGEST_REACH = timedelta(days=15)
"""How far back alerts are read for daily and weekly mails: two weeks, and a day for a late round."""


def make_alerts(
    *, store: Store, workspace: Workspace, clock: Clock, run_id: str, progress: Progress
) -> dict[str, int]:
    """Make an alert, with one delivery per recipient, of every spike that was decided to be one and has none
    yet.

    All alerts of a run and their deliveries are one transaction; their ids come from the spike, so that a
    second run makes nothing anew.

    Returns:
        `alerts` made, their `deliveries`, spikes whose alert was `known`, spikes `without_evidence`, which
        get none.
    """
    spikes = _decided(store, day_of(clock.now()))
    progress.start("alerts", len(spikes))
    counts: Counter[str] = Counter(alerts=0, deliveries=0, known=0, without_evidence=0)
    alerts: list[Alert] = []
    for spike in spikes:
        alert, became = _make(spike, store=store, workspace=workspace, clock=clock)
        counts[became] += 1
        alerts += [alert] if alert else []
        progress.step()
    made = _with_deliveries(alerts, store=store, workspace=workspace, clock=clock)
    counts["deliveries"] = sum(len(deliveries) for _, deliveries in made)
    for alert, deliveries in made:
        _log(alert, len(deliveries), run_id)
    return dict(counts)


def _with_deliveries(
    alerts: Sequence[Alert], *, store: Store, workspace: Workspace, clock: Clock
) -> list[Made]:
    """Write the new alerts with whom they go to, and the daily and weekly mails whose moment has come; the
    former.
    """
    plan, mail = plan_of(store, workspace), workspace.settings.mail
    made = told_at_once(plan, alerts, clock.now())
    made = [
        with_everybody(item, deliveries_of(item[0], mail, plan.marks) if item[0].kind is None else ())
        for item in made
    ]
    store.alerts.create_all([*made, *_digests(plan, store, alerts, clock)])
    return made


def plan_of(store: Store, workspace: Workspace) -> Plan:
    """Whom the workspace's settings tell of what."""
    return Plan(
        rules={rule.id: rule for rule in workspace.rules},
        recipients=workspace.recipients,
        marks=store.alerts.marks(),
        sender=workspace.settings.mail.sender,
    )


def _digests(plan: Plan, store: Store, alerts: Sequence[Alert], clock: Clock) -> list[Made]:
    """Daily and weekly mails whose moment has come; one that was made before is not made again."""
    if all(recipient.when == "at once" for recipient in plan.recipients):
        return []
    now = clock.now()
    return digests(plan, [*store.alerts.between(now - DIGEST_REACH, now), *alerts], now)


def _decided(store: Store, today: date) -> list[Spike]:
    """The spikes that were decided to be alerts, by day and id; none of a narrative that an analyst muted."""
    recent = store.spikes.between(today - LOOK_BACK, today + timedelta(days=1))
    survivors = store.narratives.counted_as()
    silenced = muted(store.corrections.in_force(), survivors, today)
    return [
        spike
        for spike in recent
        if spike.decision == "alert" and survivors.get(spike.narrative_id, spike.narrative_id) not in silenced
    ]


def _log(alert: Alert, deliveries: int, run_id: str) -> None:
    told = {
        "run": run_id,
        "spike": alert.spike_id,
        "narrative": alert.narrative_id,
        "deliveries": deliveries,
    }
    if deliveries:
        logger.info("alert", **told)
    else:
        logger.warning("alert", **told, **NOBODY)


def _make(spike: Spike, *, store: Store, workspace: Workspace, clock: Clock) -> tuple[Alert | None, str]:
    """Freeze the evidence of one spike as its alert, if it has none yet; beside it what to count."""
    from analysis.digest.build import alert_evidence

    if store.alerts.get(alert_id(spike.spike_id)):
        return None, "known"
    try:
        evidence = alert_evidence(store=store, workspace=workspace, spike=spike)
    except LookupError as problem:
        # One spike whose rows are gone must not keep the alerts of the others back.
        logger.error("alert_without_evidence", spike=spike.spike_id, problem=str(problem))
        return None, "without_evidence"
    alert = Alert(
        alert_id=alert_id(spike.spike_id),
        spike_id=spike.spike_id,
        narrative_id=spike.narrative_id,
        created_at=clock.now(),
        subject=subject_of(evidence),
        evidence=evidence,
    )
    return alert, "alerts"


def deliveries_of(alert: Alert, mail: MailSettings, marks: Sequence[AlertMark] = ()) -> list[Delivery]:
    """One delivery per recipient of the settings and per Apprise address, each once, however often they name
    it; none to those for whom the narrative is muted.
    """
    people: list[tuple[str, str]] = [("smtp", recipient) for recipient in mail.recipients]
    people += [("apprise", chat_name(url.get_secret_value())) for url in mail.apprise_urls]
    return [
        _delivery(alert, channel, recipient, mail.sender)
        for channel, recipient in dict.fromkeys(people)
        if not muted_for(list(marks), alert.narrative_id, recipient, alert.created_at)
    ]


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
