"""What articles say: runs of a few words, put together anew for every sentence.

With a data folder the runs are cut from its real texts, without one they are made of invented words of the
language's script with Zipf's frequencies. Runs of words come back, as in real text; whole sentences do not.
Unrelated invented texts have as many runs of five letters in common as real ones: 0.13 of the shorter one's
in the median and 0.46 at most of 11,175 pairs (Russian pages 0.10 and 0.49 at 99.9 %). Runs from the data
folder have more (0.26 and 0.63), because some languages there are small.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from storage.words import words
from tests.benchmarks.desk.plan import CopyKind, Original

RUN_WORDS = (3, 7)
"""Words of a run, from and below; characters, times two, in Chinese."""
SENTENCE_RUNS = 5
SENTENCE_WORDS = 22.5
PASSAGE_SENTENCES = 3
"""Sentences of a passage, or one more: 79 words, 7.5 passages an article of 578 words."""
OWN_RUNS, OWN_SHARE = 40, 0.05
"""Runs that a narrative has for itself, and their share of its texts."""
INVENTED_RUNS, INVENTED_WORDS = 12_000, 20_000
_NOT_LETTERS = re.compile(r"[^\w\s]|_")
_STOPS = {"zh": "。", "ar": ".", "fa": "."}


@dataclass(frozen=True, slots=True)
class Runs:
    """A language's runs of words, and how the full-text index folds each."""

    texts: Sequence[str]
    folded: Sequence[str]
    stop: str
    glue: str

    @classmethod
    def of(cls, language: str, texts: Sequence[str]) -> Runs:
        """From the runs alone."""
        spaced = language != "zh"
        return cls(
            texts,
            [" ".join(words(text)) for text in texts],
            _STOPS.get(language, "."),
            " " if spaced else "",
        )


@dataclass(frozen=True, slots=True)
class Draft:
    """A text: title and passages, with the words that the index holds of each."""

    title: tuple[str, str]
    passages: tuple[tuple[str, str], ...]

    @property
    def body(self) -> str:
        """The passages, a paragraph each."""
        return "\n".join(text for text, _ in self.passages)


def runs_of(language: str, seed: int, data: Path | None) -> Runs:
    """The runs of a language, from the data folder or invented."""
    return Runs.of(language, _real(data)[language] if data else _invented(language, seed))


