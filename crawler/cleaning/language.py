"""Which language an article is in - or `und`, which costs less than a wrong answer.

    1  the script, where it settles the language
    2  py3langid's probabilities; where they are not clear, langdetect votes on the languages it knows (it
       knows 52; on others its votes are systematic errors: Hausa for Swahili, Georgian for Estonian, Chinese
       for Korean)
    3  languages that py3langid does not know, from the answer it gives instead, by their spelling
       (`spelling.py`)
    4  declarations (page, feed, source directory) and, only where that leaves doubt, the outlet's habit, as
       log-odds
    5  `und` below a probability that depends on the length: a headline decides little and asks for much, a
       sentence may rest on less (py3langid softens its probabilities for it), a whole article has to be clear

Source of the scheme: METHODS.md 8. The weights of the declarations are small enough that a template's
`lang="en"` never beats a clear text.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

from config.undetermined import UNDETERMINED
from crawler.cleaning.letters import weight_of
from crawler.cleaning.scripts import fits, language_of_script, main_script
from crawler.cleaning.spelling import respelled

# Where the numbers come from: measured with `python -m tests.benchmarks.language_constants --data DIR
# --texts 200`,
# which halves and doubles each over 600 texts of SIB-200, MasakhaNEWS and MAFAND; one text is 0.17 points.
# The others are chosen, not measured.

SAMPLE: Final = 1500
"""Characters of title and text that are read (chosen, not measured)."""
MIN_LETTERS: Final = 40
"""Below this a text is too short for a weak answer; half +0.2 points, double -0.2 (measured)."""
LEAST_LETTERS: Final = 3
"""Fewer have no language (chosen, not measured)."""
LEAST: Final = 1e-6
"""Least probability of a language by py3langid
(chosen, not measured): a declaration or a habit may name any."""
CLEAR: Final = 0.8
"""py3langid is believed alone from this probability on; half -0.2 points, double (never) 0 (measured)."""
DOUBT: Final = 0.9
"""Below this posterior the outlet's habit is asked, so that no habit overrules a clear text.

Where the habit is right, half costs 0.5 points, double (always) gives 0.3 (measured).
"""
LONG: Final = 400
"""Letters from which a text has to be clear; half -0.2 points, double 0 (measured)."""
ABSTAIN_SHORT: Final = 0.35
"""Needed for `MIN_LETTERS` to `LONG` letters; half changes nothing, double costs 0.7 points (measured)."""
ABSTAIN_LONG: Final = 0.6
"""Needed for fewer and for more; half gives 0.2 points, which are guesses, doubled it abstains (measured)."""
NEUTRAL: Final = 0.5
"""langdetect's vote on a language it does not know; half and double -0.2 points (measured)."""
FLOOR: Final = 0.1
"""langdetect's vote on a language it knows and does not see; half +0.2 points, double 0 (measured)."""
UNKNOWN_DECLARED: Final = 0.02
"""Probability of a declared language that py3langid does not know; half and double change nothing
(measured)."""
WEIGHTS: Final = {"html": 0.75, "meta": 0.75, "jsonld": 0.5, "header": 0.5, "feed": 1.0, "source": 0.5}
"""Log-odds of a declaration.

With the right language in `html`, half costs 0.2 points; with three wrong ones of a template, double costs
nothing (measured).
"""
HABIT_WEIGHT: Final = 2.0
"""Of the outlet's habit, as log-odds.

Where it is right, half changes nothing and double gives 1 point (measured): kept low for mixed outlets.
"""
HABIT_MIN: Final = 10
"""Articles that make a habit; half and double change nothing: the directory's languages count 50
(measured)."""

_LANGDETECT_KNOWS: Final = frozenset({
    "af", "ar", "bg", "bn", "ca", "cs", "cy", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "gu",
    "he", "hi", "hr", "hu", "id", "it", "ja", "kn", "ko", "lt", "lv", "mk", "ml", "mr", "ne", "nl", "no",
    "pa", "pl", "pt", "ro", "ru", "sk", "sl", "so", "sq", "sv", "sw", "ta", "te", "th", "tl", "tr", "uk",
    "ur", "vi", "zh",
})  # fmt: skip
_ALIASES: Final = {
    "nb": "no", "iw": "he", "in": "id", "ji": "yi", "mo": "ro", "fil": "tl", "cmn": "zh", "arb": "ar",
    "prs": "fa", "pes": "fa", "swh": "sw", "swa": "sw", "hau": "ha", "sh": "hr", "scr": "hr", "scc": "sr",
    "zsm": "ms", "ind": "id", "gsw": "de", "wuu": "zh", "yue": "zh", "gug": "gn", "sdh": "ckb", "uzs": "uz",
    "run": "rn", "eng": "en", "fuv": "ff", "fra": "fr", "fre": "fr", "rus": "ru", "spa": "es", "por": "pt",
    "ara": "ar", "zho": "zh", "chi": "zh",
}  # fmt: skip
_TAG: Final = re.compile(r"^[a-z]{2,3}$")
_WORDS_FOR_NOTHING: Final = frozenset((UNDETERMINED, "zxx", "mul", "mis", "xx"))


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


