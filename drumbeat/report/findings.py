"""The first pages of a report: findings, watchlist, what became of the last findings, state against
independent, health and blind spots - templates over counts, at most `WORDS` words.

    data (digest + account, plain JSON) -> front page: sentences and rows, each figure with its place

What does not fit stands on the pages behind, and the front says how much that is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from drumbeat.report import trajectories
from drumbeat.report.phrases import Language
from drumbeat.report.sentences import Part, Sentence, Speaker, name
from drumbeat.report.tables import MOST_NAMED, Row, became_rows, watched_rows
from drumbeat.shown.names import country_name
from drumbeat.shown.safe import clause, one_line, shorten

WORDS: Final = 600
"""What two pages hold beside their tables' lines."""
FRAME_WORDS: Final = 90
"""Words of the front that are no finding's: title, headings, heads of tables."""
MOST_FINDINGS = 6
"""So that findings cannot crowd the rest out."""
QUOTED: Final = 3
"""Findings that are quoted."""
LABEL, QUOTE = 90, 130
"""Graphemes of a claim and of a quotation on the front."""
SECTIONS = ("rising", "new", "returned", "falling")


def front_of(data: Mapping[str, Any], language: Language = "en") -> dict[str, Any]:
    """What the findings pages show.

    Args:
        data: a digest with its `account` and `counts`, as plain JSON.
    """
    speaker = Speaker(data, language)
    front: dict[str, Any] = {
        "findings": [],
        "quiet": None,
        "more": None,
        "watched": list(watched_rows(speaker)),
        "became": list(became_rows(speaker)),
        "heard": _heard(speaker),
        "sides": _sides(speaker),
        "relays": list(_relays(speaker)),
        "places": _places(speaker),
        "health": _health(speaker),
        "blind": _blind(speaker),
    }
    front["findings"], left = _fitting(speaker, WORDS - FRAME_WORDS - words_of(front))
    data["counts"]["findings_behind"] = left
    front["more"] = (
        speaker.say("more_findings", claims=speaker.counted("claims", "/counts/findings_behind"))
        if left
        else None
    )
    front["quiet"] = None if front["findings"] or left else _quiet(speaker)
    return front


def words_of(value: Any) -> int:
    """Words in everything that a part of the front shows."""
    if isinstance(value, Sentence):
        return len(value.text.split())
    if isinstance(value, Part | str):
        return len((value.text if isinstance(value, Part) else value).split())
    if isinstance(value, Mapping):
        return sum(words_of(item) for key, item in value.items() if key not in ("narrative_id", "section"))
    if isinstance(value, list | tuple):
        return sum(map(words_of, value))
    return 0


def _fitting(speaker: Speaker, room: int) -> tuple[list[Row], int]:
    """Findings, as many as there is room for, and how many are left."""
    found: list[Row] = []
    places = [(section, place) for section in SECTIONS for place in range(len(speaker.data.get(section, ())))]
    for section, place in places[:MOST_FINDINGS]:
        finding = _finding(speaker, section, place, is_quoted=len(found) < QUOTED)
        if words_of(finding) > room:
            finding["quote"] = None
        room -= words_of(finding)
        if room < 0:
            break
        found.append(finding)
    return found, len(places) - len(found)


def _finding(speaker: Speaker, section: str, place: int, *, is_quoted: bool) -> Row:
    at = f"/{section}/{place}"
    item = speaker.data[section][place]
    sentences = [_claim(speaker, at, item, section)]
    if section != "falling":
        sentences += [
            *_told_by(speaker, at, item),
            *_first(speaker, at, item),
            _confidence(speaker, at, item),
        ]
    return {
        "narrative_id": item["narrative_id"],
        "section": section,
        "sentences": sentences,
        "quote": quote_of(item, speaker.language) if is_quoted and section != "falling" else None,
    }


def label_part(item: Mapping[str, Any]) -> Part:
    """What is claimed, in quotation marks."""
    return name(f"“{clause(one_line(item['label']), LABEL)}”", item.get("language", ""))


