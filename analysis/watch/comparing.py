"""A block of passages against statements: near, in scope, named, and by which sentence.

passages --whole passage near enough--> candidates --scope, names--> hit, where the statement has entities
                                                   --single sentences against the limit--> hit, where not
passages --grown direction--> hits;  what an analyst accepted is a hit, what he rejected is none
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from analysis.arrays import Vectors
from analysis.embedding.centring import centre, centred
from analysis.embedding.choose import settings_of
from analysis.watch.directions import Directions
from analysis.watch.guard import NamedText
from analysis.watch.matching import Matcher, Standing
from analysis.watch.ordinary import ordinary_for
from analysis.watch.ordinary_sentences import SentenceSpace, read_vectors, sentence_space
from analysis.watch.readings import sentences_in
from analysis.watch.scores import Floats, cosine
from analysis.watch.sentences import SentenceScale
from analysis.watch.statements import Prepared, screen_for
from config.workspace import Workspace
from storage.records import GrownStatement, MeanTable, PassageFacts, PassageRow
from storage.store import Store

Pair = tuple[int, int]
"""Place of a passage and place of a statement."""


@dataclass(frozen=True, slots=True)
class Match:
    """A passage that says what a statement says, whatever its stance."""

    statement: Prepared
    row: PassageRow
    standing: Standing


@dataclass(frozen=True, slots=True)
class Best:
    """The sentence of a passage that stands out most for a statement."""

    sentence: str
    standing: Standing
    limit: float
    """The z from which it says what the statement says."""

    @property
    def reached(self) -> bool:
        """Whether it says what the statement says."""
        return self.standing.z >= self.limit


class Finder:
    """Statements ready to be compared with any number of blocks."""

    def __init__(
        self,
        store: Store,
        workspace: Workspace,
        table: MeanTable,
        statements: Sequence[Prepared],
        grown: Mapping[str, GrownStatement],
    ) -> None:
        """`grown`: statement id -> what it has grown to."""
        self._store, self._workspace, self._table = store, workspace, table
        self._rules = workspace.settings.watch
        self.statements = _screened(statements, self._rules.sentence_share)
        ordinary = ordinary_for(store, table, statements, per_language=self._rules.background_passages)
        self._matcher = Matcher(self.statements, ordinary)
        self._directions = _directions_of(statements, grown)

    def matches(self, facts: Sequence[PassageFacts]) -> list[Match]:
        """The hits among passages that have vectors, by passage."""
        vectors = centred(self._store, facts, self._table)
        near = self._matcher.near(vectors, [row.language for row in facts])
        near = [pair for pair in near if self._in_scope(facts, pair)]
        found = self._directed(facts, vectors) | self._worded(facts)
        for pair in self._accepted(facts):
            found.setdefault(pair, self._any_standing(vectors[pair[0]], pair[1]))
        rows = self._rows(facts, {place for place, _ in (*near, *found)})
        found |= self._standings(vectors, rows, self._named(rows, near))
        return [Match(self.statements[pair[1]], rows[pair[0]], found[pair]) for pair in sorted(found)]

    def _directed(self, facts: Sequence[PassageFacts], vectors: Vectors) -> dict[Pair, Standing]:
        """What grown statements find by their direction."""
        return {
            (item.passage, item.statement): item.standing
            for item in self._directions.near(vectors, [row.language for row in facts])
            if self._in_scope(facts, (item.passage, item.statement))
        }

    def passage_z(self, facts: Sequence[PassageFacts], vectors: Vectors) -> Floats:
        """How far each whole passage stands out for each statement, shape (statements, passages)."""
        return self._matcher.z(vectors, [row.language for row in facts])

    def limits(self) -> dict[str, float]:
        """Language -> the z from which a sentence is a hit of the first statement, which has no entities."""
        return {language: self._scales[0].limit(language) for language in self._space.languages}

    def best_sentences(self, rows: Mapping[int, PassageRow], pairs: Sequence[Pair]) -> dict[Pair, Best]:
        """The best sentence of each passage for each statement it is paired with; texts are embedded."""
        parts = {place: sentences_in(rows[place].text) for place in sorted({place for place, _ in pairs})}
        spoken = self._spoken(rows, parts)
        return {
            pair: self._best(parts[pair[0]], spoken[pair[0]], rows[pair[0]].language, pair[1])
            for pair in pairs
        }

    def _spoken(
        self, rows: Mapping[int, PassageRow], parts: Mapping[int, Sequence[str]]
    ) -> dict[int, Vectors]:
        """The centred vectors of passages' sentences."""
        texts = [sentence for part in parts.values() for sentence in part]
        raw = read_vectors(self._store, settings_of(self._workspace), texts) if texts else {}
        return {
            place: centre(
                np.stack([raw[sentence] for sentence in part]),
                [rows[place].language] * len(part),
                self._space.table,
            )
            for place, part in parts.items()
        }

    def _best(self, sentences: Sequence[str], vectors: Vectors, language: str, statement: int) -> Best:
        scale = self._scales[statement]
        z = scale.z(vectors, language)
        text, sentence = np.unravel_index(int(z.argmax()), z.shape)
        close = float(cosine(self.statements[statement].vectors[[text]], vectors[[sentence]])[0, 0])
        standing = Standing(round(float(z[text, sentence]), 3), round(close, 4))
        return Best(sentences[int(sentence)], standing, scale.limit(language))

    @cached_property
    def _space(self) -> SentenceSpace:
        return sentence_space(self._store, self._workspace, self._table)

    @cached_property
    def _scales(self) -> dict[int, SentenceScale]:
        """Place of each statement without entities -> what is ordinary for it."""
        rate = self._rules.false_per_10000 / 10_000
        return {
            place: self._space.scale(item.vectors, false_rate=rate)
            for place, item in enumerate(self.statements)
            if item.by_sentences
        }

    def _in_scope(self, facts: Sequence[PassageFacts], pair: Pair) -> bool:
        return self.statements[pair[1]].in_scope(facts[pair[0]])

    def _worded(self, facts: Sequence[PassageFacts]) -> dict[Pair, Standing]:
        """The hits of queries without statements: every passage's words are read for them."""
        places = [place for place, item in enumerate(self.statements) if not len(item.vectors)]
        if not places:
            return {}
        rows = self._rows(facts, set(range(len(facts))))
        return {
            (place, statement): Standing(0.0, 0.0)
            for place, row in rows.items()
            for statement in places
            if self.statements[statement].in_scope(facts[place])
            and self.statements[statement].names_all(row, NamedText.of(row.title, row.text))
        }

    def _accepted(self, facts: Sequence[PassageFacts]) -> list[Pair]:
        return [
            (place, statement)
            for statement, item in enumerate(self.statements)
            if item.accepted
            for place, row in enumerate(facts)
            if row.passage_id in item.accepted
        ]

    def _rows(self, facts: Sequence[PassageFacts], places: Set[int]) -> dict[int, PassageRow]:
        """Place of a passage -> the passage with its text."""
        rows = self._store.passages.many([facts[place].passage_id for place in sorted(places)])
        by_id = {row.passage_id: row for row in rows}
        return {place: by_id[facts[place].passage_id] for place in places}

    def _named(self, rows: Mapping[int, PassageRow], near: Sequence[Pair]) -> list[Pair]:
        """The pairs whose passage or title names what the statement requires."""
        texts = {
            place: NamedText.of(rows[place].title, rows[place].text) for place in {place for place, _ in near}
        }
        return [
            (place, statement)
            for place, statement in near
            if self.statements[statement].names_all(rows[place], texts[place])
        ]

    def _standings(
        self, vectors: Vectors, rows: Mapping[int, PassageRow], pairs: Sequence[Pair]
    ) -> dict[Pair, Standing]:
        """The pairs that are hits, by the whole passage or by a sentence."""
        read = [pair for pair in pairs if self.statements[pair[1]].by_sentences]
        best = self.best_sentences(rows, read)
        by_sentence = {pair: item.standing for pair, item in best.items() if item.reached}
        whole = [pair for pair in pairs if not self.statements[pair[1]].by_sentences]
        return self._whole_standings(vectors, rows, whole) | by_sentence

    def _whole_standings(
        self, vectors: Vectors, rows: Mapping[int, PassageRow], pairs: Sequence[Pair]
    ) -> dict[Pair, Standing]:
        """The pairs that are hits by the whole passage."""
        found = {
            pair: self._matcher.standing(pair[1], vectors[pair[0]], rows[pair[0]].language) for pair in pairs
        }
        return {pair: standing for pair, standing in found.items() if standing is not None}

    def _any_standing(self, vector: Vectors, statement: int) -> Standing:
        close = float(cosine(self.statements[statement].vectors, vector[None]).max(initial=0.0))
        return Standing(0.0, round(close, 4))


def _directions_of(statements: Sequence[Prepared], grown: Mapping[str, GrownStatement]) -> Directions:
    """The directions of those statements that have grown."""
    own = {place: grown.get(item.config.id) for place, item in enumerate(statements) if item.by_sentences}
    return Directions({place: item for place, item in own.items() if item is not None})


def _screened(statements: Sequence[Prepared], share: float) -> tuple[Prepared, ...]:
    """The statements with the z from which sentences are read for so many of them."""
    screen = screen_for(sum(item.by_sentences for item in statements), share)
    return tuple(replace(item, threshold=screen) if item.by_sentences else item for item in statements)
