"""Why an event of a stream was missed: the first gate that kept it from people, in one line.

    texts that match its words within its days -> too few?
    -> daily groups that are about it           -> none formed?
    -> what their test found                    -> too few texts of one group, not rare enough, told by a
                                                   narrative, explained, kept back, told too late

Read from a played workspace; nothing is tested again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from config.clock import midnight
from config.settings import SpikeSettings
from storage.records import DailyGroup, PassageRow
from storage.store import Store
from tests.quality.stream_events import WITHIN, DatedEvent, tells

_DAY = timedelta(days=1)
KEPT_BACK = ("budget", "quiet", "same_story")
"""Checks that are of the policy, not of the texts."""


@dataclass(frozen=True, slots=True)
class Miss:
    """What kept an event back."""

    kind: str
    """too thin, no group, group too small, test, in a narrative, explained, kept back or late."""
    line: str


@dataclass(frozen=True, slots=True)
class _Around:
    """What was told in the days of an event."""

    event: DatedEvent
    texts: Sequence[PassageRow]
    """One passage of each text that matches its words."""
    groups: Sequence[tuple[DailyGroup, Sequence[PassageRow]]]
    """Daily groups of its days with a passage of each of their texts."""


def why_missed(store: Store, event: DatedEvent, rules: SpikeSettings) -> Miss:
    """The gate that stopped an event, by what a played workspace holds."""
    around = _around(store, event)
    outlets = len({row.source_id for row in around.texts})
    told = f"{len(around.texts)} texts of {outlets} outlets match within {WITHIN.days} days"
    if len(around.texts) < rules.group_texts:
        return Miss("too thin", f"{told}; a group needs {rules.group_texts}")
    about = [(group, rows) for group, rows in around.groups if _is_about(event, rows)]
    if not about:
        return Miss("no group", f"{told}; {_nearest(around)}")
    group, rows = min(about, key=lambda item: (item[0].spike.get("p_value", 2.0), -len(item[1])))
    miss = _of_group(store, group, len(rows), rules)
    return Miss(miss.kind, f"{told}; {miss.line}")


def _around(store: Store, event: DatedEvent) -> _Around:
    end = event.day + WITHIN + _DAY
    told = _texts(row for row in store.passages.window(midnight(event.day), midnight(end)) if not row.late)
    groups = store.daily_groups.between(event.day, end)
    read = [(group, _texts(store.passages.many(group.passages))) for group in groups]
    return _Around(event, [row for row in told if event.words.search(row.text)], read)


def _texts(rows: Iterable[PassageRow]) -> list[PassageRow]:
    """One passage of each text."""
    return list({row.group_id: row for row in rows}.values())


def _is_about(event: DatedEvent, rows: Sequence[PassageRow]) -> bool:
    return tells(event, {"passages": [{"group": row.group_id, "text": row.text} for row in rows]})


def _nearest(around: _Around) -> str:
    """The group that holds most of the texts that match."""
    wanted = {row.group_id for row in around.texts}
    held = [(len(wanted & {row.group_id for row in rows}), group, rows) for group, rows in around.groups]
    most, group, rows = max(held, key=lambda item: item[0], default=(0, None, ()))
    if group is None or not most:
        return "none of them is in a daily group"
    return f"{most} of them are among the {len(rows)} of the group of {group.day}: {group.label}"


def _of_group(store: Store, group: DailyGroup, texts: int, rules: SpikeSettings) -> Miss:
    """What became of the group that came nearest to an alert."""
    spike = group.spike
    line = f"group of {group.day} with {texts} texts, {_figures(spike)}: "
    said = {name: text for name, text in spike.get("checks", {}).items() if text.startswith("named")}
    if "narrative" in said:
        return Miss("in a narrative", line + _of_narrative(store, group.day, said["narrative"]))
    kept = next((said[name] for name in KEPT_BACK if name in said), None)
    if kept is not None:
        return Miss("kept back", line + kept)
    if spike.get("decision") == "alert":
        return Miss("late", line + "alerted, but not on a day that counts")
    miss = _of_test(spike, said, rules)
    return Miss(miss.kind, line + miss.line)


def _of_test(spike: dict[str, Any], named: dict[str, str], rules: SpikeSettings) -> Miss:
    """The gate of its own test that a group did not pass."""
    if spike.get("p_value", 1.0) >= 1.0:
        return Miss("group too small", "the floors of texts or ratio are not held")
    if spike["q_value"] > rules.fdr:
        return Miss("test", f"q {spike['q_value']:.1g} is over {rules.fdr:g}")
    if named:
        return Miss("explained", "; ".join(named.values()))
    return Miss("group too small", f"fewer texts of its own than of a group of {rules.group_texts}")


def _figures(spike: dict[str, Any]) -> str:
    return f"{spike.get('observed', 0):.1f} against {spike.get('expected', 0):.2f} expected"


def _of_narrative(store: Store, day: date, said: str) -> str:
    number = int("".join(char for char in said.split(" tells")[0] if char.isdigit()))
    found = [item for item in store.spikes.between(day, day + _DAY) if item.narrative_id == number]
    if not found:
        return f"narrative {number} tells it and did not stand out itself"
    kept = [text for text in found[0].checks.values() if text.startswith("named")]
    return f"narrative {number} tells it: {found[0].decision}, {'; '.join(kept) or 'nothing named'}"


def share_of_kinds(misses: Sequence[Miss]) -> dict[str, int]:
    """How many events each kind of gate kept back, most first."""
    return dict(Counter(item.kind for item in misses).most_common())
