"""The audit trail: every change that a person made, wherever it is kept, as lines of one kind.

accounts, tokens, sign-ins     the audit trail's own table
decisions on narratives        corrections
marks of alerts                alert marks
edits of reports               report edits
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from storage.records import AlertMark, AuditEntry, Correction, ReportEdit
from storage.store import Store


def trail(store: Store, since: datetime, until: datetime) -> list[AuditEntry]:
    """What people changed from a moment on and before another, by (at, entry_id)."""
    found = [
        *store.accounts.audit_trail(since, until),
        *(_of_decision(item) for item in store.corrections.all()),
        *(_of_mark(item) for item in store.alerts.marks()),
        *(_of_edit(item) for item in store.reports.all_edits()),
    ]
    inside = [entry for entry in found if since <= entry.at < until]
    return sorted(inside, key=lambda entry: (entry.at, entry.entry_id))


def _of_decision(item: Correction) -> AuditEntry:
    said = {
        "passage": item.passage_id,
        "value": item.value,
        "other": item.other_id,
        "other_passage": item.other_passage,
        "part_of": item.part_of,
    }
    return AuditEntry(
        entry_id=item.correction_id,
        at=item.at,
        actor=item.actor or "unknown",
        what=f"narrative {item.kind}",
        subject=str(item.narrative_id),
        before={},
        after=_given(said),
    )


def _of_mark(item: AlertMark) -> AuditEntry:
    until = item.until.isoformat() if item.until else None
    return AuditEntry(
        entry_id=item.mark_id,
        at=item.at,
        actor=item.actor,
        what=f"alert {item.kind}",
        subject=item.alert_id,
        before={},
        after=_given({"recipient": item.recipient, "until": until, "note": item.note}),
    )


def _of_edit(item: ReportEdit) -> AuditEntry:
    said = {"edition": item.edition, "narrative": item.narrative_id, "text": item.text}
    return AuditEntry(
        entry_id=item.edit_id,
        at=item.at,
        actor=item.actor,
        what=f"report {item.kind}",
        subject=f"{item.start} to {item.end}",
        before={},
        after=_given(said),
    )


def _given(said: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in said.items() if value is not None}
