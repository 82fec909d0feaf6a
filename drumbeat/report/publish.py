"""A report is published once: a second run that finds something else writes a new revision, says what
changed, and keeps the one before.

    digest + account + edition -> view -> content (what a reader is told) -> the same as the last revision?
        yes: nothing is written       no: revision n + 1, the files of n kept as STEM.rN.html ...
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from analysis.digest.records import Account, Digest
from config.rules import EditionConfig
from config.workspace import Workspace
from drumbeat.report.editions import Edition, narrowed
from drumbeat.report.phrases import PHRASES
from drumbeat.report.view import report_view, spoken
from drumbeat.report.write import ReportFiles, front_text, sentences_of, write_view
from drumbeat.shown.language import say
from drumbeat.shown.safe import clause, one_line
from drumbeat.shown.words import number, period, week_name
from storage.records import PublishedReport, ReportEdit
from storage.store import Store

SECTIONS: Final = ("rising", "new", "returned", "falling")
PARTS: Final = {
    "note": "the editor's note",
    "dropped": "what the editor left out",
    "watched": "figures of the watchlist",
    "spikes": "the spikes of the annex",
}
"""Parts of what is told, beside the claims, and what is said where one changed."""
WORDING: Final = "the wording"
WORLD: Final = EditionConfig(id="all")
"""The edition that everybody gets; its name is empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One edition as it was published now, or stands published."""

    files: ReportFiles
    view: Mapping[str, Any]
    revision: int
    is_new: bool


def publish(
    *,
    store: Store,
    workspace: Workspace,
    digest: Digest,
    account: Account,
    config: EditionConfig,
    as_of: datetime,
) -> Issue:
    """Publish one edition, unless it says what its last revision says.

    Raises:
        ReportError: the folder of reports cannot be written.
    """
    edition = _begun(config, store, workspace, digest)
    name = edition.name
    kept, said = narrowed(digest, account, config)
    prepare = partial(
        report_view, kept, as_of=as_of, account=said, min_texts=workspace.settings.report.min_texts
    )
    view = prepare(edition=edition)
    with spoken(view):
        content = content_of(view)
    last = store.reports.last(name, digest.start, digest.end)
    write = partial(write_view, directory=workspace.report_dir, documents=workspace.settings.report.documents)
    if last is not None and last.digest == _fingerprint(content):
        return Issue(files=write(view, only_missing=True), view=view, revision=last.revision, is_new=False)
    with spoken(view):
        revised = _revision(last, content, name=name, digest=digest, as_of=as_of)
    view = prepare(edition=replace(edition, revision=revised.revision, changes=tuple(revised.changes)))
    _keep(workspace.report_dir, view["stem"], revised.revision - 1)
    files = write(view)
    store.reports.publish(revised)
    return Issue(files=files, view=view, revision=revised.revision, is_new=True)


def _begun(config: EditionConfig, store: Store, workspace: Workspace, digest: Digest) -> Edition:
    """The edition in its language, as its analysts have left it."""
    name = "" if config is WORLD else config.id
    language = config.language or workspace.settings.report.language
    return edited(Edition(name=name, title=config.title, language=language), store, digest)


def _fingerprint(content: Mapping[str, Any]) -> str:
    return blake2b(json.dumps(content, sort_keys=True).encode(), digest_size=16).hexdigest()


def _revision(
    last: PublishedReport | None, content: dict[str, Any], *, name: str, digest: Digest, as_of: datetime
) -> PublishedReport:
    """The revision after the last one, or the first."""
    return PublishedReport(
        edition=name,
        start=digest.start,
        end=digest.end,
        revision=last.revision + 1 if last else 1,
        as_of=as_of,
        digest=_fingerprint(content),
        content=content,
        changes=list(changes_of(last.content, content)) if last else [],
    )


def edited(edition: Edition, store: Store, digest: Digest) -> Edition:
    """The edition with the last note of its analysts, and without what they dropped."""
    dropped: dict[int, str] = {}
    for edit in store.reports.edits(edition.name, digest.start, digest.end):
        edition = _with(edition, edit, dropped)
    by = ", ".join(sorted(set(dropped.values())))
    return replace(edition, dropped=tuple(sorted(dropped)), dropped_by=by)


def _with(edition: Edition, edit: ReportEdit, dropped: dict[int, str]) -> Edition:
    if edit.kind == "note":
        return replace(edition, note=edit.text or "", note_by=edit.actor)
    if edit.narrative_id is not None and edit.kind == "drop":
        dropped[edit.narrative_id] = edit.actor
    elif edit.narrative_id is not None:
        dropped.pop(edit.narrative_id, None)
    return edition


def content_of(view: Mapping[str, Any]) -> dict[str, Any]:
    """What a reader is told: the sentences of the front, and the figures of each claim and statement; and
    what a mail about it needs.
    """
    digest, edition = view["digest"], view["edition"]
    week, days = week_name(digest["start"], digest["end"]), period(digest["start"], digest["end"])
    return {
        "stem": view["stem"],
        "title": f"{edition.title or view['word']('title')}{say(': ')}{week + ', ' if week else ''}{days}",
        "language": edition.language,
        "text": front_text(dict(view)),
        "sentences": [sentence.text for sentence in sentences_of(view["front"])],
        **{section: [_claim(item) for item in digest[section]] for section in SECTIONS},
        "watched": [[line["narrative_id"], line["observed"]] for line in digest["account"]["watched"]],
        "spikes": [[spike["spike_id"], spike["decision"]] for spike in digest["spikes"]],
        "note": edition.note,
        "dropped": list(edition.dropped),
    }


def _claim(item: Mapping[str, Any]) -> dict[str, Any]:
    keys = ("narrative_id", "observed", "expected", "articles", "outlets")
    return {key: item[key] for key in keys} | {"label": clause(one_line(item["label"]), 90)}


def changes_of(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """What one revision says otherwise than the one before, in words; the same figures in other sentences
    are another wording.
    """
    told = list(_differences(old, new))
    yield from told
    if not told and old.get("text") != new.get("text"):
        yield say(WORDING)


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for section in SECTIONS:
        before = {item["narrative_id"]: item for item in old.get(section, ())}
        after = {item["narrative_id"]: item for item in new[section]}
        for key in [*after, *(key for key in before if key not in after)]:
            yield from _change(section, key, before.get(key), after.get(key))
    yield from (say(said) for key, said in PARTS.items() if old[key] != new[key])


def _change(
    section: str, key: int, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> Iterator[str]:
    if before is None and after is not None:
        yield say(PHRASES["now_listed"], key=key, label=after["label"], section=say(section))
    elif after is None and before is not None:
        yield say(PHRASES["no_longer_listed"], key=key, label=before["label"], section=say(section))
    elif before and after and before["observed"] != after["observed"]:
        told = {"after": number(after["observed"]), "before": number(before["observed"])}
        yield say(PHRASES["texts_instead"], key=key, **told)


def _keep(directory: Path, stem: str, revision: int) -> None:
    """The files of a revision under a name of their own, before they are replaced."""
    if revision < 1:
        return
    for form in ("html", "md", "json", "pdf", "docx"):
        path, kept = directory / f"{stem}.{form}", directory / f"{stem}.r{revision}.{form}"
        if path.exists() and not kept.exists():
            kept.write_bytes(path.read_bytes())