def _claim(speaker: Speaker, at: str, item: Mapping[str, Any], section: str) -> Sentence:
    slots: dict[str, Any] = {
        "label": label_part(item),
        "texts": speaker.counted("texts", f"{at}/observed"),
        "outlets": speaker.counted("outlets", f"{at}/outlets"),
        "countries": speaker.counted("countries", f"{at}/countries"),
        "languages": speaker.counted("languages", f"{at}/languages"),
    }
    if item["expected"] is not None:
        slots["expected"] = speaker.figure(f"{at}/expected")
    if section == "falling":
        return speaker.say(section, trajectory=speaker.word(trajectories.of_fall(item["observed"])), **slots)
    if section != "rising":
        return speaker.say(section, **slots)
    trajectory = speaker.word(trajectories.of_ratio(item["ratio"]))
    if item["ratio"] is None or item["expected"] is None:
        return speaker.say("rising_bare", trajectory=trajectory, **slots)
    return speaker.say("rising", trajectory=trajectory, ratio=speaker.figure(f"{at}/ratio"), **slots)


def told_by(speaker: Speaker, at: str, item: Mapping[str, Any]) -> Sentence | None:
    """State against independent, of one claim: who told it, who took it up, after how long."""
    sides = item.get("sides", ())
    slots: dict[str, Any] = {}
    for kind in ("state", "independent", "unlisted"):
        if (found := trajectories.side(sides, kind)) is not None:
            slots[kind] = speaker.counted(kind, f"{at}/sides/{found[0]}/outlets")
    phrase, late = _order(sides)
    if phrase is None:
        return None
    if late is not None:
        place, side = late
        slots["name"] = name(shorten(side["first_outlet"]["name"], 60))
        slots["days"] = speaker.counted("days", f"{at}/sides/{place}/lag_days")
    parts = speaker.say(phrase, **slots).parts
    if "unlisted" in slots and phrase != "unlisted_alone":
        parts += speaker.say("and_unlisted", unlisted=slots["unlisted"]).parts
    return Sentence(parts)


def _order(
    sides: Sequence[Mapping[str, Any]],
) -> tuple[str | None, tuple[int, Mapping[str, Any]] | None]:
    """The phrase for the sides that told it, and the side that came later, where one did."""
    state, independent = trajectories.side(sides, "state"), trajectories.side(sides, "independent")
    if state is None and independent is None:
        return ("unlisted_alone" if sides else None), None
    if state is None or independent is None:
        return ("independent_alone" if state is None else "state_alone"), None
    is_state_first = state[1]["first_at"] <= independent[1]["first_at"]
    return ("state_first", independent) if is_state_first else ("independent_first", state)


def _told_by(speaker: Speaker, at: str, item: Mapping[str, Any]) -> Iterator[Sentence]:
    if (found := told_by(speaker, at, item)) is not None:
        yield found


def first_told(speaker: Speaker, at: str, item: Mapping[str, Any]) -> Sentence | None:
    """Who was first, in the word that the dates allow."""
    first = item["first_mover"]
    if first is None:
        return None
    outlets = [
        [name(shorten(outlet["name"], 60)), Part(f" ({country_name(outlet['country'])})")]
        for outlet in first["outlets"][:MOST_NAMED]
    ]
    phrase = "first" if first["certain"] else "first_perhaps"
    day = speaker.day(f"{at}/first_mover/earliest")
    return speaker.say(phrase, names=speaker.listed(outlets, "or"), day=day)


def _first(speaker: Speaker, at: str, item: Mapping[str, Any]) -> Iterator[Sentence]:
    if (found := first_told(speaker, at, item)) is not None:
        yield found


def _confidence(speaker: Speaker, at: str, item: Mapping[str, Any]) -> Sentence:
    own = item["own_text_outlets"]
    slots: dict[str, Any] = {"own": speaker.counted("outlets", f"{at}/own_text_outlets")}
    spike = item["spike"]
    if spike is not None:
        slots["q"] = speaker.probability(f"{at}/spike/q_value")
    return speaker.say(trajectories.confidence(spike["q_value"] if spike else None, own), **slots)


