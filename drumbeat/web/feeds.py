"""Atom feeds (RFC 4287) of alerts: all, of one narrative, of one watched statement, of one rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from drumbeat.alerts.compose import chat_text
from drumbeat.alerts.rules import matches
from drumbeat.shown.language import speaking
from drumbeat.shown.safe import one_line, safe_url, visible
from drumbeat.web.reader import Reader, reader_of
from drumbeat.web.view import NarrativeNumber
from storage.records import Alert

router = APIRouter(include_in_schema=False)
ENTRIES: Final = 50
READ: Final = 500
"""Newest alerts that are looked through for those that a feed is about."""
EMPTY: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""When a feed without entries was last changed."""


@router.get("/feeds/alerts.atom")
def all_alerts(request: Request) -> Response:
    """Every alert."""
    return _feed(request, "alerts", lambda alert: True)


@router.get("/feeds/narratives/{narrative_id}.atom")
def of_narrative(request: Request, narrative_id: NarrativeNumber) -> Response:
    """Alerts of a narrative and of those merged into it."""
    reader = reader_of(request)
    survivor = reader.resolved(narrative_id)
    if survivor is None:
        raise HTTPException(404, f"there is no narrative {narrative_id}")
    numbers = set(reader.store.lists.merged_into(survivor.narrative_id))
    title = f"narrative {survivor.narrative_id}: {survivor.label}"
    return _feed(request, title, lambda alert: alert.narrative_id in numbers)


@router.get("/feeds/watch/{statement_id}.atom")
def of_statement(request: Request, statement_id: str) -> Response:
    """Alerts of a watched statement."""
    store = reader_of(request).store
    watched = (store.narratives.get(row.narrative_id) for row in store.lists.watched())
    found = next((item for item in watched if item and item.statement_id == statement_id), None)
    if found is None:
        raise HTTPException(404, f"there is no watched statement {statement_id}")
    return _feed(
        request,
        f"watched: {found.label}",
        lambda alert: alert.evidence["narrative"]["statement_id"] == statement_id,
    )


@router.get("/feeds/rules/{rule_id}.atom")
def of_rule(request: Request, rule_id: str) -> Response:
    """Alerts that a rule of alerts.toml means."""
    rules = {rule.id: rule for rule in reader_of(request).workspace.rules}
    if rule_id not in rules:
        raise HTTPException(404, f"there is no rule {rule_id}")
    rule = rules[rule_id]
    return _feed(request, f"rule: {rule.title or rule.id}", lambda alert: matches(rule, alert.evidence))


def _feed(request: Request, title: str, is_meant: Callable[[Alert], bool]) -> Response:
    reader = reader_of(request)
    found = [alert for alert, _ in reader.store.lists.alerts(limit=READ) if is_meant(alert)][:ENTRIES]
    with speaking(reader.workspace.settings.report.language):
        text = atom(found, title=title, path=request.url.path, address=_address(reader, request))
    return Response(text, media_type="application/atom+xml; charset=utf-8")


def _address(reader: Reader, request: Request) -> str:
    """Where readers reach the dashboard: as the settings say, else as they reached it now."""
    return (safe_url(reader.workspace.settings.dashboard.address) or str(request.base_url)).rstrip("/")


def atom(alerts: Sequence[Alert], *, title: str, path: str, address: str) -> str:
    """A feed of alerts, the newest first; the same alerts give the same bytes."""
    updated = max((alert.created_at for alert in alerts), default=EMPTY)
    return "\n".join(
        [
            '<?xml version="1.0" encoding="utf-8"?>',
            '<feed xmlns="http://www.w3.org/2005/Atom">',
            f"<id>{_text(address + path)}</id>",
            f"<title>Drumbeat: {_text(one_line(title))}</title>",
            f"<updated>{_moment(updated)}</updated>",
            f'<link rel="self" href={quoteattr(address + path)}/>',
            "<author><name>Drumbeat</name></author>",
            *(_entry(alert, address) for alert in alerts),
            "</feed>",
            "",
        ]
    )


def _entry(alert: Alert, address: str) -> str:
    title, body = chat_text(alert)
    link = quoteattr(f"{address}/narratives/{alert.narrative_id}")
    return (
        f"<entry><id>urn:drumbeat:alert:{_text(alert.alert_id)}</id><title>{_text(title)}</title>"
        f"<updated>{_moment(alert.created_at)}</updated><link href={link}/>"
        f'<content type="text">{_text(body)}</content></entry>'
    )


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(text: str) -> str:
    """Text for XML: escaped, without what XML cannot hold."""
    return escape("".join(letter for letter in visible(text) if letter not in "\ufffe\uffff"))
