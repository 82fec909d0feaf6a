"""The watchlist: `watch` compares it, `watch try|test|add|label|calibrate|backtest` work on it."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from drumbeat.cli.session import (
    AsOfOption,
    JsonOption,
    Session,
    WorkspaceOption,
    say_counts,
    say_json,
    say_table,
    session,
    system_user,
)

if TYPE_CHECKING:
    from analysis.watch.comparing import Match
    from analysis.watch.trying import Tried
    from config.watchlist import StatementConfig

watch_app = typer.Typer(help="Match new passages against the watchlist, and work on it.")

DaysOption = Annotated[int, typer.Option("--days", min=1, max=36_500, help="Of the last so many days.")]
MostOption = Annotated[int, typer.Option("--most", min=1, max=500, help="Passages that are shown.")]
IdArgument = Annotated[str, typer.Argument(help="The statement's id in watchlist.toml.")]
CounterOption = Annotated[
    list[str] | None, typer.Option("--counter", help="What says the opposite; may be repeated.")
]
EntityOption = Annotated[
    list[str] | None,
    typer.Option("--entity", help="A name that must stand, by its id (country:MR); may be repeated."),
]
QueryOption = Annotated[
    str | None,
    typer.Option("--query", help='Words that must stand: (wagner OR "africa corps") AND mali NOT football'),
]


class VerdictName(StrEnum):
    """What an analyst says of a passage."""

    accept = "accept"
    reject = "reject"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(watch_app, name="watch")


@watch_app.callback(invoke_without_command=True)
def watch(
    context: typer.Context,
    workspace: WorkspaceOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Match new passages against the watchlist."""
    from drumbeat.cli.progress import RichProgress
    from drumbeat.stages import run_stage

    if context.invoked_subcommand is not None:
        return
    with session(workspace, as_of) as opened, RichProgress() as progress:
        counts = run_stage(
            "watch", workspace=opened.workspace, store=opened.store, clock=opened.clock, progress=progress
        )
    say_counts("watch", counts, as_json=as_json)


