"""`accounts ...`: who may do what on the dashboard, and who changed what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from drumbeat.cli.session import JsonOption, WorkspaceOption, say_json, say_table, session, system_user

if TYPE_CHECKING:
    from drumbeat.cli.session import Session
    from drumbeat.people.accounts import Accounts

accounts_app = typer.Typer(help="Who may do what on the dashboard.", no_args_is_help=True)


class RoleName(StrEnum):
    """What an account may do; each also what those before it may."""

    reader = "reader"
    analyst = "analyst"
    editor = "editor"
    admin = "admin"


class ScopeName(StrEnum):
    """What a token allows."""

    read = "read"
    decide = "decide"


Name = Annotated[str, typer.Argument(help="The account's name.")]
RoleOption = Annotated[
    RoleName,
    typer.Option(
        "--role", help="reader: reads; analyst: decides; editor: watches, sources; admin: accounts."
    ),
]
PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input instead of asking.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(accounts_app, name="accounts")


@accounts_app.command("add")
def add(
    name: Name,
    role: RoleOption = RoleName.reader,
    password_stdin: PasswordStdin = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Make an account."""
    with session(workspace) as opened:
        made = _accounts(opened).add(name, role.value, _password(password_stdin))
    typer.echo(f"account {made.name}: {made.role}")


@accounts_app.command("list")
def list_accounts(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List the accounts."""
    with session(workspace) as opened:
        found = opened.store.accounts.all()
    rows = [
        (row.name, row.role, f"{row.created_at:%Y-%m-%d}", "no" if row.disabled else "yes") for row in found
    ]
    columns = ("name", "role", "made", "may sign in")
    if as_json:
        say_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        say_table("Accounts", columns, rows)


@accounts_app.command("role")
def role(
    name: Name,
    role: Annotated[RoleName, typer.Argument(help="What it may do from now on.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Change what an account may do."""
    with session(workspace) as opened:
        _accounts(opened).set_role(name, role.value)
    typer.echo(f"account {name}: {role.value}")


@accounts_app.command("password")
def password(name: Name, password_stdin: PasswordStdin = False, workspace: WorkspaceOption = None) -> None:
    """Give an account another password; it is signed out everywhere."""
    with session(workspace) as opened:
        accounts = _accounts(opened)
        accounts.known(name)
        accounts.set_password(name, _password(password_stdin))
    typer.echo(f"account {name}: has another password, and is signed out")


@accounts_app.command("disable")
def disable(name: Name, workspace: WorkspaceOption = None) -> None:
    """Shut an account out; what it decided stays."""
    with session(workspace) as opened:
        _accounts(opened).set_disabled(name, disabled=True)
    typer.echo(f"account {name}: shut out")


@accounts_app.command("enable")
def enable(name: Name, workspace: WorkspaceOption = None) -> None:
    """Let an account in again."""
    with session(workspace) as opened:
        _accounts(opened).set_disabled(name, disabled=False)
    typer.echo(f"account {name}: may sign in")


@accounts_app.command("token")
def token(
    name: Name,
    title: Annotated[str, typer.Option("--for", help="What the token is for.")],
    scope: Annotated[ScopeName, typer.Option("--scope", help="read, or decide as well.")] = ScopeName.read,
    days: Annotated[int, typer.Option(min=1, max=3650, help="How long it works.")] = 90,
    workspace: WorkspaceOption = None,
) -> None:
    """Make a token for a program; it is shown this once."""
    with session(workspace) as opened:
        typer.echo(_accounts(opened).give_token(name, title, scope.value, days))


@accounts_app.command("tokens")
def tokens(
    name: Name,
    remove: Annotated[
        str | None, typer.Option("--remove", help="Take back the token whose id begins so.")
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """List an account's tokens, or take one back."""
    with session(workspace) as opened:
        accounts = _accounts(opened)
        accounts.known(name)
        if remove:
            gone = accounts.take_token_back(name, remove)
            typer.echo(f"account {name}: the token for {gone.title!r} works no more")
            return
        found = opened.store.accounts.tokens(name)
    rows = [(row.token_id[:12], row.title, row.scope, f"{row.ends_at:%Y-%m-%d}") for row in found]
    say_table("Tokens", ("id", "for", "may", "until"), rows)


@accounts_app.command("trail")
def show_trail(
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day; default: all there is.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Who changed what: accounts, decisions, marks of alerts, edits of reports; the oldest first."""
    from drumbeat.people.trail import trail

    with session(workspace) as opened:
        start = since.replace(tzinfo=UTC) if since else datetime(1970, 1, 1, tzinfo=UTC)
        found = trail(opened.store, start, opened.clock.now() + timedelta(seconds=1))
    columns = ("at", "actor", "what", "subject", "before", "after")
    rows = [
        (row.at.isoformat(), row.actor, row.what, row.subject, dict(row.before), dict(row.after))
        for row in found
    ]
    if as_json:
        say_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        say_table("Who changed what", columns, rows)


def _accounts(opened: Session) -> Accounts:
    from drumbeat.people.accounts import Accounts

    return Accounts(opened.store, opened.clock, by=system_user())


def _password(from_stdin: bool) -> str:
    if from_stdin:
        import sys

        return sys.stdin.readline().rstrip("\r\n")
    given: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return given
