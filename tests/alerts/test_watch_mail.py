"""Mails about new passages of what is watched: each once, by the rule and the hours of its reader."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.rules import RecipientConfig
from config.watchlist import StatementConfig
from drumbeat.alerts.planning import Made
from drumbeat.alerts.watch_hits import REACH, Hits, is_meant
from drumbeat.alerts.watch_mail import compose_hits
from drumbeat.shown.language import speaking
from storage import rows as storage_rows
from storage.records import AlertMark
from storage.records.told import NarrativeRow
from storage.store import Store
from storage.stores import alerts as alert_store
from tests.alerts.mailroom import SENDER
from tests.alerts.test_rules import ADDRESS, plan, recipient, rule
from tests.counting.makers import at
from tests.digest.fixtures import store, written
from tests.digest.world import workspace

__all__ = ["store", "written"]

WATCHED = StatementConfig(id="concerns", label="Concerns", query="concerns")


def made(
    opened: Store, now: datetime, marks: Sequence[AlertMark] = (), *, who: RecipientConfig, **conditions: Any
) -> list[Made]:
    """The messages of one round."""
    told = plan(who, rules=(rule(hits=True, **conditions),), marks=tuple(marks))
    space = replace(workspace(Path()), watchlist=(WATCHED,))
    return Hits(told, opened, space, now).messages()


def told_of(messages: Sequence[Made]) -> list[str]:
    """The passages of messages."""
    return [passage for message, _ in messages for _, passage in message.evidence["told"]]


def rows_of(opened: Store) -> list[NarrativeRow]:
    """Every hit that was found live."""
    return [row for row in opened.tellings.hits("concerns") if row.origin != "backfill"]


@pytest.mark.parametrize(
    "who",
    [
        recipient(rules=["r1"]),
        recipient(rules=["r1"], when="daily", at=time(7), zone="Africa/Bamako"),
        recipient(rules=["r1"], when="weekly", at=time(7), zone="Asia/Shanghai"),
    ],
    ids=["at once", "daily", "weekly"],
)
def test_every_passage_is_told_once(store: Store, who: RecipientConfig) -> None:
    """Round after round, what was found comes once; a round that is repeated brings nothing."""
    told: Counter[str] = Counter()
    for hour in range(56 * 24, 78 * 24, 12):
        now = at(0, 0) + timedelta(hours=hour)
        for _ in range(2):
            messages = made(store, now, who=who)
            store.alerts.create_all(messages)
            told.update(told_of(messages))
    expected = {row.passage_id for row in rows_of(store) if row.counted_at >= at(56, 0) - REACH}
    assert set(told) == expected
    assert set(told.values()) == {1}


def test_a_round_that_breaks_leaves_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Message and delivery are one transaction: broken between them, the next round tells the same, once."""
    messages = made(store, at(67, 12), who=recipient(rules=["r1"]))
    assert messages

    def broken(*_: Any) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(alert_store, "upsert", broken)
        with pytest.raises(RuntimeError):
            store.alerts.create_all(messages)
    assert alert_store.upsert is storage_rows.upsert
    again = made(store, at(67, 13), who=recipient(rules=["r1"]))
    assert set(told_of(again)) >= set(told_of(messages))
    assert store.alerts.create_all(again) == 1
    assert made(store, at(67, 13), who=recipient(rules=["r1"])) == []


def test_rules_readers_and_marks_decide(store: Store) -> None:
    """Other outlets, statements, a muted narrative, a reader who is away: nothing is made."""
    now = at(67, 12)
    sources = {row.source_id for row in rows_of(store)}
    assert made(store, now, who=recipient(rules=["r1"]), sources=sorted(sources)[:1])
    assert not made(store, now, who=recipient(rules=["r1"]), sources=["nobody"])
    assert not made(store, now, who=recipient(rules=["r1"]), watch=["another"])
    assert not made(store, now, who=recipient(rules=["r1"], mute_until=now.date() + timedelta(days=2)))
    mute = AlertMark(
        mark_id="m", kind="mute", alert_id="a", narrative_id=9, at=now, actor=ADDRESS,
        recipient=ADDRESS, until=now + timedelta(days=3),
    )  # fmt: skip
    assert not made(store, now, [mute], who=recipient(rules=["r1"]))


def test_a_rule_means_outlets_and_languages(store: Store) -> None:
    """Countries, languages without their region, sides of ownership."""
    row = rows_of(store)[0]
    assert is_meant(rule(countries=[row.country or "XX"]), row._replace(country=row.country or "XX"))
    assert is_meant(rule(languages=["fr-CA"]), row._replace(language="fr"))
    assert not is_meant(rule(languages=["ar"]), row._replace(language="fr"))
    assert not is_meant(rule(ownership=["independent"]), row._replace(ownership="SC: state"))


def test_the_mail_quotes_with_evidence(store: Store) -> None:
    """Each passage with its stance, outlet, moment and address; in French for who reads it; the same bytes
    every time.
    """
    ((message, (delivery,)),) = made(store, at(67, 12), who=recipient(rules=["r1"], language="fr"))
    with speaking("fr"):
        mail, again = (
            compose_hits(message, delivery, sender=SENDER, address="https://d.example.org") for _ in range(2)
        )
    assert mail.as_bytes() == again.as_bytes()
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    first = message.evidence["items"][0]["quotes"][0]
    assert " ".join(first["text"].split())[:40] in text
    assert "Pourquoi vous" in text
    assert "https://d.example.org/narratives/9" in text
    assert any(stance in text for stance in ("soutient", "rapporte", "réfute"))
    (attached,) = mail.iter_attachments()
    assert first["passage_id"] in attached.get_content().decode()
    assert "passage" in str(mail["Subject"])


def test_quiet_hours_hold_it_back(store: Store) -> None:
    """What is found at night is due in the morning."""
    who = recipient(rules=["r1"], quiet_from=time(20), quiet_until=time(7))
    now = datetime.combine(at(67, 0).date(), time(23), UTC)
    ((_, (delivery,)),) = made(store, now, who=who)
    assert delivery.due_at is not None
    assert delivery.due_at.hour == 7
