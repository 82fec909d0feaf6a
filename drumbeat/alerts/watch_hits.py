"""Mails about new passages of what is watched, for rules that ask for them (`hits`): at once, daily or
weekly, as their reader has it.

    hits of the last days -> meant by the rule -> not told to this reader before -> one message a rule

Which passages a reader was told of stands in the messages themselves: a message is written with its
deliveries in one transaction, so that a passage is told once, whatever is killed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from analysis.digest.quotes import quoted
from analysis.digest.reader import DigestReader
from analysis.digest.sides import side_of
from analysis.plain import to_plain
from config.clock import day_of
from config.rules import RecipientConfig, RuleConfig
from config.workspace import Workspace
from drumbeat.alerts.marks import muted_for
from drumbeat.alerts.planning import YOUR, Made, Plan, after_quiet_hours, last_moment
from drumbeat.alerts.waiting import to_reader
from drumbeat.shown.language import say
from drumbeat.shown.safe import one_line, shorten
from drumbeat.shown.words import count
from storage.ids import message_key
from storage.records import Alert
from storage.records.told import NarrativeRow
from storage.store import Store

REACH: Final = timedelta(days=8)
"""How far back passages are new: a week between two mails, and a day for a late round."""
MOST: Final = 25
"""Passages that a mail quotes; the attached evidence has all."""

Told = set[tuple[str, str]]
"""Statement and passage."""


@dataclass(frozen=True, slots=True)
class Hits:
    """Makes the messages of one round."""

    plan: Plan
    store: Store
    workspace: Workspace
    now: datetime

    def messages(self) -> list[Made]:
        """One message for each reader and rule that asks for passages and has new ones."""
        asked = [(reader, rule) for reader in self.plan.recipients for rule in self._rules(reader)]
        made = (self._message(reader, rule) for reader, rule in asked)
        return [item for item in made if item is not None]

    def _rules(self, reader: RecipientConfig) -> Iterator[RuleConfig]:
        today = self.now.astimezone(reader.zone_info).date()
        if reader.mute_until is None or today >= reader.mute_until:
            yield from (self.plan.rules[name] for name in reader.rules if self.plan.rules[name].hits)

    def _message(self, reader: RecipientConfig, rule: RuleConfig) -> Made | None:
        until = self.now if reader.when == "at once" else last_moment(reader, self.now)
        moment = message_key("watch", reader.address, rule.id, reader.when, until.isoformat())
        if reader.when != "at once" and self.store.alerts.get(moment) is not None:
            return None
        rows = self._new(reader, rule, until)
        if not rows:
            return None
        keys = (f"{statement} {row.passage_id}" for statement, row in rows)
        key = moment if reader.when != "at once" else message_key("watch", reader.address, rule.id, *keys)
        with self.plan.spoken(reader):
            return self._made(key, reader, rule, rows)

    def _new(
        self, reader: RecipientConfig, rule: RuleConfig, until: datetime
    ) -> list[tuple[str, NarrativeRow]]:
        """Statement and passage, by statement and moment, of what the reader was not told yet."""
        told = self._told(reader, rule)
        names = [item.id for item in self.workspace.watchlist if not rule.watch or item.id in rule.watch]
        found = [(name, row) for name in names for row in self._hits(name, until)]
        return [
            (name, row)
            for name, row in found
            if (name, row.passage_id) not in told
            and is_meant(rule, row)
            and not muted_for(self.plan.marks, row.narrative_id, reader.address, self.now)
        ]

    def _hits(self, statement_id: str, until: datetime) -> list[NarrativeRow]:
        """Passages of articles that were found live, lately."""
        start = self.now - REACH
        rows = self.store.tellings.hits(statement_id, start=start, end=until)
        new = [row for row in rows if row.origin != "backfill" and start <= row.first_seen_at < until]
        return sorted(new, key=lambda row: (row.counted_at, row.passage_id))

    def _told(self, reader: RecipientConfig, rule: RuleConfig) -> Told:
        """What the reader was told by this rule."""
        lately = self.store.alerts.between(
            self.now - 2 * REACH, self.now + timedelta(seconds=1), kind="watch"
        )
        mine = [item.evidence for item in lately if item.evidence["to"] == [reader.address, rule.id]]
        return {(name, passage) for evidence in mine for name, passage in evidence["told"]}

    def _made(
        self, key: str, reader: RecipientConfig, rule: RuleConfig, rows: Sequence[tuple[str, NarrativeRow]]
    ) -> Made:
        items = self._items(rows)
        reason = say("rule “{rule}”", rule=rule.title or rule.id)
        if reader.when != "at once":
            reason = f"{say(YOUR[reader.when])}; {reason}"
        message = Alert(
            alert_id=key,
            spike_id="",
            narrative_id=rows[0][1].narrative_id,
            created_at=self.now,
            subject=_subject(items, len(rows)),
            evidence={
                "to": [reader.address, rule.id],
                "told": [[name, row.passage_id] for name, row in rows],
                "items": items,
            },
            kind="watch",
        )
        delivery = to_reader(
            message,
            reader.address,
            sender=self.plan.sender,
            stands_for={"watch": key},
            reason=reason,
            language=reader.language or self.plan.language,
        )
        return message, [replace(delivery, due_at=after_quiet_hours(reader, self.now))]

    def _items(self, rows: Sequence[tuple[str, NarrativeRow]]) -> list[dict[str, Any]]:
        """What was found, by statement, each passage quoted with its evidence."""
        by_statement: defaultdict[str, list[NarrativeRow]] = defaultdict(list)
        for name, row in rows:
            by_statement[name].append(row)
        labels = {item.id: item.label for item in self.workspace.watchlist}
        return [self._item(name, labels[name], found) for name, found in by_statement.items()]

    def _item(self, name: str, label: str, rows: Sequence[NarrativeRow]) -> dict[str, Any]:
        days = day_of(self.now) - REACH, day_of(self.now) + timedelta(days=1)
        reader = DigestReader(self.store, self.workspace, *days, only=[rows[0].narrative_id])
        stances = {row.passage_id: row.stance for row in rows}
        quotes = [{**to_plain(item), "stance": stances[item.passage_id]} for item in quoted(reader, rows)]
        return {
            "statement_id": name,
            "label": label,
            "narrative_id": rows[0].narrative_id,
            "outlets": len({row.source_id for row in rows}),
            "quotes": quotes,
        }


def is_meant(rule: RuleConfig, row: NarrativeRow) -> bool:
    """Whether a rule means a passage, by its narrative, outlet and language."""
    return (
        _one_of(rule.narratives, row.narrative_id)
        and _one_of(rule.sources, row.source_id)
        and _one_of(rule.countries, row.country)
        and _one_of(rule.ownership, side_of(row.ownership))
        and _one_of([tag.split("-")[0] for tag in rule.languages], row.language.split("-")[0])
    )


def _one_of(wanted: Collection[object], there: object) -> bool:
    return not wanted or there in wanted


def _subject(items: Sequence[dict[str, Any]], passages: int) -> str:
    label = shorten(one_line(items[0]["label"]), 90)
    more = f" (+{len(items) - 1})" if len(items) > 1 else ""
    return f"[Drumbeat] {count(passages, 'new passage')}{say(': ')}{label}{more}"
