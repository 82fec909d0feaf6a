"""Which language an article is in - or `und`, which costs less than a wrong answer.

    1  the script, where it settles the language
    2  py3langid's probabilities; where they are not clear, langdetect votes on the languages it knows (it knows 52; on others its votes are
       systematic errors: Hausa for Swahili, Georgian for Estonian, Chinese for Korean)
    3  languages that py3langid does not know, from the answer it gives instead, by their spelling (`spelling.py`)
    4  declarations (page, feed, source directory) and, only where that leaves doubt, the outlet's habit, as log-odds
    5  `und` below a probability that depends on the length: a headline decides little and asks for much, a sentence may rest on less
       (py3langid softens its probabilities for it), a whole article has to be clear

Source of the scheme: METHODS.md 8. The weights of the declarations are small enough that a template's `lang="en"` never beats a clear text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from crawler.cleaning.letters import weight_of
from crawler.cleaning.scripts import language_of_script
from crawler.cleaning.spelling import respelled

UNDETERMINED: Final = "und"
SAMPLE: Final = 1500
"""Characters of title and text that are read."""
MIN_LETTERS: Final = 40
"""Below this a text is too short for a weak answer."""
CLEAR: Final = 0.8
"""py3langid is believed alone from this probability on."""
DOUBT: Final = 0.9
"""Below this posterior the outlet's habit is asked."""
LONG: Final = 400
ABSTAIN_SHORT: Final = 0.35
ABSTAIN_LONG: Final = 0.6
"""Needed for fewer than `MIN_LETTERS` letters and for `LONG` and more; between them `ABSTAIN_SHORT`."""
NEUTRAL: Final = 0.5
"""langdetect's vote on a language it does not know."""
FLOOR: Final = 0.1
"""langdetect's vote on a language it knows and does not see."""
UNKNOWN_DECLARED: Final = 0.02
"""Probability of a declared language that py3langid does not know."""
WEIGHTS: Final = {"html": 0.75, "meta": 0.75, "jsonld": 0.5, "header": 0.5, "feed": 1.0, "source": 0.5}
HABIT_WEIGHT: Final = 2.0
HABIT_MIN: Final = 10

_LANGDETECT_KNOWS: Final = frozenset({
    "af", "ar", "bg", "bn", "ca", "cs", "cy", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "gu", "he", "hi", "hr", "hu", "id", "it", "ja",
    "kn", "ko", "lt", "lv", "mk", "ml", "mr", "ne", "nl", "no", "pa", "pl", "pt", "ro", "ru", "sk", "sl", "so", "sq", "sv", "sw", "ta", "te", "th",
    "tl", "tr", "uk", "ur", "vi", "zh",
})  # fmt: skip
_ALIASES: Final = {
    "nb": "no", "iw": "he", "in": "id", "ji": "yi", "mo": "ro", "fil": "tl", "cmn": "zh", "arb": "ar", "prs": "fa", "pes": "fa", "swh": "sw",
    "swa": "sw", "hau": "ha", "sh": "hr", "scr": "hr", "scc": "sr", "zsm": "ms", "ind": "id", "gsw": "de", "wuu": "zh", "yue": "zh", "gug": "gn",
    "sdh": "ckb", "uzs": "uz", "run": "rn", "eng": "en", "fuv": "ff", "fra": "fr", "fre": "fr", "rus": "ru", "spa": "es", "por": "pt", "ara": "ar", "zho": "zh", "chi": "zh",
}  # fmt: skip
_TAG: Final = re.compile(r"^[a-z]{2,3}$")
_WORDS_FOR_NOTHING: Final = frozenset(("und", "zxx", "mul", "mis", "xx"))


@dataclass(frozen=True, slots=True)
class LanguageGuess:
    """A language, how sure, and by what it was told."""

    language: str
    """ISO 639-1 (639-3 where there is none) or `und`."""
    confidence: float
    """Posterior probability of the best language, two digits."""
    source: str
    """`script`, `text`, `text+declared`, `text+habit` or `none`."""
    best: str
    """The best language even where the answer is `und`; `und` if there is none."""


