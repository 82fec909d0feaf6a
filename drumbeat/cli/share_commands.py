"""`share stix` and `share pack`: narratives for other tools and other people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from drumbeat.cli.session import WorkspaceOption, session

share_app = typer.Typer(
    help="Narratives with their evidence, for other tools and other people.", no_args_is_help=True
)
MostOption = Annotated[
    int | None, typer.Option(min=1, help="Quotations of a narrative, the newest; default: as many as fit.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(share_app, name="share")


@share_app.command("stix")
def share_stix(
    narratives: Annotated[list[int], typer.Argument(help="Numbers of narratives.")],
    workspace: WorkspaceOption = None,
    out: Annotated[Path | None, typer.Option(help="File to write; default: standard output.")] = None,
    most: MostOption = None,
) -> None:
    """Write narratives, outlets and quotations as a STIX 2.1 bundle that OpenCTI takes in."""
    import json

    from drumbeat.exports.stix import MOST_PASSAGES, bundle

    with session(workspace) as opened:
        found = bundle(opened.store, narratives, most=most or MOST_PASSAGES)
    text = json.dumps(found, ensure_ascii=True, indent=1) + "\n"
    if out is None:
        typer.echo(text, nl=False)
        return
    out.write_text(text, encoding="utf-8")
    typer.echo(f"{out}: {len(found['objects'])} objects")


@share_app.command("pack")
def share_pack(
    narrative: Annotated[int, typer.Argument(help="Number of a narrative.")],
    out: Annotated[Path, typer.Option(help="ZIP file to write.")],
    workspace: WorkspaceOption = None,
    most: MostOption = None,
) -> None:
    """Write a narrative's quotations, texts and archived pages as a ZIP that checks itself."""
    from drumbeat.exports.pack import write_pack
    from drumbeat.shown.safe import one_line

    with session(workspace) as opened:
        what = write_pack(opened.store, opened.workspace.archive_dir, narrative, out, most=most)
    typer.echo(f"{out}: {what.quotations} quotations, {what.records} archived pages")
    for line in what.missing:
        typer.echo(f"  missing: {one_line(line)}")
    typer.echo(f"  whoever gets it checks it: python verify.py {out}  (the script lies in it, under data/)")