def quote_of(item: Mapping[str, Any], language: Language) -> Row | None:
    """A passage in the reader's language, where there is one, else the first."""
    quotes = item["quotes"]
    if not quotes:
        return None
    quote = next((quote for quote in quotes if quote["language"] == language), quotes[0])
    return {
        "text": name(shorten(one_line(quote["text"]), QUOTE), quote["language"]),
        "outlet": name(shorten(quote["outlet"]["name"], 60)),
    }


def _heard(speaker: Speaker) -> Sentence:
    return speaker.say(
        "heard",
        articles=speaker.counted("articles", "/totals/articles"),
        outlets=speaker.counted("outlets", "/totals/outlets"),
        countries=speaker.counted("countries", "/totals/countries"),
        languages=speaker.counted("languages", "/counts/languages"),
        before=speaker.figure("/totals/articles_before"),
    )


def _quiet(speaker: Speaker) -> Sentence:
    """What was looked for in a period in which nothing was found."""
    return speaker.say(
        "quiet",
        compared=speaker.counted("narratives", "/account/compared"),
        statements=speaker.counted("statements", "/account/statements"),
        told=speaker.counted("claims", "/account/claims_told"),
        thin=speaker.figure("/account/claims_thin"),
        least=speaker.counted("texts", "/counts/min_texts"),
    )


def _sides(speaker: Speaker) -> Sentence:
    sides = speaker.data["account"]["sides"]
    parts = [
        speaker.say(
            "side",
            outlets=speaker.counted(side["side"], f"/account/sides/{place}/outlets"),
            texts=speaker.counted("texts", f"/account/sides/{place}/own_texts"),
        ).parts
        for place, side in enumerate(sides)
    ]
    return speaker.say("sides", parts=speaker.listed(parts)) if parts else speaker.say("no_sides")


def _relays(speaker: Speaker) -> Iterator[Sentence]:
    for place, lead in enumerate(speaker.data["leads"][:2]):
        at = f"/leads/{place}"
        yield speaker.say(
            "relay",
            leader=name(shorten(lead["leader"]["name"], 60)),
            follower=name(shorten(lead["follower"]["name"], 60)),
            leads=speaker.figure(f"{at}/leads"),
            narratives=speaker.counted("narratives", f"{at}/narratives"),
            expected=speaker.figure(f"{at}/expected"),
        )


def _places(speaker: Speaker) -> Sentence | None:
    """The countries whose outlets told most of the first finding."""
    item = next((speaker.data[section] for section in SECTIONS if speaker.data.get(section)), None)
    if item is None:
        return None
    section = next(section for section in SECTIONS if speaker.data.get(section))
    parts = [
        speaker.say(
            "place",
            name=country_name(share["key"]),
            texts=speaker.counted("texts", f"/{section}/0/by_country/{place}/own_texts"),
        ).parts
        for place, share in enumerate(item[0]["by_country"][:MOST_NAMED])
    ]
    return speaker.say("places", parts=speaker.listed(parts)) if parts else None


def _health(speaker: Speaker) -> Sentence:
    troubled = [
        line for line in speaker.data["sources"] if line["status"] in ("outage", "silent", "degraded")
    ]
    names = [[name(shorten(line["outlet"]["name"], 60))] for line in troubled[:MOST_NAMED]]
    rest: list[Part] = []
    if names:
        named = speaker.listed(names)
        if len(troubled) > len(names):
            named += speaker.say("health_more", n=speaker.figure("/counts/sources_behind")).parts
        rest = list(speaker.say("health_rest", names=named).parts)
    return speaker.say(
        "health",
        well=speaker.figure("/counts/sources_well"),
        sources=speaker.counted("sources", "/counts/sources"),
        rest=rest,
    )


def _blind(speaker: Speaker) -> Sentence:
    at = "/not_seen"
    return speaker.say(
        "blind",
        pages=speaker.counted("pages", f"{at}/failed_pages"),
        late=speaker.figure(f"{at}/late_articles"),
        language=speaker.figure(f"{at}/undetermined_language"),
        dates=speaker.figure(f"{at}/weak_dates"),
    )
