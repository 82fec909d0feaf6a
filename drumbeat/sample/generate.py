"""Makes the sample world: the same pieces on every machine, in every process, every time. Pure.

plan + texts -> planting.py (narratives, spikes, reprints) + filling.py (ordinary news) -> drafts
drafts       -> addresses, authors, visibility (outage, late, undated, wrongly dated)   -> pieces
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache

from drumbeat.sample.filling import fill
from drumbeat.sample.pieces import Draft, Piece, World, dice
from drumbeat.sample.plan import Plan, load_plan
from drumbeat.sample.planting import plant
from drumbeat.sample.texts import Book, load_books


@cache
def load_world(seed: int | None = None) -> World:
    """The shipped sample world, or the same plan played with another seed: other texts, hours and orders."""
    plan = load_plan()
    return make_world(plan if seed is None else plan.model_copy(update={"seed": seed}), load_books())


def make_world(plan: Plan, books: Mapping[str, Book]) -> World:
    """Everything the outlets of `plan` publish, by (visible, outlet, path)."""
    drafts = sorted(
        plant(plan, books) + fill(plan, books), key=lambda draft: (draft.published, draft.outlet, draft.key)
    )
    drafts = [draft for draft in drafts if plan.day_of(draft.published) <= plan.days]
    quirks = _quirks(plan, drafts)
    paths = _paths(plan, drafts)
    origin: dict[str, tuple[str, str]] = {}
    for draft, path in zip(drafts, paths, strict=True):
        origin.setdefault(draft.key, (draft.outlet, path))
    hidden = _hidden(plan, drafts)
    pieces = [
        _piece(
            plan, books, draft, path=path, quirk=quirks.get(index), listed=index not in hidden, origin=origin
        )
        for index, (draft, path) in enumerate(zip(drafts, paths, strict=True))
    ]
    return World(plan, tuple(sorted(pieces, key=lambda piece: (piece.visible, piece.outlet, piece.path))))


def _paths(plan: Plan, drafts: Sequence[Draft]) -> list[str]:
    """Addresses by the outlet's own habit; the numbers grow with time and tell nothing of the content."""
    numbers = {outlet.id: 10_000 + 613 * position for position, outlet in enumerate(plan.outlet)}
    paths = []
    for draft in drafts:
        numbers[draft.outlet] += 3
        day = draft.published
        paths.append(
            plan.outlet_of(draft.outlet).path.format(
                y=f"{day:%Y}", m=f"{day:%m}", d=f"{day:%d}", n=numbers[draft.outlet]
            )
        )
    return paths


def _hidden(plan: Plan, drafts: Sequence[Draft]) -> set[int]:
    """Positions of the articles of the outage that are never listed: every second one."""
    down = [index for index, draft in enumerate(drafts) if plan.is_down(draft.outlet, draft.published)]
    return set(down[1::2])


def _quirks(plan: Plan, drafts: Sequence[Draft]) -> dict[int, str]:
    """Position in `drafts` -> `late`, `undated` or `wrong_date`: local background of the third to the eighth
    week.
    """
    taken: dict[int, str] = {}
    wanted = [("late", outlet) for outlet in plan.quirks.late]
    wanted += [("undated", outlet) for outlet in plan.quirks.undated]
    wanted += [("wrong_date", outlet) for outlet in sorted(plan.quirks.wrong_date)]
    for position, (quirk, outlet) in enumerate(wanted):
        able = [
            index
            for index, draft in enumerate(drafts)
            if draft.outlet == outlet
            and draft.kind == "background"
            and draft.of is None
            and draft.narrative is None
            if 15 <= plan.day_of(draft.published) <= 56 and "/l" in draft.key and index not in taken
        ]
        taken[dice(plan.seed, "quirk", position).choice(able)] = quirk
    return taken


def _piece(
    plan: Plan,
    books: Mapping[str, Book],
    draft: Draft,
    *,
    path: str,
    quirk: str | None,
    listed: bool,
    origin: Mapping[str, tuple[str, str]],
) -> Piece:
    language = plan.outlet_of(draft.outlet).language
    roll = dice(plan.seed, "author", draft.outlet, path)
    author = (
        roll.choice(books[language].phrases.authors) if draft.credit is None and roll.random() < 0.6 else None
    )
    return Piece(
        outlet=draft.outlet,
        path=path,
        language=language,
        published=draft.published,
        visible=_visible(plan, draft, quirk),
        stated=None
        if quirk == "undated"
        else plan.quirks.wrong_date[draft.outlet]
        if quirk == "wrong_date"
        else draft.published,
        listed=listed,
        title=draft.title,
        paragraphs=draft.paragraphs,
        author=author,
        kind=draft.kind,
        key=draft.key,
        narrative=draft.narrative,
        of=origin[draft.of] if draft.of else None,
    )


def _visible(plan: Plan, draft: Draft, quirk: str | None) -> datetime:
    """When a reader could first see it: at once, after the outage, or days late."""
    if quirk == "late":
        return draft.published + timedelta(days=plan.quirks.late_by_days)
    return (
        plan.at(plan.outage.last_day + 1) if plan.is_down(draft.outlet, draft.published) else draft.published
    )
