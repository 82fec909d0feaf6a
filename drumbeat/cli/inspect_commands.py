"""Doors for looking closely: `try`, `page show`, `explain`."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from drumbeat.cli.session import (
    AsOfOption,
    JsonOption,
    Session,
    WorkspaceOption,
    say_json,
    say_table,
    session,
)

page_app = typer.Typer(help="Archived pages.", no_args_is_help=True)
MOST_NUMBERS = 2**31 - 1
"""What a number in the database can be."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("try")(try_url)
    app.command()(explain)
    app.add_typer(page_app, name="page")


def try_url(
    url: Annotated[str, typer.Argument(help="Address of an article.")],
    workspace: WorkspaceOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take one page through every stage and show each; nothing is stored."""
    from drumbeat.try_url import try_page

    with session(workspace, as_of) as opened:
        result = try_page(url, workspace=opened.workspace, clock=opened.clock, store=opened.store)
    if as_json:
        say_json(result)
    else:
        say_table(
            url,
            ("stage", "what", "value"),
            [(stage, key, value) for stage, values in result.items() for key, value in values.items()],
        )


@page_app.command("show")
def page_show(
    url: Annotated[str, typer.Argument(help="Address of a page.")],
    workspace: WorkspaceOption = None,
    headers: Annotated[bool, typer.Option(help="Print status and headers too.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write the bytes to this file.")] = None,
) -> None:
    """Give the archived bytes of a page back, exactly as they were received."""
    from drumbeat.shown.safe import one_line
    from storage.pages import archived_response

    with session(workspace) as opened:
        response = archived_response(opened.store, opened.workspace.archive_dir, url)
    if headers:
        typer.echo(
            f"{response.status} {response.final_url} fetched {response.fetched_at.isoformat()}", err=True
        )
        for name, value in response.headers:
            typer.echo(one_line(f"{name}: {value}"), err=True)
    if out:
        out.write_bytes(response.body)
    else:
        sys.stdout.buffer.write(response.body)


def explain(
    article: Annotated[str, typer.Argument(help="Article id or address; or the word `spike`.")],
    number: Annotated[
        int | None, typer.Argument(min=1, max=MOST_NUMBERS, help="After `spike`: a narrative's number, ...")
    ] = None,
    day: Annotated[
        datetime | None, typer.Argument(formats=["%Y-%m-%d"], help="... and the day that is asked about.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show everything the product decided about one article, and from what; or why a narrative rang on a day
    or did not, every gate with its figure.
    """
    if (article == "spike") != (number is not None and day is not None):
        raise typer.BadParameter("write `explain ARTICLE`, or `explain spike NUMBER DAY`")
    with session(workspace) as opened:
        result = _explained(opened, article, number, day)
    if as_json:
        say_json(result)
    else:
        say_table(
            str(article),
            ("decision", "what", "value"),
            [(stage, key, value) for stage, values in result.items() for key, value in values.items()],
        )


def _explained(
    opened: Session, article: str, number: int | None, day: datetime | None
) -> dict[str, dict[str, object]]:
    """What was decided about an article, or the gates of a narrative and a day."""
    from drumbeat.explain import explain_article, explain_spike

    if number is None or day is None:
        return explain_article(opened.store, article)
    gates = explain_spike(opened.store, opened.workspace, number, day.date())
    return {name: dict(told) for name, told in gates.items()}
