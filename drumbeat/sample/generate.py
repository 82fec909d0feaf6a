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
    drafts = _drafts(plan, books)
    quirks = _quirks(plan, drafts)
    paths = _paths(plan, drafts)
    origin = _origin(drafts, paths)
    hidden = _hidden(plan, drafts)
    pieces = [
        _piece(
            plan, books, draft, path=path, quirk=quirks.get(index), listed=index not in hidden, origin=origin
        )
        for index, (draft, path) in enumerate(zip(drafts, paths, strict=True))
    ]
    return World(plan, tuple(sorted(pieces, key=lambda piece: (piece.visible, piece.outlet, piece.path))))


def _drafts(plan: Plan, books: Mapping[str, Book]) -> list[Draft]:
    """Every text of the world's days, in the order of their publication."""
    drafts = plant(plan, books) + fill(plan, books)
    inside = [draft for draft in drafts if plan.day_of(draft.published) <= plan.days]
    return sorted(inside, key=lambda draft: (draft.published, draft.outlet, draft.key))


def _origin(drafts: Sequence[Draft], paths: Sequence[str]) -> dict[str, tuple[str, str]]:
    """A text's key -> outlet and path where it stood first."""
    origin: dict[str, tuple[str, str]] = {}
    for draft, path in zip(drafts, paths, strict=True):
        origin.setdefault(draft.key, (draft.outlet, path))
    return origin


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
            if draft.outlet == outlet and index not in taken and _is_local(plan, draft)
        ]
        taken[dice(plan.seed, "quirk", position).choice(able)] = quirk
    return taken


def _is_local(plan: Plan, draft: Draft) -> bool:
    """Local background of the third to the eighth week, told by nobody else."""
    is_background = draft.kind == "background" and draft.of is None and draft.narrative is None
    return is_background and "/l" in draft.key and 15 <= plan.day_of(draft.published) <= 56


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
    signed = draft.credit is None and roll.random() < 0.6
    return Piece(
        outlet=draft.outlet,
        path=path,
        language=language,
        published=draft.published,
        visible=_visible(plan, draft, quirk),
        stated=_stated(plan, draft, quirk),
        listed=listed,
        title=draft.title,
        paragraphs=draft.paragraphs,
        author=roll.choice(books[language].phrases.authors) if signed else None,
        kind=draft.kind,
        key=draft.key,
        narrative=draft.narrative,
        of=origin[draft.of] if draft.of else None,
    )


def _stated(plan: Plan, draft: Draft, quirk: str | None) -> datetime | None:
    """The date that the page's markup claims."""
    if quirk == "undated":
        return None
    return plan.quirks.wrong_date[draft.outlet] if quirk == "wrong_date" else draft.published


def _visible(plan: Plan, draft: Draft, quirk: str | None) -> datetime:
    """When a reader could first see it: at once, after the outage, or days late."""
    if quirk == "late":
        return draft.published + timedelta(days=plan.quirks.late_by_days)
    return (
        plan.at(plan.outage.last_day + 1) if plan.is_down(draft.outlet, draft.published) else draft.published
    )
