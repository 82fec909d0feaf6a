"""What people said of alerts, messages of other kinds, published reports: on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from storage.records import Alert, AlertMark, Delivery, PublishedReport, ReportEdit
from storage.store import Store
from tests.storage.makers import DAY

WEEK = (DAY.date() - timedelta(days=7), DAY.date())


def alert(name: str = "a" * 16, **changes: object) -> Alert:
    """An alert of a spike, with texts in several scripts."""
    made = Alert(
        alert_id=name, spike_id="1-2026-03-02", narrative_id=1, created_at=DAY,
        subject="تتفهم — озабоченность",
        evidence={"text": "毛里塔尼亚" * 2_000},
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def delivery(name: str = "d" * 16, **changes: object) -> Delivery:
    """A delivery with its reason and its hour."""
    made = Delivery(
        delivery_id=name, alert_id="a" * 16, channel="smtp", recipient="desk@example.org", message_id="<d@x>",
        state="pending", updated_at=DAY, reason="rule “Sahel”", due_at=DAY + timedelta(hours=6),
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def mark(name: str = "m1", **changes: object) -> AlertMark:
    """A false alarm."""
    made = AlertMark(
        mark_id=name, kind="false", alert_id="a" * 16, narrative_id=1, at=DAY, actor="Élodie", note="شبكة"
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def test_alerts_of_a_run_are_written_together(store: Store) -> None:
    """New ones with their deliveries; those that exist keep theirs."""
    assert store.alerts.create_all([(alert(), [delivery()])]) == 1
    other = alert("b" * 16, kind="group")
    assert (
        store.alerts.create_all(
            [(alert(), [delivery("e" * 16)]), (other, [delivery("f" * 16, alert_id="b" * 16)])]
        )
        == 1
    )
    assert store.alerts.deliveries("a" * 16) == [delivery()]
    assert store.alerts.get("b" * 16) == other


def test_messages_of_other_kinds_are_apart(store: Store) -> None:
    """Lists of alerts show the alerts of spikes; other kinds are asked for by name."""
    store.alerts.create_all([(alert(), []), (alert("b" * 16, kind="report"), [])])
    span = (DAY, DAY + timedelta(days=1))
    assert store.alerts.between(*span) == [alert()]
    assert store.alerts.between(*span, kind="report") == [alert("b" * 16, kind="report")]
    assert [row for row, _ in store.lists.alerts(limit=5)] == [alert()]


def test_a_mark_is_written_once(store: Store) -> None:
    """The second of one id changes nothing and says so."""
    assert store.alerts.mark(mark())
    assert not store.alerts.mark(mark(actor="somebody else"))
    assert store.alerts.has_mark("m1")
    assert not store.alerts.has_mark("m2")
    later = mark(
        "m0", kind="mute", at=DAY + timedelta(hours=1), until=DAY + timedelta(days=3), recipient="x@y.z"
    )
    store.alerts.mark(later)
    assert store.alerts.marks() == [mark(), later]
    assert store.alerts.marks(["c" * 16]) == []


def test_revisions_stay(store: Store) -> None:
    """Every revision of a period is kept; the newest is the last."""
    first = PublishedReport(
        edition="",
        start=WEEK[0],
        end=WEEK[1],
        revision=1,
        as_of=DAY,
        digest="x",
        content={"rising": []},
        changes=[],
    )
    second = replace(first, revision=2, digest="y", changes=["narrative 3 is new"])
    for report in (first, second, replace(first, edition="fr")):
        store.reports.publish(report)
    assert store.reports.last("", *WEEK) == second
    assert store.reports.revisions("", *WEEK) == [first, second]
    assert store.reports.last("ar", *WEEK) is None


def test_edits_come_in_their_order(store: Store) -> None:
    """By moment, of one edition and period."""
    note = ReportEdit(
        edit_id="e2",
        edition="",
        start=WEEK[0],
        end=WEEK[1],
        kind="note",
        text="ملاحظة",
        actor="Élodie",
        at=DAY,
    )
    drop = replace(note, edit_id="e1", kind="drop", narrative_id=7, text=None, at=DAY + timedelta(hours=1))
    for edit in (drop, note, replace(note, edit_id="e3", edition="fr")):
        store.reports.edit(edit)
    assert store.reports.edits("", *WEEK) == [note, drop]
