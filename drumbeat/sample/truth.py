"""The truth table of the sample world: what was planted, so that what was found can be judged. Pure."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from drumbeat.sample.pieces import Piece, World
from drumbeat.sample.plan import FOLDER, NarrativePlan, Plan

FILE = FOLDER / "truth.json"
ABOUT = (
    "Truth table of the sample world of Drumbeat. EVERYTHING IN IT IS INVENTED: countries, outlets, "
    "people, events and claims. "
    "Made by `python -m drumbeat.sample.make_truth`; a path is an address on its outlet's local site."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueArticle:
    """What is true of one published article."""

    outlet: str
    path: str
    language: str
    published: datetime
    visible: datetime
    narrative: str | None
    kind: str
    of: tuple[str, str] | None
    listed: bool
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueSpike:
    """A planted rise: first and last day, own texts by outlet."""

    narrative: str
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """The truth table."""

    articles: tuple[TrueArticle, ...]
    first_movers: dict[str, str]
    labels: dict[str, str]
    spikes: tuple[TrueSpike, ...]
    outage: tuple[str, date, date]
    newcomer: tuple[str, date]
    storm: tuple[tuple[str, str], ...]
    """Outlet and path of every reprint of the storm."""


def truth_json(world: World) -> str:
    """The truth table as JSON, one article a line: the same text for the same world."""
    plan = world.plan
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in _head(world).items()]
    lines.append(_rows("narratives", [_narrative(world, narrative) for narrative in plan.narrative]))
    rising = [narrative for narrative in plan.narrative if narrative.spike]
    lines.append(_rows("spikes", [_spike(plan, narrative) for narrative in rising]))
    lines.append(_rows("articles", [_article(piece) for piece in world.pieces]))
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _head(world: World) -> dict[str, Any]:
    """What is true of the world as a whole."""
    plan = world.plan
    return {
        "about": ABOUT,
        "seed": plan.seed,
        "first_day": plan.first_day.isoformat(),
        "days": plan.days,
        "outage": {
            "outlet": plan.outage.outlet,
            "first_day": _day(plan, plan.outage.first_day),
            "last_day": _day(plan, plan.outage.last_day),
        },
        "newcomer": {"outlet": plan.newcomer.outlet, "added": _day(plan, plan.newcomer.added_day)},
        "storm": [[piece.outlet, piece.path] for piece in world.pieces if piece.kind == "storm"],
    }


@cache
def load_truth() -> Truth:
    """The committed truth table."""
    return read_truth(FILE.read_text(encoding="utf-8"))


def truth_of(world: World) -> Truth:
    """The truth table of any world."""
    return read_truth(truth_json(world))


def read_truth(text: str) -> Truth:
    """A truth table as `truth_json` writes it."""
    table = json.loads(text)
    newcomer = table["newcomer"]
    return Truth(
        articles=tuple(_read_article(row) for row in table["articles"]),
        first_movers={row["id"]: row["first_mover"] for row in table["narratives"]},
        labels={row["id"]: row["label"] for row in table["narratives"]},
        spikes=tuple(_read_spike(row) for row in table["spikes"]),
        outage=(table["outage"]["outlet"], *_read_days(table["outage"])),
        newcomer=(newcomer["outlet"], date.fromisoformat(newcomer["added"])),
        storm=tuple((outlet, path) for outlet, path in table["storm"]),
    )


def _read_spike(row: dict[str, Any]) -> TrueSpike:
    first, last = _read_days(row)
    return TrueSpike(narrative=row["narrative"], first_day=first, last_day=last)


def _read_days(row: dict[str, Any]) -> tuple[date, date]:
    return date.fromisoformat(row["first_day"]), date.fromisoformat(row["last_day"])


def _rows(name: str, rows: list[dict[str, Any]]) -> str:
    return f'"{name}": [\n' + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]"


def _day(plan: Plan, day: int) -> str:
    return plan.at(day).date().isoformat()


def _narrative(world: World, narrative: NarrativePlan) -> dict[str, Any]:
    pieces = sorted(
        (piece for piece in world.pieces if piece.narrative == narrative.id),
        key=lambda piece: piece.published,
    )
    return {
        "id": narrative.id,
        "label": narrative.label,
        "first_mover": pieces[0].outlet,
        "first_published": _moment(pieces[0].published),
        "lead_hours": round((pieces[1].published - pieces[0].published).total_seconds() / 3600, 1),
        "languages": dict(sorted(Counter(piece.language for piece in pieces).items())),
    }


def _spike(plan: Plan, narrative: NarrativePlan) -> dict[str, Any]:
    spike = narrative.spike
    assert spike is not None
    return {
        "narrative": narrative.id,
        "first_day": _day(plan, spike.first_day),
        "last_day": _day(plan, spike.last_day),
        "own_texts": [len(wave) for wave in spike.waves],
        "outlets": sorted({outlet for wave in spike.waves for outlet in wave}),
    }


def _article(piece: Piece) -> dict[str, Any]:
    row: dict[str, Any] = {
        "outlet": piece.outlet,
        "path": piece.path,
        "language": piece.language,
        "published": _moment(piece.published),
        "narrative": piece.narrative,
        "kind": piece.kind,
        "text": piece.key,
    }
    if piece.of:
        row["of"] = list(piece.of)
    if piece.visible != piece.published:
        row["visible"] = _moment(piece.visible)
    if piece.late:
        row["late"] = True
    if not piece.listed:
        row["listed"] = False
    if piece.stated != piece.published:
        row["stated"] = _moment(piece.stated) if piece.stated else None
    return row


def _read_article(row: dict[str, Any]) -> TrueArticle:
    return TrueArticle(
        outlet=row["outlet"],
        path=row["path"],
        language=row["language"],
        published=datetime.fromisoformat(row["published"]),
        visible=datetime.fromisoformat(row.get("visible", row["published"])),
        narrative=row["narrative"],
        kind=row["kind"],
        of=tuple(row["of"]) if "of" in row else None,
        listed=row.get("listed", True),
        late=row.get("late", False),
    )


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
