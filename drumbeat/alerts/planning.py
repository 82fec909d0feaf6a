"""Who is told of new alerts, why, and when: at once, after quiet hours, with others, or in a daily or weekly
mail. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from config.rules import RecipientConfig, RuleConfig
from drumbeat.alerts.marks import muted_for
from drumbeat.alerts.rules import first_match
from drumbeat.alerts.waiting import to_reader
from drumbeat.shown.language import Language, Reader, say, speaking
from drumbeat.shown.words import count
from storage.ids import message_key
from storage.records import Alert, AlertMark, Delivery

Made = tuple[Alert, list[Delivery]]
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY: Final = "you get every alert"
YOUR: Final = {"daily": "your daily mail", "weekly": "your weekly mail"}
KEPT: Final = (
    "narrative_id",
    "label",
    "language",
    "first_mover",
    "sides",
    "first_seen_at",
    "kind",
    "statement_id",
)
"""What a mail about several alerts needs of each narrative, beside its first carriers and quotations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the settings say of whom to tell."""

    rules: Mapping[str, RuleConfig]
    recipients: Sequence[RecipientConfig]
    marks: list[AlertMark]
    sender: str
    language: Language = "en"
    """Of recipients that have none of their own."""

    def why(self, recipient: RecipientConfig, alert: Alert, now: datetime) -> str | None:
        """Why a recipient gets an alert, in words; None where they do not."""
        today = now.astimezone(recipient.zone_info).date()
        if recipient.mute_until is not None and today < recipient.mute_until:
            return None
        if muted_for(self.marks, alert.narrative_id, recipient.address, now):
            return None
        if not recipient.rules:
            return say(EVERY)
        rule = first_match([self.rules[name] for name in recipient.rules], alert.evidence)
        return say("rule “{rule}”", rule=rule.title or rule.id) if rule else None

    def spoken(self, recipient: RecipientConfig) -> AbstractContextManager[Reader]:
        """Whatever is said inside is said in the recipient's language."""
        return speaking(recipient.language or self.language)


def told_at_once(plan: Plan, alerts: Sequence[Alert], now: datetime) -> list[Made]:
    """Deliveries of new alerts to those who are told at once: one mail each, or one for several that belong
    together.

    Returns:
        Messages about several alerts, and by alert its single deliveries.
    """
    single: dict[str, list[Delivery]] = {alert.alert_id: [] for alert in alerts}
    groups: list[Made] = []
    for recipient in plan.recipients:
        if recipient.when != "at once":
            continue
        due = after_quiet_hours(recipient, now)
        with plan.spoken(recipient):
            for reason, together in _together(plan, recipient, alerts, now):
                if len(together) == 1:
                    single[together[0].alert_id].append(_delivery(plan, together[0], recipient, reason, due))
                else:
                    groups.append(_group(plan, recipient, together, reason, now, due))
    return [*((alert, single[alert.alert_id]) for alert in alerts), *groups]


def _together(
    plan: Plan, recipient: RecipientConfig, alerts: Sequence[Alert], now: datetime
) -> Iterator[tuple[str, list[Alert]]]:
    """The alerts that one mail tells of, with why."""
    found: defaultdict[tuple[str, str], list[Alert]] = defaultdict(list)
    for alert in alerts:
        reason = plan.why(recipient, alert, now)
        if reason is not None:
            theme = alert.evidence["narrative"].get("theme") or ""
            apart = "" if recipient.grouped else alert.alert_id
            found[reason, apart or theme].append(alert)
    for (reason, _), together in found.items():
        yield reason, together


def digests(plan: Plan, alerts: Sequence[Alert], now: datetime) -> list[Made]:
    """The daily and weekly mails whose moment has come, each with the alerts since the one before; none where
    there are none.
    """
    found = []
    for recipient in plan.recipients:
        if recipient.when == "at once":
            continue
        end = last_moment(recipient, now)
        start = last_moment(recipient, end - timedelta(seconds=1))
        inside = [alert for alert in alerts if start <= alert.created_at < end]
        with plan.spoken(recipient):
            reasons = {alert.alert_id: plan.why(recipient, alert, now) for alert in inside}
            told = [alert for alert in inside if reasons[alert.alert_id]]
            if told:
                reason = f"{say(YOUR[recipient.when])}; {reasons[told[0].alert_id]}"
                found.append(_group(plan, recipient, told, reason, end, None))
    return found