_NOTHING: Final = LanguageGuess(UNDETERMINED, 0.0, "none", UNDETERMINED)


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
    script = main_script(sample)
    if (settled := language_of_script(script)) is not None:
        return LanguageGuess(settled, 1.0, "script", settled)
    letters = _letter_weight(sample)
    if letters < LEAST_LETTERS:
        return _NOTHING
    scores = _text_scores(sample, script, seed)
    posterior, source = _with_priors(scores, list(declared), habit or {})
    best = _leader(posterior)
    confidence = round(posterior[best], 2)
    if best in _WORDS_FOR_NOTHING or (script and not fits(best, script)):
        return replace(_NOTHING, confidence=confidence)
    sure = confidence >= _needed(letters)
    return LanguageGuess(best if sure else UNDETERMINED, confidence, source, best)


def _letter_weight(sample: str) -> int:
    """Letters of a text, those of dense scripts counted threefold."""
    counted = Counter(sample).items()
    return sum(count * weight_of(character) for character, count in counted if character.isalpha())


def _needed(letters: int) -> float:
    """The posterior that a text of so many letters needs for an answer."""
    return ABSTAIN_SHORT if MIN_LETTERS <= letters < LONG else ABSTAIN_LONG


def _leader(scores: Mapping[str, float]) -> str:
    """The language with the highest score, the last by name of equals."""
    return max(scores, key=lambda language: (scores[language], language))


def normalise_tag(tag: str) -> str | None:
    """The language of a BCP 47 tag or a locale (`ru-RU`, `zh_Hant`, `nb`), in our codes.

    None where it names none.
    """
    first = tag.strip().lower().replace("_", "-").split("-")[0].split(",")[0].split(";")[0].strip()
    first = _ALIASES.get(first, first)
    return first if _TAG.match(first) and first not in _WORDS_FOR_NOTHING else None


def _text_scores(sample: str, script: str | None, seed: int) -> dict[str, float]:
    """Log-probability of each language by the text alone."""
    ranked: dict[str, float] = {}
    for label, probability in _py3langid().rank(sample):
        language = _ALIASES.get(label, label)
        ranked[language] = ranked.get(language, 0.0) + float(probability)
    scores = {language: math.log(max(probability, LEAST)) for language, probability in ranked.items()}
    if max(ranked.values()) < CLEAR:
        scores = _voted(scores, _langdetect_votes(sample, seed))
    return _respelled(sample, script, scores)


def _voted(scores: dict[str, float], votes: Mapping[str, float]) -> dict[str, float]:
    """The scores with langdetect's votes; without any, as they were."""
    if not votes:
        return scores
    known = {language: max(votes.get(language, 0.0), FLOOR) for language in _LANGDETECT_KNOWS}
    return {language: score + math.log(known.get(language, NEUTRAL)) for language, score in scores.items()}


def _respelled(sample: str, script: str | None, scores: dict[str, float]) -> dict[str, float]:
    """Take the lead from the best answer where the spelling names a language that py3langid does not know."""
    best = _leader(scores)
    instead = respelled(sample, best, script)
    return scores if instead is None else {**scores, instead: 0.0, best: scores[best] + math.log(FLOOR)}


def _with_priors(
    scores: dict[str, float], declared: list[tuple[str, str]], habit: Mapping[str, int]
) -> tuple[dict[str, float], str]:
    """Posterior of each language, and what it rests on."""
    weighed = _declared(scores, declared)
    posterior = _softmax(weighed)
    if max(posterior.values()) < DOUBT and sum(habit.values()) >= HABIT_MIN:
        return _softmax(_accustomed(weighed, habit)), "text+habit"
    return posterior, "text+declared" if declared else "text"


def _declared(scores: Mapping[str, float], declared: list[tuple[str, str]]) -> dict[str, float]:
    """The scores with what page, feed and directory declare, each place once a language."""
    weighed = dict(scores)
    for where, language in dict.fromkeys((where, normalise_tag(tag)) for where, tag in declared):
        if language is not None:
            before = weighed.get(language, math.log(UNKNOWN_DECLARED))
            weighed[language] = before + WEIGHTS.get(where, 0.0)
    return weighed


def _accustomed(scores: Mapping[str, float], habit: Mapping[str, int]) -> dict[str, float]:
    """The scores with the outlet's habit: its shares of languages, smoothed by one article each."""
    total = sum(habit.values()) + len(scores)
    return {
        language: score + HABIT_WEIGHT * math.log((habit.get(language, 0) + 1) / total)
        for language, score in scores.items()
    }


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
