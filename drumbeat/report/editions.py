"""For whom a report is: its language, what is left out of it, and what its editor says."""

from __future__ import annotations

from dataclasses import dataclass

from drumbeat.report.phrases import Language


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