def last_moment(recipient: RecipientConfig, now: datetime) -> datetime:
    """The newest moment of a daily or weekly mail that is not after `now`, by the recipient's clock: it keeps
    its hour when the clocks change.
    """
    local = now.astimezone(recipient.zone_info)
    day = local.date()
    if recipient.when == "weekly":
        day -= timedelta(days=(day.weekday() - WEEKDAYS.index(recipient.weekday)) % 7)
    moment = _at(recipient, day, recipient.at)
    step = timedelta(days=7 if recipient.when == "weekly" else 1)
    return moment if moment <= now else _at(recipient, day - step, recipient.at)


def after_quiet_hours(recipient: RecipientConfig, now: datetime) -> datetime | None:
    """When the quiet hours end that `now` lies in; None outside of them."""
    start, end = recipient.quiet_from, recipient.quiet_until
    if start is None or end is None or start == end:
        return None
    local = now.astimezone(recipient.zone_info)
    clock = local.time()
    if not _lies_between(clock, start, end):
        return None
    day = local.date() + timedelta(days=1) if start > end and clock >= start else local.date()
    return _at(recipient, day, end)


def _lies_between(clock: time, start: time, end: time) -> bool:
    """Whether an hour lies in [start, end), which may go over midnight."""
    return start <= clock < end if start < end else clock >= start or clock < end


def _at(recipient: RecipientConfig, day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, recipient.zone_info).astimezone(UTC)


def _group(
    plan: Plan,
    recipient: RecipientConfig,
    alerts: Sequence[Alert],
    reason: str,
    at: datetime,
    due: datetime | None,
) -> Made:
    """One message about several alerts; its id comes from whom, when and what, so that it is made once."""
    key = message_key(
        "group", recipient.address, recipient.when, at.isoformat(), *(item.alert_id for item in alerts)
    )
    if recipient.when != "at once":
        key = message_key("digest", recipient.address, recipient.when, at.isoformat())
    message = Alert(
        alert_id=key,
        spike_id="",
        narrative_id=0,
        created_at=at,
        subject=_subject(alerts),
        evidence={"items": [_item(alert) for alert in alerts]},
        kind="group",
    )
    return message, [_delivery(plan, message, recipient, reason, due)]


def _subject(alerts: Sequence[Alert]) -> str:
    label = alerts[0].evidence["narrative"]["label"]
    return f"[Drumbeat] {count(len(alerts), 'alert')}{say(': ')}{label}"[:300]


def _item(alert: Alert) -> dict[str, Any]:
    """An alert as far as a mail about several shows it."""
    narrative = alert.evidence["narrative"]
    short = {name: narrative[name] for name in KEPT if name in narrative}
    short |= {"carriers": narrative["carriers"][:5], "quotes": narrative["quotes"][:4]}
    return {
        "alert_id": alert.alert_id,
        "created_at": alert.created_at.isoformat(),
        "evidence": {"spike": alert.evidence["spike"], "narrative": short},
    }


def _delivery(
    plan: Plan, alert: Alert, recipient: RecipientConfig, reason: str, due: datetime | None
) -> Delivery:
    made = to_reader(
        alert,
        recipient.address,
        sender=plan.sender,
        stands_for=alert.evidence,
        reason=reason,
        language=recipient.language or plan.language,
    )
    return replace(made, due_at=due)


def with_everybody(made: Made, others: Sequence[Delivery]) -> Made:
    """The alert with deliveries to the recipients of the settings too; nobody gets it twice."""
    alert, deliveries = made
    known = {(item.channel, item.recipient) for item in deliveries}
    more = [item for item in others if (item.channel, item.recipient) not in known]
    return alert, [*deliveries, *more]
