"""Tables of what is told to people: alerts, their deliveries, what people said of them, published reports.
Part of `storage.schema`.
"""

from __future__ import annotations

import sqlalchemy as sa

from storage.columns import child as _child
from storage.columns import day as _day
from storage.columns import json_text as _json
from storage.columns import key as _key
from storage.columns import metadata as metadata
from storage.columns import moment as _time
from storage.columns import number as _number
from storage.columns import text as _text

# `kind` is null for the alert of a spike; other messages go through the same outbox under their own kinds.
alerts = sa.Table(
    "alerts", metadata, _key("alert_id"), _text("spike_id"), _number("narrative_id"), _time("created_at"),
    _text("subject"), _json("evidence"), _text("kind", null=True), sa.Index(None, "created_at"),
    sa.Index(None, "spike_id"),
)  # fmt: skip

deliveries = sa.Table(
    "deliveries", metadata, _key("delivery_id"), _child("alert_id", "alerts.alert_id"), _text("channel"),
    _text("recipient"), _text("message_id"), _text("state"), _number("attempts"),
    _text("last_error", null=True), _time("updated_at"), _text("reason", null=True),
    _time("due_at", null=True), _text("language", null=True),
    sa.Index(None, "alert_id"), sa.Index(None, "state"),
)  # fmt: skip

# What people said of alerts: seen, muted, false. No foreign key: a mark teaches after its alert is pruned.
alert_marks = sa.Table(
    "alert_marks", metadata, _key("mark_id"), _text("kind"), _text("alert_id"), _number("narrative_id"),
    _time("at"), _text("actor"), _text("recipient", null=True), _time("until", null=True),
    _text("note", null=True), sa.Index(None, "alert_id"), sa.Index(None, "narrative_id"),
)  # fmt: skip

# Every revision of a report that was published, with what it said.
published_reports = sa.Table(
    "published_reports", metadata, _key("edition"), sa.Column("start", sa.Date, primary_key=True),
    sa.Column("end", sa.Date, primary_key=True),
    sa.Column("revision", sa.BigInteger, primary_key=True, autoincrement=False),
    _time("as_of"), _text("digest"), _json("content"), _json("changes"),
)  # fmt: skip

# What an analyst adds to an edition of a report, or leaves out of it.
report_edits = sa.Table(
    "report_edits", metadata, _key("edit_id"), _text("edition"), _day("start"), _day("end"), _text("kind"),
    _number("narrative_id", null=True), _text("text", null=True), _text("actor"), _time("at"),
    sa.Index(None, "edition", "start", "end"),
)  # fmt: skip
