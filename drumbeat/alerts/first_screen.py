"""What an alert says before its reader scrolls: what is claimed, how much above expected, who first, who
follows, state against independent, why it rang, why this reader got it - at most `WORDS` words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from drumbeat.report.sentences import Part, Sentence, Speaker, name
from drumbeat.shown import words
from drumbeat.shown.language import quoted, reader, say
from drumbeat.shown.names import check_name, notice
from drumbeat.shown.safe import one_line, shorten

WORDS: Final = 120
FRAME_WORDS: Final = 14
"""Words of the screen that are in no sentence: its head, the names of its links."""
LABEL: Final = 100
"""Graphemes of what is claimed."""
FOLLOWERS: Final = 3
OUTLET, REASON = 28, 70
"""Graphemes of an outlet's name and of a reason."""
OUTLET_WORDS, LABEL_WORDS, REASON_WORDS = 4, 18, 12
FIRST: Final = {"state": "the state-controlled", "independent": "the independent", "unlisted": "the unlisted"}
"""Side -> its outlets, as those that came first."""
LEAST_QUOTE: Final = 6
"""A quotation of fewer words says nothing."""
EVERYBODY: Final = "you get every alert (mail.recipients)."


def first_screen(evidence: Mapping[str, Any], reason: str | None) -> dict[str, Any]:
    """The parts of the screen, in their order.

    Args:
        evidence: an alert's, as it was frozen.
        reason: why this reader gets it; None: everybody of the settings does.
    """
    speaker = Speaker(evidence)
    narrative = evidence["narrative"]
    found: dict[str, Any] = {
        "label": name(quoted(_brief(narrative["label"], LABEL, LABEL_WORDS)), narrative["language"]),
        "weight": _weight(speaker),
        "told_by": _sides(speaker),
        "first": _first(speaker),
        "followers": _followers(speaker),
        "rang": _rang(speaker),
        "got": _brief(reason or say(EVERYBODY), REASON, REASON_WORDS),
        "notice": notice(),
        "quote": None,
    }
    found["quote"] = _quote(narrative, WORDS - FRAME_WORDS - sum(map(count_words, found.values())))
    return found


def _brief(text: str, graphemes: int, most: int) -> str:
    """One line of at most so many graphemes and words."""
    line = shorten(one_line(text), graphemes)
    said = line.split(" ")
    return line if len(said) <= most else " ".join(said[:most]) + "…"


def count_words(part: Any) -> int:
    """Words of a part, or of the whole screen."""
    if isinstance(part, dict):
        return sum(map(count_words, part.values()))
    text = part if isinstance(part, str) else "" if part is None else part.text
    return len(text.split())


def _weight(speaker: Speaker) -> Sentence:
    """How much above what was expected."""
    spike = speaker.data["spike"]
    slots: dict[str, Any] = {
        "texts": speaker.counted("texts", "/spike/observed"),
        "window": _window(speaker),
        "outlets": speaker.counted("outlets", "/spike/outlets"),
        "countries": speaker.counted("countries", "/spike/countries"),
        "languages": speaker.counted("languages", "/spike/languages"),
    }
    if spike["ratio"] is None:
        return speaker.say("weight_new", **slots)
    expected, ratio = speaker.figure("/spike/expected"), speaker.figure("/spike/ratio")
    return speaker.say("weight", expected=expected, ratio=ratio, **slots)


def _window(speaker: Speaker) -> list[Part]:
    """`on 19 Nov`, `in 3 days to 19 Nov`."""
    day = speaker.day("/spike/day")
    if speaker.data["spike"]["window_days"] == 1:
        return list(speaker.say("on_day", day=day).parts)
    days = speaker.counted("days", "/spike/window_days")
    return list(speaker.say("in_days", days=days, day=day).parts)


def _sides(speaker: Speaker) -> Sentence | None:
    """How many outlets of each side, and which side came first."""
    sides = speaker.data["narrative"].get("sides", ())
    if not sides:
        return None
    parts = [
        speaker.counted(f"{side['side']}_short", f"/narrative/sides/{place}/outlets")
        for place, side in enumerate(sides)
    ]
    first = min(sides, key=lambda side: (side["first_at"], side["side"]))
    return speaker.say("sides_line", parts=speaker.listed(parts), first=say(FIRST[first["side"]]))


def _first(speaker: Speaker) -> Sentence | None:
    """Who was first in the corpus, in the word that the dates allow."""
    first = speaker.data["narrative"]["first_mover"]
    if first is None:
        return None
    names = [[name(_brief(outlet["name"], OUTLET, OUTLET_WORDS))] for outlet in first["outlets"][:2]]
    phrase = "first_line" if first["certain"] else "first_line_perhaps"
    day = speaker.day("/narrative/first_mover/earliest")
    return speaker.say(phrase, names=speaker.listed(names, "or"), day=day)


def _followers(speaker: Speaker) -> Sentence | None:
    """Who came after the first of these days."""
    carriers = speaker.data["narrative"]["carriers"]
    parts = [
        [
            name(_brief(carrier["outlet"]["name"], OUTLET, OUTLET_WORDS)),
            Part(" ("),
            Part(words.lag(carrier["lag_hours"]), "figure", f"/narrative/carriers/{place}/lag_hours"),
            Part(")"),
        ]
        for place, carrier in enumerate(carriers[1 : 1 + FOLLOWERS], start=1)
    ]
    return speaker.say("followers", names=speaker.listed(parts)) if parts else None


def _rang(speaker: Speaker) -> Sentence:
    """Which test, how sure, and what of the innocent explanations is left."""
    spike = speaker.data["spike"]
    left = list(_left(spike["checks"]))
    return speaker.say(
        "rang" if left else "rang_clear",
        test=speaker.word(f"test_{spike['detector']}"),
        q=speaker.probability("/spike/q_value"),
        **({"left": ", ".join(left)} if left else {}),
    )


def _left(checks: Mapping[str, str]) -> Iterator[str]:
    """Innocent explanations that something speaks for."""
    return (check_name(key) for key, found in checks.items() if not found.startswith("ruled out"))


def _quote(narrative: Mapping[str, Any], room: int) -> dict[str, Part] | None:
    """A passage as far as there is room for it, in the reader's language where one is, else the first."""
    quotes = narrative["quotes"]
    quote = next(
        (item for item in quotes if item["language"] == reader().language), quotes[0] if quotes else None
    )
    if quote is None:
        return None
    outlet = name(_brief(quote["outlet"]["name"], OUTLET, OUTLET_WORDS))
    said = one_line(quote["text"]).split(" ")
    room -= count_words(outlet) + 1
    if room < LEAST_QUOTE:
        return None
    text = " ".join(said) if len(said) <= room else " ".join(said[:room]) + "…"
    return {"text": name(shorten(text, 160), quote["language"]), "outlet": outlet}
