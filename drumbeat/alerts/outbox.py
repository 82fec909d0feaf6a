"""The door of the delivery stage: what waits in the outbox goes out, at least once, under one Message-ID for
ever.

    for each delivery that is due:
        compose it  ->  commit `begin` (states.py)  ->  hand it over  ->  commit `finish`

A crash between the two commits leaves `sending`, or `unknown` on its last try: the next round reads from that
what may have happened. The caller holds the stage's lock, so that `sending` at the start of a round always
means a killed process.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from email.message import EmailMessage

import jinja2
import structlog

from config.clock import Clock
from config.progress import Progress
from config.settings import MailSettings
from config.workspace import Workspace
from drumbeat.alerts import chat, smtp
from drumbeat.alerts.addresses import mail_address
from drumbeat.alerts.compose import chat_text, compose
from drumbeat.alerts.health_mail import compose_health, queue_health
from drumbeat.alerts.links import Links, links_of
from drumbeat.alerts.problems import BadAddress, DeliveryProblem, Refused, Unreachable
from drumbeat.alerts.report_mail import compose_report, queue_reports
from drumbeat.alerts.several import compose_several
from drumbeat.alerts.states import Step, begin, finish, is_due
from drumbeat.alerts.watch_mail import compose_hits
from drumbeat.shown.language import speaking
from storage.records import Alert, Delivery
from storage.store import Store

logger = structlog.get_logger(__name__)
NO_SERVER = "no mail server is set; set mail.host (and mail.sender) in drumbeat.toml"


def deliver(
    *, store: Store, workspace: Workspace, clock: Clock, run_id: str, progress: Progress
) -> dict[str, int]:
    """Send what is due.

    Returns:
        Deliveries by the state they are in now (`sent`, `pending`, `unknown`, `failed`), and those not tried
        (`waiting`).
    """
    mail = workspace.settings.mail
    queue_reports(store, workspace, clock.now())
    queue_health(store, workspace, clock.now())
    outbox = store.alerts.outbox()
    progress.start("deliver", len(outbox))
    counts: Counter[str] = Counter()
    closed = _closed(mail, outbox)
    links = links_of(workspace)
    for delivery in outbox:
        if delivery.channel in closed or not is_due(delivery, clock.now()):
            counts["waiting"] += 1
        else:
            done, problem = _deliver_one(delivery, store=store, mail=mail, links=links, clock=clock)
            counts[done.state] += 1
            if isinstance(problem, Unreachable):
                closed.add(delivery.channel)
            _log(delivery, done, run_id)
        progress.step()
    return dict(sorted(counts.items()))


def _closed(mail: MailSettings, outbox: Sequence[Delivery]) -> set[str]:
    """Channels over which nothing can go in this round."""
    hindrance = _hindrance(mail)
    if hindrance is None:
        return set()
    if any(delivery.channel == "smtp" for delivery in outbox):
        logger.warning("mail_waits", waiting=len(outbox), why=hindrance)
    return {"smtp"}


def _hindrance(mail: MailSettings) -> str | None:
    """Why no mail at all can be sent with these settings; None if it can."""
    if not mail.host:
        return NO_SERVER
    try:
        mail_address(mail.sender)
    except BadAddress as problem:
        return f"mail.sender: {problem}"
    return None


def _deliver_one(
    delivery: Delivery, *, store: Store, mail: MailSettings, links: Links, clock: Clock
) -> tuple[Step, DeliveryProblem | None]:
    """One try, committed before and after."""
    problem: DeliveryProblem | None = None
    hand_over = None
    try:
        with speaking(delivery.language or "en"):
            hand_over = _prepare(store.alerts.get(delivery.alert_id), delivery, mail, links)
    except Refused as found:
        problem = found
    begun = begin(delivery)
    if hand_over is not None:
        _write(store, delivery, begun, clock)
        try:
            hand_over()
        except DeliveryProblem as found:
            problem = found
    done = finish(begun, problem)
    _write(store, delivery, done, clock)
    return done, problem


def _prepare(alert: Alert | None, delivery: Delivery, mail: MailSettings, links: Links) -> Callable[[], None]:
    """Everything that can be done before anyone is spoken to; what is returned hands the alert over.

    Raises:
        Refused: this delivery can never be sent.
    """
    if alert is None:
        raise Refused(f"alert {delivery.alert_id} is not in the store")
    try:
        if delivery.channel == "apprise":
            title, body = chat_text(alert, delivery.reason, links.of(alert, delivery))
            return lambda: chat.send(title, body, recipient=delivery.recipient, settings=mail)
        message = _mail_of(alert, delivery, mail.sender, links)
    except (jinja2.TemplateError, LookupError, TypeError, ValueError) as problem:
        # One alert whose evidence an older version wrote otherwise must not keep all others back.
        raise Refused(
            f"alert {alert.alert_id} cannot be composed: {type(problem).__name__}: {problem}"
        ) from problem
    return lambda: smtp.send(message, settings=mail)


def _mail_of(alert: Alert, delivery: Delivery, sender: str, links: Links) -> EmailMessage:
    """The mail of a message of any kind."""
    if alert.kind == "report":
        return compose_report(alert, delivery, sender=sender)
    if alert.kind == "health":
        return compose_health(alert, delivery, sender=sender)
    if alert.kind == "watch":
        return compose_hits(alert, delivery, sender=sender, address=links.address)
    if alert.kind == "group":
        return compose_several(alert, delivery, sender=sender, links_of=links.of)
    return compose(alert, delivery, sender=sender, links=links.of(alert, delivery))


def _write(store: Store, delivery: Delivery, step: Step, clock: Clock) -> None:
    store.alerts.set_state(
        delivery.delivery_id, step.state, at=clock.now(), attempts=step.attempts, error=step.error
    )


def _log(delivery: Delivery, done: Step, run_id: str) -> None:
    tell = logger.info if done.state == "sent" else logger.warning
    tell(
        "delivery",
        run=run_id,
        delivery=delivery.delivery_id,
        to=delivery.recipient,
        state=done.state,
        attempts=done.attempts,
        error=done.error,
    )
