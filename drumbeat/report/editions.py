"""For whom a report is: its language, what is left out of it, and what its editor says."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from analysis.digest.evidence import NarrativeDigest
from analysis.digest.records import Account, Digest
from config.rules import EditionConfig
from drumbeat.shown.language import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One edition of a report."""

    name: str = ""
    """Empty: the one that everybody gets."""
    title: str = ""
    language: Language = "en"
    note: str = ""
    note_by: str = ""
    """The analyst's note, and who wrote it."""
    dropped: tuple[int, ...] = ()
    """Narratives that an analyst left out."""
    dropped_by: str = ""
    revision: int = 1
    changes: tuple[str, ...] = ()
    """What is different from the revision before."""


def narrowed(digest: Digest, account: Account, config: EditionConfig) -> tuple[Digest, Account]:
    """Digest and account with the claims and statements that an edition is about; the corpus stays whole."""

    def concerns(item: NarrativeDigest) -> bool:
        told = {share.key.split("-")[0] for share in item.by_language}
        return (
            _one_of(config.watch, {item.statement_id})
            and _one_of(config.countries, {share.key for share in item.by_country})
            and _one_of([tag.split("-")[0] for tag in config.languages], told)
        )

    watched = tuple(line for line in account.watched if _one_of(config.watch, {line.statement_id}))
    kept = replace(
        digest,
        rising=tuple(filter(concerns, digest.rising)),
        new=tuple(filter(concerns, digest.new)),
        falling=tuple(filter(concerns, digest.falling)),
    )
    return kept, replace(account, watched=watched)


def _one_of(wanted: Collection[str], there: Collection[str | None]) -> bool:
    return not wanted or bool(set(wanted) & set(there))
