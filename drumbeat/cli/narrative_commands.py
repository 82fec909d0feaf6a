"""`narratives ...`: what is claimed, and what analysts decide about it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from drumbeat.cli.session import JsonOption, WorkspaceOption, say_json, say_table, session, system_user

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drumbeat.cli.session import Session
    from drumbeat.decision_queue import DecisionQueue, Question
    from drumbeat.regrouping import Regrouping
    from storage.records import Correction, Judgement, Narrative

narratives_app = typer.Typer(
    help="What is claimed. Decisions are obeyed by every later run; `undo` takes one back.",
    no_args_is_help=True,
)
MOST_NUMBERS = 2**31 - 1
"""What a number in the database can be."""


class KindName(StrEnum):
    """What a narrative can be."""

    claim = "claim"
    event = "event"
    subject = "subject"
    form = "form"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(narratives_app, name="narratives")


KindOption = Annotated[
    KindName | None, typer.Option("--kind", help="Only claims, events, subjects or forms.")
]
Number = Annotated[int, typer.Argument(min=1, max=MOST_NUMBERS, help="The narrative's number.")]
ByOption = Annotated[str | None, typer.Option("--by", help="Who decides; default: the system's user.")]
Passages = Annotated[
    list[str],
    typer.Argument(help="Passages by id, or articles by id or address, which stand for all of theirs."),
]


@narratives_app.command("list")
def narratives_list(
    workspace: WorkspaceOption = None, kind: KindOption = None, as_json: JsonOption = False
) -> None:
    """List the narratives: claims first, then the largest first."""
    from drumbeat.export import by_kind, narrative_row

    with session(workspace) as opened:
        judged = opened.store.kinds.all()
        linked = {link.narrative_id for link in opened.store.links.all()}
        standing = [row for row in opened.store.narratives.all() if row.narrative_id not in linked]
        rows = by_kind(standing, judged, only=kind.value if kind else None)
    if as_json:
        say_json([narrative_row(row, judged.get(row.narrative_id)) for row in rows])
    else:
        say_table("Narratives", _COLUMNS, [_line(row, judged.get(row.narrative_id)) for row in rows])


_COLUMNS = ("number", "label", "kind", "grade", "status", "passages", "first seen", "last seen")


def _line(row: Narrative, judged: Judgement | None) -> tuple[object, ...]:
    kind = "watched" if row.kind == "watched" else judged.kind if judged else "not judged yet"
    return (
        row.narrative_id,
        row.label,
        kind,
        f"{judged.grade:.2f}" if judged else "",
        row.status,
        row.size,
        f"{row.first_seen_at:%Y-%m-%d}",
        f"{row.last_seen_at:%Y-%m-%d}",
    )


@narratives_app.command("kind")
def narratives_kind(
    number: Number,
    kind: Annotated[KindName | None, typer.Argument(help="What it is.")] = None,
    by: ByOption = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take the last decision back.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Say what a narrative is, or with neither a kind nor `--undo` show what it was judged to be, and why."""
    from drumbeat.corrections import decide_kind, say_kind

    with session(workspace) as opened:
        if kind is None and not undo:
            typer.echo(say_kind(opened.store, number))
            return
        decision = None if undo else kind.value if kind else None
        typer.echo(decide_kind(opened.store, number, decision, by=by or system_user(), clock=opened.clock))


