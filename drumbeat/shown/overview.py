"""What the dashboard shows of the last seven days: written by a stage after everything was counted, so that
no page waits for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from config.clock import Clock
from config.progress import Progress
from config.workspace import Workspace
from drumbeat.shown.kept_background import VIEW as BACKGROUND
from drumbeat.shown.kept_background import KeptBackground
from storage.store import Store

if TYPE_CHECKING:  # numpy and scipy come with them
    from analysis.digest.background import Background
    from analysis.digest.reader import DigestReader

VIEW: Final = "overview"
FORMAT: Final = 1
"""Counts up when what a digest says of a narrative has other fields: what an older program wrote is not
shown.
"""
WRITTEN: Final = 50
"""Narratives whose own pages are written too, those that most was told of. Chosen, not measured: about 35
CPU-ms each; another page is made when it is asked for.
"""
PERIOD: Final = timedelta(days=7)


def write_overview(
    *, store: Store, workspace: Workspace, clock: Clock, run_id: str, progress: Progress
) -> dict[str, int]:
    """The stage `overview`: the digest of the last seven days, as plain JSON, in the place of the one before.
    Counts: narratives written.
    """
    progress.start("overview")
    reader, digest = _read(store, workspace, clock)
    details = _most_told(reader)
    details |= {line["narrative_id"]: line for line in _narratives_of(digest)}
    made = _made_by(store)
    written = {name_of(key): {**made, **detail} for key, detail in details.items()}
    written[BACKGROUND] = {**made, **reader.background.to_plain()}
    written[VIEW] = {**made, **digest}
    store.views.replace(written, as_of=clock.now())
    return {"narratives": len(details)}


def name_of(narrative_id: int) -> str:
    """Under which name the view of a narrative is kept."""
    return f"{VIEW} {narrative_id}"


def written_digest(store: Store) -> dict[str, Any] | None:
    """What `overview` wrote last of all; None where this program could not show it."""
    view: dict[str, Any] | None = store.views.get(VIEW)
    if view is None or view.get("format") != FORMAT:
        return None
    return _plain(view)


def written_detail(store: Store, narrative_id: int) -> dict[str, Any] | None:
    """What `overview` wrote of a narrative since the last counting run; None where it wrote nothing."""
    view: dict[str, Any] | None = store.views.get(name_of(narrative_id))
    if view is None or not _made_by(store).items() <= view.items():
        return None
    return _plain(view)


def _plain(view: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in view.items() if name not in ("counted", "format")}


def background_of(store: Store, kept: KeptBackground, end: date) -> Background | None:
    """What `overview` left since the last counting run of a period that ends before `end`."""
    return kept.of(store, _made_by(store), end)


def _made_by(store: Store) -> dict[str, Any]:
    """What tells whether a view can be shown."""
    return {"counted": _counted(store), "format": FORMAT}


def _counted(store: Store) -> str | None:
    """The last counting run."""
    last = store.runs.last("count")
    return last.run_id if last else None


def _most_told(reader: DigestReader) -> dict[int, dict[str, Any]]:
    """The narratives that most was told of, and the watched ones."""
    from analysis.digest.build import narrative_details

    told: Counter[int] = Counter()
    for cell in reader.cells:
        if cell.day >= reader.start:
            told[cell.narrative_id] += cell.articles
    chosen = [key for key, _ in sorted(told.items(), key=lambda item: (-item[1], item[0]))[:WRITTEN]]
    chosen += [row.narrative_id for row in reader.store.lists.watched() if row.narrative_id not in chosen]
    return {item.narrative_id: item.to_dict() for item in narrative_details(reader, chosen)}


def make_overview(store: Store, workspace: Workspace, clock: Clock) -> dict[str, Any]:
    """The digest of the last seven days as plain JSON."""
    return _read(store, workspace, clock)[1]


def _read(store: Store, workspace: Workspace, clock: Clock) -> tuple[DigestReader, dict[str, Any]]:
    """What the overview is written from, and the digest as plain JSON."""
    from analysis.digest.account import quiet_counts
    from analysis.digest.build import digest_of
    from analysis.digest.reader import DigestReader

    reader = DigestReader(store, workspace, *last_days(store, clock))
    found = digest_of(reader, clock)
    return reader, {**found.to_dict(), "quiet": quiet_counts(reader, found)}


def last_days(store: Store, clock: Clock) -> tuple[date, date]:
    """The seven days that the dashboard shows: up to and with the day of the last counting run, else today;
    the end is exclusive.
    """
    last = store.runs.last("count")
    until = (last.as_of if last else clock.now()).date() + timedelta(days=1)
    return until - PERIOD, until


def relabelled(store: Store, digest: dict[str, Any]) -> dict[str, Any]:
    """The digest with the labels that its narratives have now: an analyst may have renamed one since it was
    written. Changes it in place.
    """
    lines = list(_lines_of(digest))
    labels = store.lists.labels({line["narrative_id"] for line in lines})
    for line in lines:
        line["label"] = labels.get(line["narrative_id"], line["label"])
    return digest


def _lines_of(digest: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from _narratives_of(digest)
    yield from digest["spikes"]


def _narratives_of(digest: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for section in ("rising", "new", "returned", "falling"):
        yield from digest[section]
