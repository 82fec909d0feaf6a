"""An alert as a mail: plain text, HTML with its styles inlined, and the chart inside.

Composition is a pure function of the alert's frozen evidence and the delivery: a mail that is sent again is
the same mail, byte for byte.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from analysis.plain import to_plain
from drumbeat.alerts.addresses import mail_address, mail_domain, thread_id
from drumbeat.alerts.first_screen import first_screen
from drumbeat.alerts.headers import WIRE, unread
from drumbeat.report.view import DATES, FIGURES, narrative_chart
from drumbeat.shown import charts, drawing
from drumbeat.shown.environment import html_environment, plain_environment
from drumbeat.shown.language import reader, say
from drumbeat.shown.names import country_name, notice
from drumbeat.shown.safe import clause, header_text, one_line
from drumbeat.shown.words import count, number
from storage.records import Alert, Delivery

SUBJECT_LABEL = 90
MOST_COUNTRIES = 8
"""Bars in the chart of carriers; the text beside it has all."""


@dataclass(frozen=True, slots=True)
class _Picture:
    """A chart and the name under which the HTML finds it in the mail."""

    chart: charts.Chart
    cid: str

    @property
    def alt(self) -> str:
        """What a reader who cannot see it is told."""
        return f"{self.chart.title}. {self.chart.description}"


def subject_of(evidence: dict[str, Any]) -> str:
    """`[Drumbeat] 3.1 times expected: LABEL (narrative 12)`; the figures come first, so that no label can
    hide them.
    """
    spike, narrative = evidence["spike"], evidence["narrative"]
    weight = (
        say("{ratio} times expected", ratio=number(spike["ratio"]))
        if spike["ratio"] is not None
        else say("new, {outlets}", outlets=count(spike["outlets"], "outlet"))
    )
    label = clause(one_line(narrative["label"]), SUBJECT_LABEL)
    told = say("narrative {n}", n=narrative["narrative_id"])
    return header_text(f"[Drumbeat] {weight}{say(': ')}{label} ({told})", 200)


def subject_for(alert: Alert, delivery: Delivery) -> str:
    """The subject as this reader gets it."""
    if delivery.language in (None, "en") or alert.kind is not None:
        return alert.subject
    return subject_of(alert.evidence)


def compose(
    alert: Alert, delivery: Delivery, *, sender: str, links: Mapping[str, str] | None = None
) -> EmailMessage:
    """The mail of one delivery.

    Args:
        links: what its reader can do, by name (`open`, `ack`, `mute`, `false`); none: the mail has no links.

    Raises:
        BadAddress: sender or recipient is no mail address.
    """
    message = begun_mail(alert, delivery, sender)
    for name, value in _thread(alert, sender).items():
        message[name] = value
    view = _view(alert, subject_for(alert, delivery), delivery.reason, links or {})
    write_bodies(message, "alert", view)
    related = message.get_payload()[1]  # type: ignore[index]
    for name, picture in view["charts"].items():
        related.add_related(  # type: ignore[union-attr]
            drawing.to_png(picture.chart),
            "image",
            "png",
            cid=f"<{picture.cid}>",
            filename=f"{name}.png",
            disposition="inline",
        )
    _attach_evidence(message, alert)
    alternative = message.get_payload()[0]  # type: ignore[index]
    for part, end in ((message, "mixed"), (alternative, "alternative"), (related, "related")):
        part.set_boundary(f"=_{delivery.delivery_id}_{end}")  # type: ignore[union-attr]
    return message


def _attach_evidence(message: EmailMessage, alert: Alert) -> None:
    """The evidence as data: what was frozen, with every place in the archive."""
    frozen = {"alert_id": alert.alert_id, "spike_id": alert.spike_id, **alert.evidence}
    text = json.dumps(frozen, ensure_ascii=True, indent=1, sort_keys=True) + "\n"
    name = f"evidence-{alert.alert_id}.json"
    message.add_attachment(text.encode("ascii"), "application", "json", filename=name, cte="base64")


def begun_mail(alert: Alert, delivery: Delivery, sender: str) -> EmailMessage:
    """A mail with the headers that every mail has, in their order, and no text yet.

    Raises:
        BadAddress: sender or recipient is no mail address.
    """
    headers = {
        "From": mail_address(sender),
        "To": mail_address(delivery.recipient),
        "Subject": unread(header_text(subject_for(alert, delivery), 200)),
        "Date": format_datetime(alert.created_at),
        "Message-ID": delivery.message_id,
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "List-Id": f"Drumbeat alerts <alerts.drumbeat.{mail_domain(sender)}>",
    }
    mail = EmailMessage(policy=WIRE)
    for name, value in headers.items():
        mail[name] = value
    return mail


def _thread(alert: Alert, sender: str) -> dict[str, object]:
    thread = thread_id(alert.evidence, sender=sender)
    return {"In-Reply-To": thread, "References": thread}


def chat_text(
    alert: Alert, reason: str | None = None, links: Mapping[str, str] | None = None
) -> tuple[str, str]:
    """Title and body for a chat message: the short form of the mail."""
    view = {
        "screen": first_screen(alert.evidence, reason),
        "links": links or {},
        "notice": notice(),
    }
    body = plain_environment().get_template("alerts/chat.txt").render(view)
    is_stored = reader().language == "en" or alert.kind is not None
    subject = alert.subject if is_stored else subject_of(alert.evidence)
    return header_text(subject, 200), body.strip() + "\n"


def _view(alert: Alert, subject: str, reason: str | None, links: Mapping[str, str]) -> dict[str, Any]:
    """What both templates show, out of the frozen evidence."""
    evidence = alert.evidence
    narrative, spike = evidence["narrative"], evidence["spike"]
    return {
        "alert_id": alert.alert_id,
        "subject": subject,
        "screen": first_screen(evidence, reason),
        "links": links,
        "figures_explained": say(FIGURES),
        "dates_explained": say(DATES),
        "made": to_plain(alert.created_at),
        "n": narrative,
        "spike": spike,
        "notice": notice(),
        "charts": {
            name: _Picture(chart, f"{name}.{alert.alert_id}@drumbeat.invalid")
            for name, chart in _charts(evidence).items()
        },
    }


def _charts(evidence: dict[str, Any]) -> dict[str, charts.Chart]:
    """The charts of the mail by the names of their files."""
    narrative = evidence["narrative"] | {"spike": evidence["spike"]}
    start, end = date.fromisoformat(evidence["start"]), date.fromisoformat(evidence["end"])
    countries = [
        (country_name(share["key"]), share["own_texts"], max(0, share["articles"] - share["own_texts"]))
        for share in narrative["by_country"][:MOST_COUNTRIES]
    ]
    return {
        "series": narrative_chart(narrative, start=start, end=end, width=556),
        "carriers": charts.carriers_chart(countries, title=say("Articles by country"), width=380),
    }


def write_bodies(mail: EmailMessage, template: str, view: Mapping[str, Any]) -> None:
    """Give a mail its two texts, plain and HTML, by the templates of this name."""
    text = plain_environment().get_template(f"alerts/{template}.txt").render(view)
    mail.set_content(re.sub(r"\n{3,}", "\n\n", text), cte="quoted-printable")
    html = html_environment().get_template(f"alerts/{template}.html").render(view)
    mail.add_alternative(inlined(html), subtype="html", cte="quoted-printable")


def inlined(html: str) -> str:
    """The HTML with its styles inlined, because many mail programs drop style sheets; what is for dark
    screens and phones stays in its own.
    """
    import css_inline

    return str(css_inline.CSSInliner(load_remote_stylesheets=False).inline(html))
