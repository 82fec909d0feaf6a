"""`sources list|show|check|health|add|discover|import|export|suggest`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from drumbeat.cli import exchange_commands
from drumbeat.cli.session import (
    JsonOption,
    WorkspaceOption,
    country_code,
    known_sources,
    known_values,
    load,
    say_json,
    say_table,
    session,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from config.sources import SourceConfig
    from crawler.check import FeedCheck
    from crawler.discover import Announced
    from drumbeat.shown.health import HealthView

app = typer.Typer(help="The source directory: outlets and their addresses.", no_args_is_help=True)


def register(parent: typer.Typer) -> None:
    """Add the commands."""
    exchange_commands.register(app)
    parent.add_typer(app, name="sources")


@app.command("list")
def list_sources(
    workspace: WorkspaceOption = None,
    country: Annotated[str | None, typer.Option(help="ISO code of a country.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List the outlets, with ownership as a named list words it."""
    code = country_code(country) if country else None
    known = load(workspace).sources
    known_values("--country", [code] if code else [], {source.country for source in known})
    rows = [source for source in known if code in (None, source.country)]
    if as_json:
        say_json([source.model_dump(mode="json") for source in rows])
        return
    say_table(
        "Outlets",
        ("id", "name", "country", "languages", "ownership", "feeds", "addresses"),
        list(map(_outlet_row, rows)),
    )


def _outlet_row(row: SourceConfig) -> tuple[object, ...]:
    ownership = row.ownership.label if row.ownership else "not listed"
    languages = " ".join(row.languages)
    return row.id, row.name, row.country, languages, ownership, len(row.feeds), _tried(row)


def _tried(row: SourceConfig) -> str:
    """Whether anybody tried the addresses."""
    if row.verified:
        return "verified"
    return f"never tried since {row.never_tried}" if row.never_tried else "not verified"


