"""Judges what narratives are: all that are told at each refit, and newborn ones every day.

    passages of a narrative -> its texts, each scored by the head -> facts -> `analysis.kinds.judge`
    analysts' decisions -> obeyed, and taught to the head, so that others like it are judged so too

One transaction a chunk; a second run finds the same.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.arrays import Floats, Vectors
from analysis.kinds.head import Head, head_for, text_scores, words_of
from analysis.kinds.judge import Facts, judge
from analysis.narratives.run_view import RunView
from config.clock import day_of
from storage.records import Judgement, Narrative, PassageRow

CLEARLY = 1.0
"""Score that the head is taught for what an analyst calls a claim, and its negative for what is none: as far
from unrelated pages as these lie apart themselves; chosen, not measured.
"""
RULES = "k1"
"""Version of the rules of `analysis.kinds.judge`."""
CHUNK = 200  # judgements a transaction: decides speed only


def judge_told(view: RunView) -> Counter[str]:
    """Judge every narrative that was told in the window; counts by kind."""
    members: defaultdict[int, list[str]] = defaultdict(list)
    for passage_id, number in view.members().items():
        members[number].append(passage_id)
    return _judge(view, members)


def judge_new(view: RunView) -> Counter[str]:
    """Judge the narratives that nobody judged yet; counts by kind."""
    known, store = view.store.kinds.all(), view.store.narratives
    new = [item.narrative_id for item in view.living() if item.narrative_id not in known]
    told = {key: store.assignments(narrative_id=key, start=view.start, end=view.end) for key in new}
    return _judge(view, {key: [item.passage_id for item in rows] for key, rows in told.items() if rows})


def _judge(view: RunView, told: Mapping[int, Sequence[str]]) -> Counter[str]:
    """Judge narratives by their passages, read one narrative at a time, and those that an analyst decided on;
    counts by kind.
    """
    living = {item.narrative_id: item for item in view.living()}
    judging = _Judging(view, _taught(view, living), frozenset(view.forms()), view.store.kinds.all())
    asked = sorted(living.keys() & (told.keys() | view.decisions.kinds.keys()))
    found = [judging.judgement(number, view.store.passages.many(told.get(number, ()))) for number in asked]
    kept = [item for item in found if item is not None]
    for start in range(0, len(kept), CHUNK):
        view.store.kinds.save(kept[start : start + CHUNK])
    return Counter(item.kind for item in kept)


@dataclass(frozen=True, slots=True)
class _Judging:
    """What all judgements of a run share."""

    view: RunView
    head: Head | None
    forms: frozenset[int]
    before: Mapping[int, Judgement]

    def judgement(self, number: int, rows: Sequence[PassageRow]) -> Judgement | None:
        """What a narrative is; None where nobody can say."""
        verdict = judge(self._facts(number, rows))
        decided = self.view.decisions.kinds.get(number)
        kind = decided.kind if decided else verdict.kind
        if kind is None:
            return None
        by = {"decided": "an analyst", "by": decided.actor} if decided else {}
        return Judgement(
            narrative_id=number,
            kind=kind,
            grade=float(kind == "claim") if decided else verdict.grade,
            reasons={**verdict.reasons, **by},
            version=f"{RULES} {self.head.version if self.head else 'no head'}",
            at=self.view.now,
            run_id=self.view.run_id,
        )

    def _facts(self, number: int, rows: Sequence[PassageRow]) -> Facts:
        texts = _texts(rows)
        return Facts(
            scores=self._scores(texts),
            days=[min(day_of(row.counted_at) for row in text).toordinal() for text in texts.values()],
            outlets=len({row.source_id for row in rows}),
            one_event=self._one_event(rows),
            is_form=number in self.forms,
            was_claim=self._was_claim(number),
        )

    def _was_claim(self, number: int) -> bool:
        """Whether the narrative was judged a claim before, by what it says and not by an analyst."""
        before = self.before.get(number)
        return before is not None and before.kind == "claim" and "by" not in before.reasons

    def _scores(self, texts: Mapping[str, Sequence[PassageRow]]) -> Floats | None:
        """The score of each text: the mean of its passages'."""
        if self.head is None or not texts:
            return None if self.head is None else np.zeros(0)
        groups = [group for group, rows in texts.items() for _ in rows]
        rows = [row for text in texts.values() for row in text]
        lengths = words_of([row.text for row in rows])
        return text_scores(self.head.score(_vectors(self.view, self.head, rows), lengths), groups)

    def _one_event(self, rows: Sequence[PassageRow]) -> float:
        """Share of the articles that tell the event which most of them tell."""
        article_of = {row.passage_id: row.article_id for row in rows}
        events = self.view.store.events.of(article_of)
        told = Counter(event for _, event in {(article_of[key], event) for key, event in events.items()})
        articles = len(set(article_of.values()))
        return max(told.values(), default=0) / articles if articles else 0.0


def _texts(rows: Sequence[PassageRow]) -> dict[str, list[PassageRow]]:
    """Passages by the text that they belong to, each distinct passage once: a reprint adds nothing."""
    found: defaultdict[str, dict[str, PassageRow]] = defaultdict(dict)
    for row in sorted(rows, key=lambda row: (row.counted_at, row.passage_id)):
        found[row.group_id].setdefault(row.text_hash, row)
    return {group: list(found[group].values()) for group in sorted(found)}


def _taught(view: RunView, living: Mapping[int, Narrative]) -> Head | None:
    """The head as the analysts' decisions have moved it."""
    head = head_for(view.table.build)
    if head is None:
        return None
    rows, lengths, targets = [], [], []
    for number, row, words in _taught_rows(view, head, living):
        score = float(head.score(row[None], [words])[0])
        is_claim = view.decisions.kinds[number].kind == "claim"
        rows.append(row)
        lengths.append(words)
        targets.append(max(score, CLEARLY) if is_claim else min(score, -CLEARLY))
    return head.taught(np.array(rows), lengths, targets)


def _taught_rows(
    view: RunView, head: Head, living: Mapping[int, Narrative]
) -> Iterator[tuple[int, Vectors, float]]:
    """Narratives that an analyst decided on, each with the mean vector and length of the passages that show
    it.
    """
    for number in sorted(view.decisions.kinds.keys() & living.keys()):
        rows = _embedded_exemplars(view, living[number])
        if rows:
            words = float(words_of([row.text for row in rows]).mean())
            yield number, np.asarray(_vectors(view, head, rows).mean(axis=0), np.float32), words


def _embedded_exemplars(view: RunView, narrative: Narrative) -> list[PassageRow]:
    """Those of the passages that show a narrative that have vectors."""
    shown = view.store.passages.many(narrative.exemplars)
    known = view.store.vectors.has(view.table.build, {row.text_hash for row in shown})
    return [row for row in shown if row.text_hash in known]


def _vectors(view: RunView, head: Head, rows: Sequence[PassageRow]) -> Vectors:
    raw = view.store.vectors.get(view.table.build, [row.text_hash for row in rows])
    return head.centred(raw, [row.language for row in rows])