@watch_app.command("try")
def watch_try(
    statement: Annotated[str, typer.Argument(help="One sentence, in any language.")],
    counter: CounterOption = None,
    entity: EntityOption = None,
    days: DaysOption = 28,
    most: MostOption = 20,
    workspace: WorkspaceOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a statement would find, and what it would nearly find, with why; nothing is watched."""
    config = _config("try", [statement], counter, entity, None)
    with session(workspace, as_of) as opened:
        _say_tried(opened, config, days, most, as_json=as_json)


@watch_app.command("test")
def watch_test(
    statement_id: IdArgument,
    days: DaysOption = 28,
    most: MostOption = 20,
    workspace: WorkspaceOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the hits and near-misses of a statement of the watchlist, with why."""
    with session(workspace, as_of) as opened:
        _say_tried(opened, _known(opened, statement_id), days, most, as_json=as_json)


@watch_app.command("add")
def watch_add(
    statement_id: IdArgument,
    statement: Annotated[list[str] | None, typer.Argument(help="Sentences, in any languages.")] = None,
    label: Annotated[str | None, typer.Option("--label", help="Default: the first sentence.")] = None,
    counter: CounterOption = None,
    entity: EntityOption = None,
    query: QueryOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Add a statement, or a query over words, to watchlist.toml; by its id alone one of the shipped list."""
    from config.add_statement import add_statement

    with session(workspace) as opened:
        path = add_statement(
            opened.workspace,
            statement_id=statement_id,
            label=label or (statement or [query or statement_id])[0],
            statements=statement or (),
            counters=counter or (),
            entities=entity or (),
            query=query,
        )
    typer.echo(f"{statement_id}: added to {path}; `drumbeat watch` compares it with everything")


@watch_app.command("label")
def watch_label(
    statement_id: IdArgument,
    passage: Annotated[str, typer.Argument(help="The passage's id, as `watch test` shows it.")],
    verdict: Annotated[VerdictName | None, typer.Argument(help="Whether it is a hit.")] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take your word back.")] = False,
    by: Annotated[str | None, typer.Option("--by", help="Who decides; default: the system's user.")] = None,
    workspace: WorkspaceOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Say that a passage says what a statement says, or does not; every later run obeys."""
    from drumbeat.watch_labels import forget_label, keep_label

    with session(workspace, as_of) as opened:
        _known(opened, statement_id)
        if undo:
            said = forget_label(opened.store, statement_id, passage)
        elif verdict is None:
            raise typer.BadParameter("say accept or reject, or --undo")
        else:
            said = keep_label(
                opened.store,
                statement_id,
                passage,
                verdict.value,
                by=by or system_user(),
                at=opened.clock.now(),
            )
    typer.echo(said)


@watch_app.command("calibrate")
def watch_calibrate(
    workspace: WorkspaceOption = None, as_of: AsOfOption = None, as_json: JsonOption = False
) -> None:
    """Show from which z statements hit in each language, and what each has grown to and probably misses."""
    from analysis.watch.calibration import calibration

    with session(workspace, as_of) as opened:
        rows = calibration(opened.store, opened.workspace, now=opened.clock.now())
    if as_json:
        say_json([row._asdict() for row in rows])
        return
    columns = ("statement", "decided by", "z by language", "linked", "grew by", "estimated recall", "stopped")
    say_table("Watchlist", columns, rows)


@watch_app.command("backtest")
def watch_backtest(
    statement_id: IdArgument,
    days: DaysOption = 84,
    workspace: WorkspaceOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count what a statement would have found, week by week, as watchlist.toml has it; stores nothing."""
    from analysis.watch.trying import backtest

    with session(workspace, as_of) as opened:
        config = _known(opened, statement_id)
        found = backtest(opened.store, opened.workspace, config, now=opened.clock.now(), days=days)
    rows = _weeks(found)
    if as_json:
        say_json([dict(zip(("week", "passages", "outlets", "languages"), row, strict=True)) for row in rows])
    else:
        say_table(
            f"{statement_id}: {len(found)} passages", ("week", "passages", "outlets", "languages"), rows
        )


def _weeks(found: list[Match]) -> list[tuple[str, int, int, str]]:
    """Hits by calendar week, the oldest first."""
    weeks: dict[str, list[Match]] = {}
    for match in found:
        year, week, _ = match.row.counted_at.isocalendar()
        weeks.setdefault(f"{year}-W{week:02d}", []).append(match)
    return [(week, *_counted(matches)) for week, matches in sorted(weeks.items())]


def _counted(matches: list[Match]) -> tuple[int, int, str]:
    """How many hits, of how many outlets, in which languages."""
    outlets = {match.row.source_id for match in matches}
    languages = Counter(match.row.language for match in matches).most_common()
    return len(matches), len(outlets), ", ".join(f"{language} {count}" for language, count in languages)


def _config(
    key: str, statements: list[str], counter: list[str] | None, entity: list[str] | None, query: str | None
) -> StatementConfig:
    from pydantic import ValidationError

    from config.errors import ConfigError
    from config.watchlist import StatementConfig

    given = {
        "id": key,
        "label": statements[0] if statements else query,
        "statements": statements,
        "counter_statements": counter or (),
        "entities": entity or (),
        "query": query,
    }
    try:
        return StatementConfig.model_validate(given)
    except ValidationError as error:
        raise ConfigError("; ".join(str(one["msg"]) for one in error.errors())) from error


def _known(opened: Session, statement_id: str) -> StatementConfig:
    from config.errors import ConfigError

    for item in opened.workspace.watchlist:
        if item.id == statement_id:
            return item
    known = ", ".join(item.id for item in opened.workspace.watchlist) or "none"
    raise ConfigError(f"{statement_id}: no such statement in watchlist.toml; there are {known}")


def _say_tried(opened: Session, config: StatementConfig, days: int, most: int, *, as_json: bool) -> None:
    from analysis.watch.trying import try_statement

    found = try_statement(
        opened.store, opened.workspace, config, now=opened.clock.now(), days=days, most=most
    )
    if as_json:
        say_json([_as_data(one) for one in found])
        return
    columns = ("is", "z", "hit from", "wording", "lang", "outlet", "day", "title, sentence", "why", "passage")
    say_table(f"{config.label}: the last {days} days", columns, [_line(one) for one in found])


def _line(one: Tried) -> tuple[object, ...]:
    row = one.row
    shown = f"{row.title}\n{one.sentence or row.text}"
    return (
        one.verdict,
        f"{one.z:.1f}",
        f"{one.needed:.1f}",
        one.stance,
        row.language,
        row.source_id,
        f"{row.counted_at:%Y-%m-%d}",
        shown,
        one.why,
        row.passage_id,
    )


def _as_data(one: Tried) -> dict[str, object]:
    row = one.row
    return {
        "verdict": one.verdict,
        "z": one.z,
        "needed": one.needed,
        "wording": one.stance,
        "why": one.why,
        "passage_id": row.passage_id,
        "language": row.language,
        "source_id": row.source_id,
        "counted_at": row.counted_at.isoformat(),
        "title": row.title,
        "sentence": one.sentence or row.text,
        "url": row.url,
    }