@narratives_app.command("rename")
def narratives_rename(
    number: Number,
    label: Annotated[str, typer.Argument(help="Its new label; later runs keep it.")],
    by: ByOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Give a narrative your own label."""
    from drumbeat.corrections import rename

    with session(workspace) as opened:
        typer.echo(rename(opened.store, number, label, opened.clock, by=by or system_user()))


@narratives_app.command("pin")
def narratives_pin(number: Number, by: ByOption = None, workspace: WorkspaceOption = None) -> None:
    """Keep a narrative as it is: never merged, split or put to rest as a form, and shown among what rises."""
    from drumbeat.corrections import pin

    with session(workspace) as opened:
        typer.echo(pin(opened.store, number, by=by or system_user(), clock=opened.clock))


@narratives_app.command("mute")
def narratives_mute(
    number: Number,
    until: Annotated[
        datetime | None,
        typer.Option("--until", formats=["%Y-%m-%d"], help="The last day of silence; default: for good."),
    ] = None,
    by: ByOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """No alert and no rise of it is told; it is counted and shown as before."""
    from drumbeat.corrections import mute

    with session(workspace) as opened:
        last = until.date() if until else None
        typer.echo(mute(opened.store, number, last, by=by or system_user(), clock=opened.clock))


@narratives_app.command("note")
def narratives_note(
    number: Number,
    text: Annotated[str, typer.Argument(help="What is to stand beside it.")],
    by: ByOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Write a note beside a narrative."""
    from drumbeat.corrections import note

    with session(workspace) as opened:
        typer.echo(note(opened.store, number, text, by=by or system_user(), clock=opened.clock))


@narratives_app.command("merge")
def narratives_merge(
    number: Number,
    other: Annotated[int, typer.Argument(min=1, max=MOST_NUMBERS, help="The number of the same claim.")],
    by: ByOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Two narratives are one: the younger number leads to the older from now on."""
    with session(workspace) as opened:
        typer.echo(_regrouping(opened, by).merge(number, other))


@narratives_app.command("split")
def narratives_split(
    number: Number, passages: Passages, by: ByOption = None, workspace: WorkspaceOption = None
) -> None:
    """Some passages of a narrative are another one, with a number of its own."""
    with session(workspace) as opened:
        typer.echo(_regrouping(opened, by).split(number, passages))


@narratives_app.command("reject")
def narratives_reject(
    number: Number, passages: Passages, by: ByOption = None, workspace: WorkspaceOption = None
) -> None:
    """Passages do not belong to a narrative."""
    with session(workspace) as opened:
        typer.echo(_regrouping(opened, by).reject(number, passages))


@narratives_app.command("assign")
def narratives_assign(
    number: Number, passages: Passages, by: ByOption = None, workspace: WorkspaceOption = None
) -> None:
    """Passages belong to a narrative."""
    with session(workspace) as opened:
        typer.echo(_regrouping(opened, by).assign(number, passages))


@narratives_app.command("together")
def narratives_together(
    first: Annotated[str, typer.Argument(help="A passage that is where it belongs.")],
    second: Annotated[str, typer.Argument(help="A passage, or an article, that belongs there too.")],
    by: ByOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Two passages say one thing: the second is wherever the first one is."""
    with session(workspace) as opened:
        typer.echo(_regrouping(opened, by).together(first, second))


@narratives_app.command("apart")
def narratives_apart(
    first: Annotated[str, typer.Argument(help="A passage that is where it belongs, or a number.")],
    second: Annotated[str, typer.Argument(help="A passage or article that does not, or a number.")],
    by: ByOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Two passages are never in one narrative, or two narratives are never merged."""
    with session(workspace) as opened:
        typer.echo(_regrouping(opened, by).apart(first, second))


@narratives_app.command("undo")
def narratives_undo(
    decision: Annotated[str, typer.Argument(help="The id of a decision, as `decisions` shows it.")],
    by: ByOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Take a decision back."""
    with session(workspace) as opened:
        typer.echo(_regrouping(opened, by).undo(decision))


@narratives_app.command("decisions")
def narratives_decisions(
    number: Annotated[
        int | None, typer.Argument(min=1, max=MOST_NUMBERS, help="Only those on this narrative.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the decisions that are in force, the newest first."""
    from drumbeat.corrections import decisions_in_force

    with session(workspace) as opened:
        rows = decisions_in_force(opened.store, number)
    if as_json:
        say_json([_decision_row(row) for row in rows])
    else:
        say_table(
            "Decisions",
            ("id", "what", "narrative", "on", "said", "by", "at"),
            [_decision_line(row) for row in rows],
        )


def _decision_row(row: Correction) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(row)


def _decision_line(row: Correction) -> tuple[object, ...]:
    on = row.other_id or row.other_passage or row.passage_id or ""
    when = f"{row.at:%Y-%m-%d %H:%M}"
    return row.correction_id, row.kind, row.narrative_id, on, row.value or "", row.actor or "", when


@narratives_app.command("queue")
def narratives_queue(
    by: ByOption = None,
    table: Annotated[bool, typer.Option("--list", help="Only list what waits.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Work through what waits for a decision, one key each: uncertain kinds, near-duplicates, drifted ones,
    hits near the bar.
    """
    from dataclasses import asdict

    from drumbeat.decision_queue import DecisionQueue

    with session(workspace) as opened:
        queue = DecisionQueue(opened.store, opened.workspace, opened.clock, by=by or system_user())
        questions = queue.questions()
        if as_json:
            say_json([asdict(item) for item in questions])
        elif table:
            rows = [(item.about, item.text, " ".join(item.keys)) for item in questions]
            say_table("What waits", ("about", "what", "keys"), rows)
        else:
            _work_through(queue, questions)


def _work_through(queue: DecisionQueue, questions: Sequence[Question]) -> None:
    """Ask one question after the other; a key decides, Enter or space skips, q ends."""
    from drumbeat.shown.safe import visible

    done = 0
    for place, question in enumerate(questions, 1):
        keys = ", ".join(f"{key} {what}" for key, what in question.keys.items())
        typer.echo(f"[{place} of {len(questions)}] {visible(question.text)}")
        typer.echo(f"    {keys}, space skip, q end: ", nl=False)
        key = _key(question)
        typer.echo(key.strip())
        if key == "q":
            break
        if key in question.keys:
            typer.echo(f"    {visible(queue.answer(question, key))}")
            done += 1
    typer.echo(f"{done} decided, {len(questions)} waited")


def _key(question: Question) -> str:
    """The next key that means something; the end of the input ends."""
    from contextlib import suppress

    with suppress(EOFError):
        while True:
            key = typer.getchar().lower()
            if key in question.keys or key in ("q", " ", "\r", "\n"):
                return key
            if not key:
                return "q"
    return "q"


def _regrouping(opened: Session, by: str | None) -> Regrouping:
    from drumbeat.regrouping import Regrouping

    return Regrouping(opened.store, opened.workspace, opened.clock, by=by or system_user())