@app.command()
def show(
    source: Annotated[str, typer.Argument(help="Id of an outlet.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Everything the directory states of an outlet, each fact with the list it stands in."""
    known = {row.id: row for row in load(workspace).sources}
    known_sources([source], known)
    if as_json:
        say_json(known[source].model_dump(mode="json"))
    else:
        say_table(known[source].name, ("what", "value", "listed in", "as of"), _facts(known[source]))


def _facts(row: SourceConfig) -> list[tuple[object, ...]]:
    labels = [label for label in (row.ownership, *row.also_labelled) if label]
    return [
        ("outlet", row.domain, row.listed_in, None),
        ("site", row.site, row.listed_in if row.site else None, None),
        ("country, region", f"{row.country} {row.region}", None, None),
        ("languages", " ".join(row.languages), None, None),
        *(("ownership", label.label, label.listed_in, label.as_of) for label in labels),
        *(("ownership", "not listed", name, None) for name in row.not_listed_in),
        *((feed.kind, feed.url, feed.listed_in, None) for feed in row.feeds),
        ("addresses", _tried(row), None, None),
    ]


@app.command()
def check(
    source: Annotated[list[str] | None, typer.Argument(help="Ids; default: every outlet.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Try every address once, politely, and say what it answers. Nothing is stored."""
    from dataclasses import asdict

    from crawler.check import check_sources
    from drumbeat.cli.progress import RichProgress

    with session(workspace) as opened, RichProgress() as progress:
        rows = check_sources(
            workspace=opened.workspace, clock=opened.clock, only=tuple(source or ()), progress=progress
        )
    if as_json:
        say_json([asdict(row) for row in rows])
    else:
        say_table(
            "Addresses",
            ("outlet", "address", "answer", "entries", "followed", "newest", "remark", "remedy"),
            list(map(_checked_row, rows)),
        )


def _checked_row(row: FeedCheck) -> tuple[object, ...]:
    from drumbeat.shown.polls import remark_on
    from storage.records.conditions import CONDITIONS

    told = remark_on(row)
    remedy = "" if row.condition == "well" else CONDITIONS[row.condition][1]
    said = "; ".join(part for part in (told, row.detail) if part)
    return row.source_id, row.url, row.outcome, row.entries, row.followed, row.newest, said, remedy


@app.command()
def health(
    source: Annotated[list[str] | None, typer.Argument(help="Ids; default: every outlet.")] = None,
    workspace: WorkspaceOption = None,
    all_feeds: Annotated[bool, typer.Option("--all", help="Those that are well too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """What is wrong with each feed since when, by its last poll, and what to do about it. Asks nobody."""
    from dataclasses import asdict

    from drumbeat.shown.health import health_views

    with session(workspace) as opened:
        views = health_views(_stated_feeds(opened.workspace.sources, source or ()), opened.store.health.all())
    ill = [view for view in views if not view.is_well]
    rows = views if all_feeds or source else ill
    if as_json:
        say_json(list(map(asdict, rows)))
        return
    say_table(
        f"Feeds ({len(views) - len(ill)} of {len(views)} are well)",
        ("outlet", "address", "condition", "since", "what it means", "remedy"),
        list(map(_health_row, rows)),
    )


def _stated_feeds(sources: Sequence[SourceConfig], only: Collection[str]) -> dict[str, str]:
    """Address -> outlet, of all outlets or of those named."""
    outlets = {row.id: row for row in sources if row.enabled}
    known_sources(only, outlets)
    chosen = [outlets[name] for name in only or outlets]
    return {str(feed.url): row.id for row in chosen for feed in row.feeds}


def _health_row(view: HealthView) -> tuple[object, ...]:
    since = view.since.date() if view.since else None
    meaning = f"{view.meaning} ({view.detail})" if view.detail else view.meaning
    return view.source_id, view.feed_url, view.condition, since, meaning, view.remedy


@app.command()
def discover(
    site: Annotated[str, typer.Argument(help="Home page of an outlet.")],
    add_as: Annotated[
        str | None, typer.Option("--add", help="Add what is found as an outlet with this id.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="With --add: the outlet's name; default: its id.")] = None,
    country: Annotated[str | None, typer.Option(help="With --add: ISO code; default: of the domain.")] = None,
    language: Annotated[list[str] | None, typer.Option(help="With --add: BCP 47; may be repeated.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find the feeds and sitemaps that a site announces, and add them as an outlet if told so."""
    from dataclasses import asdict

    from crawler.discover import discover as find

    with session(workspace) as opened:
        found = find(site, workspace=opened.workspace, clock=opened.clock)
    if as_json:
        say_json([asdict(row) for row in found])
    else:
        say_table(site, ("kind", "address", "title"), [(row.kind, row.url, row.title) for row in found])
    if add_as is not None:
        _add_found(add_as, site, found, (name, country, language), workspace)


def _add_found(
    source_id: str,
    site: str,
    found: Sequence[Announced],
    stated: tuple[str | None, str | None, list[str] | None],
    workspace: Path | None,
) -> None:
    """Add an outlet with what was found of it: its feeds, or else its sitemaps, or else its front page."""
    from config.add import add_source
    from config.errors import ConfigError
    from crawler.discover import country_of

    name, country, language = stated
    home = site if "://" in site else f"https://{site}"
    code = country or country_of(home)
    if code is None or not language:
        raise ConfigError("--add: state --language, and --country where the domain does not tell it")
    path = add_source(
        load(workspace),
        source_id=source_id,
        name=name or source_id,
        country=country_code(code),
        languages=language,
        feeds=_found_addresses(found),
        more={"site": home},
    )
    typer.echo(f"{path}: added {source_id}; try it with: drumbeat sources check {source_id}")


def _found_addresses(found: Sequence[Announced]) -> list[str | dict[str, str]]:
    """The feeds, or else the sitemaps, as an entry has them."""
    feeds = [row for row in found if row.kind == "feed"] or found
    return [{"url": row.url, "kind": row.kind} for row in feeds]


@app.command()
def add(
    source_id: Annotated[str, typer.Argument(help="Short id: lower case letters, digits, hyphens.")],
    name: Annotated[str, typer.Option(help="The outlet's name.")],
    country: Annotated[str, typer.Option(help="ISO 3166-1 alpha-2.")],
    language: Annotated[list[str], typer.Option(help="BCP 47, the main one first; may be repeated.")],
    feed: Annotated[list[str] | None, typer.Option(help="Address of a feed; may be repeated.")] = None,
    news_sitemap: Annotated[list[str] | None, typer.Option(help="Address of a news sitemap.")] = None,
    sitemap: Annotated[list[str] | None, typer.Option(help="Address of a sitemap.")] = None,
    section: Annotated[list[str] | None, typer.Option(help="Address of a section page.")] = None,
    site: Annotated[str | None, typer.Option(help="The front page; read where no feed is stated.")] = None,
    more: Annotated[
        list[str] | None,
        typer.Option("--set", help="Any other field of an entry, as KEY=VALUE: delay_seconds=10."),
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Add an outlet to sources/added.toml after checking the entry."""
    from config.add import add_source, read_settings

    kinds = {"feed": feed, "news_sitemap": news_sitemap, "sitemap": sitemap, "section": section}
    path = add_source(
        load(workspace),
        source_id=source_id,
        name=name,
        country=country.upper(),
        languages=language,
        feeds=[{"url": url, "kind": kind} for kind, urls in kinds.items() for url in urls or ()],
        more=({"site": site} if site else {}) | read_settings(more or ()),
    )
    typer.echo(f"{path}: added {source_id}; try it with: drumbeat sources check {source_id}")
