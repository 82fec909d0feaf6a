"""A published report on its way to its readers: its findings as the text, the page as an attachment.

The delivery stage asks which reports were published and not yet put into the outbox; the id of a message
comes from its report, so that each is put there once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Final

from config.workspace import Workspace
from drumbeat.alerts.compose import begun_mail
from drumbeat.alerts.waiting import to_reader
from drumbeat.shown.language import say
from storage.ids import message_key
from storage.records import Alert, Delivery, PublishedReport
from storage.store import Store

REASON: Final = "you are on the list of this report"
"""Why a reader gets it, as the mail says it."""
REACH: Final = timedelta(days=7)
"""A report that waited longer, with the machine off, is read on the dashboard."""


def queue_reports(store: Store, workspace: Workspace, now: datetime) -> int:
    """Put the first revisions of published reports into the outbox, each once for each reader; how many are
    new. Later revisions say on their page what they changed.
    """
    lists = {edition.id: edition.recipients for edition in workspace.editions}
    lists[""] = workspace.settings.report.recipients
    made = []
    for report in store.reports.since(now - REACH):
        readers = tuple(dict.fromkeys(lists.get(report.edition, ())))
        if report.revision == 1 and readers and store.alerts.get(_key(report)) is None:
            made.append(_message(report, readers, workspace))
    return store.alerts.create_all(made)


def _key(report: PublishedReport) -> str:
    days = (report.start.isoformat(), report.end.isoformat())
    return message_key("report", report.edition, *days, str(report.revision))


def _message(
    report: PublishedReport, readers: Sequence[str], workspace: Workspace
) -> tuple[Alert, list[Delivery]]:
    """The message, with its page frozen as it lies in the folder of reports."""
    content = report.content
    page = workspace.report_dir / f"{content['stem']}.html"
    evidence = {
        "stem": content["stem"],
        "text": content["text"],
        "html": page.read_text(encoding="utf-8") if page.is_file() else "",
    }
    alert = Alert(
        alert_id=_key(report),
        spike_id="",
        narrative_id=0,
        created_at=report.as_of,
        subject=f"[Drumbeat] {content['title']}",
        evidence=evidence,
        kind="report",
    )
    return alert, [
        to_reader(
            alert,
            reader,
            sender=workspace.settings.mail.sender,
            stands_for={"report": alert.alert_id},
            reason=REASON,
            language=content.get("language", "en"),
        )
        for reader in readers
    ]


def compose_report(message: Alert, delivery: Delivery, *, sender: str) -> EmailMessage:
    """The mail of a published report.

    Raises:
        BadAddress: sender or recipient is no mail address.
    """
    mail = begun_mail(message, delivery, sender)
    evidence = message.evidence
    why = f"{say('Why you')}{say(': ')}{say(delivery.reason or '')}"
    mail.set_content(f"{evidence['text']}\n-- \n{why}.\n", cte="quoted-printable")
    if evidence["html"]:
        content = evidence["html"].encode("utf-8", "replace")
        mail.add_attachment(content, "text", "html", filename=f"{evidence['stem']}.html", cte="base64")
        mail.set_boundary(f"=_{delivery.delivery_id}_mixed")
    return mail
