"""What the demo says at its end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from drumbeat.sample.score import NarrativeScore, Score, SpikeScore


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoResult:
    """Where everything lies, and how well the truth was found."""

    folder: Path
    dashboard: str
    reports: tuple[Path, ...]
    """Weekly reports as HTML, oldest first."""
    mails: tuple[Path, ...]
    narratives: int
    alerts: int
    score: Score

    def text(self) -> str:
        """The closing words, for a terminal."""
        head = [
            "The sample world was played to its end. Everything in it is invented: countries, outlets, "
            "people, events and claims.",
            "",
            f"Reports    {len(self.reports)} weekly, the last: "
            f"{self.reports[-1] if self.reports else 'none'}",
            f"Mail       {len(self.mails)} in {self.folder / 'mail'}"
            + (f", the first: {self.mails[0]}" if self.mails else ""),
            f"Dashboard  drumbeat dashboard --workspace {self.folder}   then open {self.dashboard}",
            "",
            f"Found: {self.narratives} narratives, {self.alerts} alerts. Compared with the truth table:",
            "",
        ]
        return "\n".join([*head, *score_lines(self.score)])


def score_lines(score: Score) -> Iterator[str]:
    """The score as lines of text."""
    figures = f"{'articles':>9}{'recall':>8}{'purity':>8}{'languages':>11}"
    yield f"{'planted':8}{figures}  {'first mover':<22} claim"
    yield from (_narrative_line(row) for row in score.narratives)
    yield ""
    yield f"articles seen             {score.seen} of {score.listed} listed"
    yield from _group_lines(score)
    yield f"first movers right        {score.first_movers_right} of {len(score.narratives)}"
    yield from (_spike_line(row) for row in score.spikes)
    yield from _other_lines(score)


def _group_lines(score: Score) -> Iterator[str]:
    """How well articles are grouped, and what is shown as claims."""
    for what, f1, precision, recall in (
        ("planted ones", score.f1, score.precision, score.recall),
        ("all articles", score.whole_f1, score.whole_precision, score.whole_recall),
        ("claims shown", score.shown_f1, score.shown_precision, score.shown_recall),
    ):
        yield f"BCubed on {what:16}{_bcubed_line(f1, precision, recall)}"
    kept = f"{score.claims_kept} of {len(score.narratives)} planted, {score.others_shown} others"
    yield f"shown as claims           {kept}"


def _other_lines(score: Score) -> Iterator[str]:
    """What was told beside the planted spikes."""
    yield f"other alerts              {len(score.other_alerts)}" + _dates(score)
    yield f"laid to the outage        {score.outage_alerts}"
    yield f"laid to the new outlet    {score.newcomer_alerts}"
    others = f", {score.other_storms} other texts too" if score.other_storms else ""
    yield f"reprint storm             {'named' if score.storm_named else 'NOT named'}{others}"


def _bcubed_line(f1: float, precision: float, recall: float) -> str:
    return f"F1 {f1:.3f}  (precision {precision:.3f}, recall {recall:.3f})"


def _narrative_line(row: NarrativeScore) -> str:
    mover = (
        row.first_mover
        if row.first_mover_right
        else f"{row.first_mover_named or 'none'}, not {row.first_mover}"
    )
    languages = f"{row.languages_found} of {row.languages}"
    figures = f"{row.articles:>9}{row.recall:>8.2f}{row.purity:>8.2f}{languages:>11}"
    return f"{row.narrative:8}{figures}  {mover:<22} {row.label}"


def _spike_line(row: SpikeScore) -> str:
    when = (
        "NOT alerted"
        if row.alerted is None
        else f"alerted {row.alerted:%Y-%m-%d}" + ("" if row.in_time else ", LATE")
    )
    return f"{f'spike of {row.narrative}':<26}from {row.first_day}: {when}"


def _dates(score: Score) -> str:
    dates = ", ".join(f"{alert.at:%Y-%m-%d}" for alert in score.other_alerts)
    return f" ({dates})" if dates else ""