def identify(
    text: str,
    *,
    declared: Iterable[tuple[str, str]] = (),
    habit: Mapping[str, int] | None = None,
    seed: int = 0,
) -> LanguageGuess:
    """Tell the language of a text.

    Args:
        text: title and body; the first 1,500 characters are read.
        declared: (where, language tag), where being a key of `WEIGHTS`.
        habit: languages of the outlet's last articles, with their numbers.
        seed: of langdetect's random sampling.
    """
    sample = text[:SAMPLE]
    letters = weight_of("".join(character for character in sample if character.isalpha()))
    script_language = language_of_script(sample)
    if script_language is not None:
        return LanguageGuess(script_language, 1.0, "script", script_language)
    if letters < 3:
        return LanguageGuess(UNDETERMINED, 0.0, "none", UNDETERMINED)
    scores = _text_scores(sample, seed)
    posterior, source = _with_priors(scores, list(declared), habit or {})
    best = max(posterior, key=lambda language: (posterior[language], language))
    confidence = round(posterior[best], 2)
    if best in _WORDS_FOR_NOTHING:
        return LanguageGuess(UNDETERMINED, confidence, "none", UNDETERMINED)
    needed = ABSTAIN_LONG if letters >= LONG or letters < MIN_LETTERS else ABSTAIN_SHORT
    return LanguageGuess(best if confidence >= needed else UNDETERMINED, confidence, source, best)


def normalise_tag(tag: str) -> str | None:
    """The language of a BCP 47 tag or a locale (`ru-RU`, `zh_Hant`, `nb`), in our codes; None where it names none."""
    first = tag.strip().lower().replace("_", "-").split("-")[0].split(",")[0].split(";")[0].strip()
    first = _ALIASES.get(first, first)
    return first if _TAG.match(first) and first not in _WORDS_FOR_NOTHING else None


def _text_scores(sample: str, seed: int) -> dict[str, float]:
    """Log-probability of each language by the text alone."""
    ranked: dict[str, float] = {}
    for label, probability in _py3langid().rank(sample):
        language = _ALIASES.get(label, label)
        ranked[language] = ranked.get(language, 0.0) + float(probability)
    scores = {language: math.log(max(probability, 1e-6)) for language, probability in ranked.items()}
    if max(ranked.values()) < CLEAR:
        votes = _langdetect_votes(sample, seed)
        for language in scores:
            vote = max(votes.get(language, 0.0), FLOOR) if language in _LANGDETECT_KNOWS else NEUTRAL
            scores[language] += math.log(vote) if votes else 0.0
    return _respelled(sample, scores)


def _respelled(sample: str, scores: dict[str, float]) -> dict[str, float]:
    """Take the lead from the best answer where the spelling names a language that py3langid does not know."""
    best = max(scores, key=lambda language: (scores[language], language))
    instead = respelled(sample, best)
    return scores if instead is None else {**scores, instead: 0.0, best: scores[best] + math.log(FLOOR)}


def _with_priors(
    scores: dict[str, float], declared: list[tuple[str, str]], habit: Mapping[str, int]
) -> tuple[dict[str, float], str]:
    """Posterior of each language, and what it rests on."""
    by_text = max(scores, key=lambda language: (scores[language], language))
    scores = dict(scores)
    named = dict.fromkeys((where, normalise_tag(tag)) for where, tag in declared)
    for where, language in named:
        if language is not None:
            scores[language] = scores.get(language, math.log(UNKNOWN_DECLARED)) + WEIGHTS.get(where, 0.0)
    posterior = _softmax(scores)
    source = "text+declared" if declared else "text"
    total = sum(habit.values())
    if max(posterior.values()) < DOUBT and total >= HABIT_MIN:
        kinds = len(scores)
        scores = {
            language: score + HABIT_WEIGHT * math.log((habit.get(language, 0) + 1) / (total + kinds))
            for language, score in scores.items()
        }
        posterior = _softmax(scores)
        source = "text+habit"
    best = max(posterior, key=lambda language: (posterior[language], language))
    return posterior, source if best != by_text or source == "text+habit" else (
        "text" if not declared else source
    )


def _softmax(scores: Mapping[str, float]) -> dict[str, float]:
    top = max(scores.values())
    weights = {language: math.exp(score - top) for language, score in scores.items()}
    total = math.fsum(weights.values())
    return {language: weight / total for language, weight in weights.items()}


@cache
def _py3langid() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _langdetect_votes(sample: str, seed: int) -> dict[str, float]:
    """langdetect's probabilities, by our codes; empty where it finds nothing to go by."""
    from langdetect import DetectorFactory, LangDetectException, detect_langs

    DetectorFactory.seed = seed
    try:
        found = detect_langs(sample)
    except LangDetectException:
        return {}
    votes: dict[str, float] = {}
    for item in found:
        language = item.lang.split("-")[0]
        votes[language] = votes.get(language, 0.0) + float(item.prob)
    return votes