@cache
def _real(data: Path) -> dict[str, list[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for language, text in _real_texts(data):
        plain = _NOT_LETTERS.sub(" ", text)
        tokens = list("".join(plain.split())) if language == "zh" else plain.split()
        step, glue = (9, "") if language == "zh" else (5, " ")
        parts = (tokens[start : start + step] for start in range(0, len(tokens) - step, step))
        found[language].update(glue.join(part) for part in parts)
    return {language: sorted(runs) for language, runs in found.items()}


def _real_texts(data: Path) -> Iterator[tuple[str, str]]:
    """(language, text) of translated news passages and of the main texts of real pages."""
    for path in [data / "parallel" / "ntrex.jsonl.gz", *sorted((data / "html").glob("*/truth.jsonl.gz"))]:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                if row.get("text"):
                    yield row.get("lang") or row.get("lang_auto") or "und", row["text"]


_LETTERS = {
    "ru": ("бвгджзклмнпрстфхцчшщ", "аеиоуыэюя"),
    "ar": ("بتثجحخدذرزسشصضطظعغفقكلمنه", "اوي"),
    "fa": ("بپتجچحخدرزژسشصضطعغفقکگلمنه", "اوی"),
}
_LATIN = ("bcdfghjklmnpqrstvwxz", "aeiouy")
_SYLLABLES = ("01", "010", "0010", "10", "100")
"""Shapes of syllables: 0 stands for a consonant, 1 for a vowel."""


def _invented(language: str, seed: int) -> list[str]:
    dice = np.random.default_rng((seed, 3, *language.encode()))
    vocabulary = _han(dice) if language == "zh" else _vocabulary(*_LETTERS.get(language, _LATIN), dice)
    # Zipf's law with Mandelbrot's shift.
    weights = 1.0 / (np.arange(len(vocabulary)) + 2.7)
    drawn = dice.choice(len(vocabulary), (INVENTED_RUNS, RUN_WORDS[1]), p=weights / weights.sum())
    sizes = dice.integers(*RUN_WORDS, INVENTED_RUNS)
    glue = "" if language == "zh" else " "
    return [
        glue.join(vocabulary[word] for word in row[:size])
        for row, size in zip(drawn.tolist(), sizes.tolist(), strict=True)
    ]


def _vocabulary(consonants: str, vowels: str, dice: np.random.Generator) -> list[str]:
    """Invented words of one to four syllables, frequent ones shorter; in running text 5.7 letters on average,
    as in news.
    """
    count = 2 * INVENTED_WORDS
    syllables = np.array(
        [
            "".join(
                (consonants, vowels)[int(sign)][dice.integers(len((consonants, vowels)[int(sign)]))]
                for sign in shape
            )
            for shape in dice.choice(_SYLLABLES, 1_500)
        ]
    )
    drawn = syllables[dice.integers(0, len(syllables), (count, 4))].tolist()
    sizes = (1.7 + 2.6 * (np.arange(count) / count) ** 0.25).astype(int).tolist()
    return list(dict.fromkeys("".join(row[:size]) for row, size in zip(drawn, sizes, strict=True)))[
        :INVENTED_WORDS
    ]


def _han(dice: np.random.Generator) -> list[str]:
    signs = dice.integers(0x4E00, 0x6200, (INVENTED_WORDS, 2)).tolist()
    sizes = np.sort(dice.integers(1, 3, INVENTED_WORDS)).tolist()
    return ["".join(map(chr, pair[:size])) for pair, size in zip(signs, sizes, strict=True)]


def draft_of(original: Original, runs: Runs, seed: int, passage_sentences: int = PASSAGE_SENTENCES) -> Draft:
    """The text of an original."""
    dice = np.random.default_rng((seed, 4, original.day + 10_000, original.index))
    sentences = max(2, round(original.words / SENTENCE_WORDS))
    drawn = dice.integers(0, len(runs.texts), sentences * SENTENCE_RUNS + 2)
    if original.narrative >= 0:
        own = np.random.default_rng((seed, 5, original.narrative)).integers(0, len(runs.texts), OWN_RUNS)
        drawn = np.where(dice.random(len(drawn)) < OWN_SHARE, own[drawn % OWN_RUNS], drawn)
    sizes = dice.integers(passage_sentences, passage_sentences + 2, sentences).tolist()
    title, places = drawn[:2].tolist(), drawn[2:].reshape(sentences, SENTENCE_RUNS).tolist()
    made = [_sentence(place, runs) for place in places]
    passages, start = [], 0
    for size in sizes:
        if start >= sentences:
            break
        part = made[start : start + size]
        passages.append((" ".join(text for text, _ in part), " ".join(fold for _, fold in part)))
        start += size
    return Draft(_sentence(title, runs, stop=""), tuple(passages))


def _sentence(places: Sequence[int], runs: Runs, stop: str | None = None) -> tuple[str, str]:
    text = runs.glue.join([runs.texts[place] for place in places])
    ended = runs.stop if stop is None else stop
    return text[:1].upper() + text[1:] + ended, " ".join([runs.folded[place] for place in places])


def copied(draft: Draft, kind: CopyKind, outlet: str) -> Draft:
    """The text as another outlet prints it: as it is, with a by-line and without its end,
    or the first half.
    """
    if kind == "exact":
        return draft
    (first, folded), *rest = draft.passages
    if kind == "near":
        byline = f"Our correspondent at {outlet} reports. "
        kept = rest[:-1] if len(rest) > 3 else rest
        return Draft(draft.title, ((byline + first, f"{' '.join(words(byline))} {folded}"), *kept))
    return Draft(draft.title, draft.passages[: max(1, (len(draft.passages) + 1) // 2)])
