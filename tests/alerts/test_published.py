"""Reports are published once, revised in view of everybody, narrowed to editions, and mailed to their
readers.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from analysis.digest.records import Digest
from config.init import init_workspace
from config.rules import EditionConfig
from config.settings import ReportSettings, Settings
from config.workspace import Workspace
from drumbeat.report.editions import narrowed
from drumbeat.report.publish import WORLD, Issue, changes_of, publish
from storage.records import ReportEdit
from storage.store import Store, create_store
from tests.alerts.mailroom import NOW, Room, Server, serving, workspace
from tests.report.sample import END, START, at, digest, narrative
from tests.report.test_findings import account

FRENCH = EditionConfig(id="french", title="Édition du Sahel", language="fr", recipients=("chef@example.org",))


def issue(room: Room, found: Digest | None = None, config: EditionConfig = WORLD, hour: int = 6) -> Issue:
    """Publish the sample week."""
    return publish(
        store=room.store,
        workspace=desk(room),
        digest=found or digest(),
        account=account(),
        config=config,
        as_of=at(23, hour),
    )


def desk(room: Room) -> Workspace:
    """A workspace with one edition and a list of readers."""
    made = workspace(room.root)
    settings = Settings(
        mail=made.settings.mail, report=ReportSettings(recipients=("all@example.org", "all@example.org"))
    )
    return replace(made, settings=settings, editions=(FRENCH,))


def files(room: Room) -> dict[str, bytes]:
    """The reports as they lie in their folder."""
    folder = room.root / "reports"
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.name != "index.html"}


def edit(room: Room, kind: Any, **changes: Any) -> None:
    """What an editor decides."""
    given = {
        "edit_id": f"{kind}{len(changes)}",
        "edition": "",
        "start": START,
        "end": END,
        "actor": "Élodie",
        "at": NOW,
    }
    room.store.reports.edit(ReportEdit(kind=kind, **(given | changes)))


def test_the_same_week_is_published_once(room: Room) -> None:
    """A second run, hours later, that finds the same writes nothing: the same bytes, one revision."""
    assert issue(room).is_new
    before = files(room)
    again = issue(room, hour=18)
    assert (again.is_new, again.revision) == (False, 1)
    assert files(room) == before
    assert sorted(before) == ["2026-W47.html", "2026-W47.json", "2026-W47.md"]
    assert len(room.store.reports.revisions("", START, END)) == 1


def test_a_revision_says_what_changed(room: Room) -> None:
    """Another figure, an item more, an item less: a new revision, the old one kept under its own name."""
    issue(room)
    before = files(room)
    changed = digest(rising=(narrative(observed=35.0), narrative(50, label="A new one")), new=())
    found = issue(room, changed)
    assert (found.is_new, found.revision) == (True, 2)
    after = files(room)
    assert after["2026-W47.r1.html"] == before["2026-W47.html"]
    page = after["2026-W47.html"].decode()
    for words in (
        "revision 2",
        "narrative 12: 35 texts instead of 34",
        "narrative 50 (A new one) is now listed as rising",
        "no longer listed as new",
    ):
        assert words in page, words
    last = room.store.reports.last("", START, END)
    assert last is not None and last.revision == 2 and len(last.changes) >= 3


def test_the_editor_is_named(room: Room) -> None:
    """A note stands at the head and a dropped item is gone, each with its author; a drop can be taken
    back.
    """
    edit(room, "note", text="Read with care: an anniversary.")
    edit(room, "drop", narrative_id=12)
    page = Path(issue(room).files.html).read_text(encoding="utf-8")
    assert "Read with care: an anniversary." in page and "Élodie" in page
    assert 'id="n12"' not in page and 'id="n19"' in page
    assert "Left out by Élodie: narrative 12." in page
    edit(room, "restore", narrative_id=12, at=NOW.replace(hour=10))
    found = issue(room)
    assert 'id="n12"' in Path(found.files.html).read_text(encoding="utf-8")
    assert "what the editor left out" in (room.store.reports.last("", START, END) or found).changes  # type: ignore[union-attr]


def test_an_edition_is_narrowed_and_in_its_language(room: Room) -> None:
    """Only what its filters mean, its findings in French, beside the one for everybody."""
    issue(room)
    found = issue(room, config=FRENCH)
    page = html.fromstring(Path(found.files.html).read_text(encoding="utf-8")).text_content()
    assert found.files.html.name == "2026-W47.french.html"
    for words in (
        "Édition du Sahel",
        "Constats",
        "a fortement augmenté\u00a0: 34 textes",
        "Énoncés surveillés",
    ):
        assert words in page, words
    only = EditionConfig(id="watched", watch=("understands-concerns",))
    kept, said = narrowed(digest(), account(), only)
    assert (kept.rising, [item.narrative_id for item in kept.falling], said.watched) == ((), [7], ())
    spain = EditionConfig(id="spain", countries=("ES",))
    assert narrowed(digest(), account(), spain)[0].rising == ()
    arabic = EditionConfig(id="arabic", languages=("ar",))
    assert len(narrowed(digest(), account(), arabic)[0].rising) == 2


def test_what_changes_is_told_in_words() -> None:
    """Nothing changed, nothing said."""
    from drumbeat.report.publish import content_of
    from tests.report.test_findings import view

    content = json.loads(json.dumps(content_of(view())))
    assert list(changes_of(content, content)) == []


def test_readers_get_it_once(room: Room, server: Server) -> None:
    """The first revision goes to the list of its edition, findings as text and the page attached; nothing
    later does.
    """
    for config in (WORLD, FRENCH):
        issue(room, config=config)
    room.store.alerts.set_state(room.one().delivery_id, "sent", at=NOW, attempts=1)
    room.clock.advance(at(23, 7) - NOW)
    with serving(server) as port:
        given = desk(room)
        for expected in ({"sent": 2}, {}):
            assert deliver_with(room, given, port) == expected
        issue(room, digest(new=()))
        assert deliver_with(room, given, port) == {}
    by_reader = {str(mail["To"]): mail for mail in server.mails}
    assert set(by_reader) == {"all@example.org", "chef@example.org"}
    french = {part.get_content_type(): part for part in by_reader["chef@example.org"].walk()}
    assert "34 textes" in french["text/plain"].get_content()
    assert french["text/html"].get_filename() == "2026-W47.french.html"
    assert (
        by_reader["chef@example.org"]["Subject"]
        == "[Drumbeat] Édition du Sahel : Semaine 47, 16–22 novembre 2026"
    )


def deliver_with(room: Room, given: Workspace, port: int) -> dict[str, int]:
    """One round of delivery of this workspace."""
    from config.progress import NoProgress
    from drumbeat.alerts.outbox import deliver

    mail = given.settings.mail.model_copy(update={"host": "127.0.0.1", "port": port})
    set_up = replace(given, settings=given.settings.model_copy(update={"mail": mail}))
    return deliver(store=room.store, workspace=set_up, clock=room.clock, run_id="d", progress=NoProgress())


@pytest.mark.slow
def test_the_command_keeps_note_and_drop(tmp_path: Path) -> None:
    """`drumbeat report --note --drop --by` are rows with their author; an unknown edition is an error."""
    init_workspace(tmp_path)
    given = ["report", "-w", str(tmp_path), "--as-of", "2026-11-23T06:00:00Z", "--by", "Élodie"]
    run_command(*given, "--note", "Nothing yet.", "--drop", "3")
    with create_store(f"sqlite:///{tmp_path / 'drumbeat.db'}") as store:
        kept = _edits(store)
    assert kept == [("drop", 3, None, "Élodie"), ("note", None, "Nothing yet.", "Élodie")]
    with pytest.raises(subprocess.CalledProcessError):
        run_command(*given, "--edition", "none")


def run_command(*arguments: str) -> None:
    """A command in a process of its own."""
    command = [sys.executable, "-m", "drumbeat", *arguments]
    subprocess.run(command, check=True, capture_output=True, timeout=120)


def _edits(store: Store) -> list[tuple[Any, ...]]:
    found = store.reports.edits("", date(2026, 11, 16), date(2026, 11, 23))
    return sorted(
        ((item.kind, item.narrative_id, item.text, item.actor) for item in found), key=lambda row: row[0]
    )
