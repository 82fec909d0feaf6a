"""The doors that take a few words: `language`, `words`, `watch`, `copies`, `mail`."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from analysis.watch.guard import Guard
from config.settings import CopySettings
from crawler.cleaning.language import identify
from crawler.copies.grouping import links_of
from crawler.copies.texts import _article, group_texts
from drumbeat.alerts.compose import compose, subject_of
from storage.records import Alert, Delivery
from storage.words import words

Row = dict[str, Any]


def language(row: Row, _folder: Path) -> tuple[str, Any]:
    """The language of a text and how sure it is."""
    given = row["input"]
    declared = [(where, tag) for where, tag in given.get("declared", ())]
    guess = identify(given["text"], declared=declared, habit=given.get("habit"))
    return f"{guess.language} {guess.confidence}", guess


def folded_words(row: Row, _folder: Path) -> tuple[str, bool]:
    """What is typed and what is written, as the index sees them; beside it whether they are one."""
    typed, written = words(row["input"]["typed"]), words(row["input"]["written"])
    return f"{typed} / {written}", typed == written


def watched(row: Row, _folder: Path) -> tuple[list[bool], Any]:
    """Whether the name is found, text by text."""
    guard = Guard([[row["input"]["name"]]])
    return [guard.lets(text) for text in row["input"]["texts"]], None


def copies(row: Row, _folder: Path) -> tuple[Row, Any]:
    """The number of groups, and the links between the texts."""
    texts = {str(number): text for number, text in enumerate(row["input"]["texts"])}
    links = links_of([_article(key, text) for key, text in texts.items()], CopySettings())
    told = [{"kind": link.kind, "containment": round(link.containment, 2)} for link in links]
    return {"groups": len(set(group_texts(texts).values())), "links": told}, None


def mail(row: Row, _folder: Path) -> tuple[str, Any]:
    """The subject of the composed mail, as a mail program shows it."""
    from tests.alerts.mailroom import SENDER
    from tests.report.sample import evidence

    told = evidence()
    told["narrative"] |= {
        "label": row["input"]["label"],
        "narrative_id": row["input"].get("narrative_id", 12),
    }
    at = datetime(2026, 3, 2, tzinfo=UTC)
    alert = Alert(
        alert_id="a", spike_id="s", narrative_id=12, created_at=at, subject=subject_of(told), evidence=told
    )
    delivery = Delivery(
        delivery_id="d",
        alert_id="a",
        channel="smtp",
        recipient="analyst@example.org",
        message_id="<d@example.org>",
        state="pending",
        updated_at=at,
    )
    message = message_from_bytes(compose(alert, delivery, sender=SENDER).as_bytes(), policy=policy.default)
    return str(message["Subject"]), None
