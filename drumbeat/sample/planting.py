"""Plants the narratives: who says what on which day. Pure and seeded.

Per narrative:  the first mover alone on its first day
                -> a launch of one text a day, then a thin, even stream over outlets and languages
                   (at most 3 texts in any 3 days: nothing that looks like a rise)
                -> where planned, a spike of three days, with two quiet days on either side
                -> a few reprints by outlets that relay others
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from drumbeat.sample.pieces import Draft, Kind, dice, own
from drumbeat.sample.plan import NarrativePlan, Plan
from drumbeat.sample.texts import Book, Text

QUIET_DAYS = 2
"""Around a spike nothing else of its narrative is published."""
CALM = 3
"""Most texts of one narrative in any three days outside its spike."""


def plant(plan: Plan, books: Mapping[str, Book]) -> list[Draft]:
    """All texts of all planted narratives with their reprints."""
    drafts: list[Draft] = []
    newcomer_left = plan.newcomer.planted
    for narrative in plan.narrative:
        share = -(-newcomer_left // 2) if plan.newcomer.outlet in narrative.outlets else 0
        told = _tell(plan, narrative, books, share)
        newcomer_left -= sum(draft.outlet == plan.newcomer.outlet for draft in told)
        drafts += told + _relay(plan, narrative, told, books)
    return drafts


def _tell(
    plan: Plan, narrative: NarrativePlan, books: Mapping[str, Book], newcomer_share: int
) -> list[Draft]:
    """Every text of the narrative, once."""
    texts = {language: book.of_narrative(narrative.id) for language, book in books.items()}
    shelf = {language: found for language, found in texts.items() if found}
    opening = shelf[plan.outlet_of(narrative.first_mover).language].pop(0)
    first = own(opening, narrative.first_mover, plan.at(narrative.first_day, 7.25))
    spike = _spike(plan, narrative, shelf)
    stream = _interleave(shelf, plan.seed, narrative.id)
    return [first, *spike, *_calm(plan, narrative, stream, [first, *spike], newcomer_share)]


def _calm(
    plan: Plan,
    narrative: NarrativePlan,
    stream: Sequence[Text],
    before: Sequence[Draft],
    newcomer_share: int,
) -> list[Draft]:
    """The launch and the thin stream after it; `before` tells who has told how much already."""
    roll = dice(plan.seed, "tell", narrative.id)
    told = Counter(draft.outlet for draft in before)
    days = _calm_days(plan, narrative)
    width = (len(days) - plan.launch) / (len(stream) - plan.launch)
    calm = []
    for index, text in enumerate(stream):
        place = index
        if index >= plan.launch:
            place = plan.launch + int((index - plan.launch + roll.uniform(0.15, 0.85)) * width)
        day = days[place]
        outlet = _teller(plan, narrative, text, day, told, newcomer_share)
        told[outlet] += 1
        calm.append(own(text, outlet, plan.at(day, roll.uniform(6.5, 20.5))))
    return calm


def _spike(plan: Plan, narrative: NarrativePlan, shelf: dict[str, list[Text]]) -> list[Draft]:
    """The texts of the planned spike, taken off the shelf."""
    if narrative.spike is None:
        return []
    roll = dice(plan.seed, "spike", narrative.id)
    drafts = []
    for offset, wave in enumerate(narrative.spike.waves):
        for outlet in wave:
            texts = shelf[plan.outlet_of(outlet).language]
            text = texts.pop(roll.randrange(len(texts)))
            drafts.append(
                own(text, outlet, plan.at(narrative.spike.first_day + offset, roll.uniform(6.5, 17.5)))
            )
    return drafts


def _calm_days(plan: Plan, narrative: NarrativePlan) -> list[int]:
    """The days of the stream: from the day after the opening, the spike and its surroundings left out."""
    spike = narrative.spike
    busy = range(spike.first_day - QUIET_DAYS, spike.last_day + QUIET_DAYS + 1) if spike else range(0)
    return [day for day in range(narrative.first_day + 1, plan.days + 1) if day not in busy]


def _interleave(shelf: Mapping[str, Sequence[Text]], seed: int, narrative: str) -> list[Text]:
    """The texts in an order in which every language comes early, often and evenly."""
    places = [
        ((index + dice(seed, "order", narrative, language).random()) / len(texts), text.key, text)
        for language, texts in sorted(shelf.items())
        for index, text in enumerate(texts)
    ]
    return [text for _, _, text in sorted(places, key=lambda place: place[:2])]


def _teller(
    plan: Plan, narrative: NarrativePlan, text: Text, day: int, told: Counter[str], newcomer_share: int
) -> str:
    """The outlet of the text's language that has told the narrative least; the newcomer goes first until its
    share is used.
    """
    newcomer = plan.newcomer
    speaking = [key for key in narrative.outlets if plan.outlet_of(key).language == text.language]
    if newcomer.outlet in speaking:
        if day > newcomer.added_day and told[newcomer.outlet] < newcomer_share:
            return newcomer.outlet
        speaking.remove(newcomer.outlet)
    able = [outlet for outlet in speaking if plan.is_open(outlet, plan.at(day))]
    return min(able or speaking, key=lambda outlet: (told[outlet], narrative.outlets.index(outlet)))


def _relay(
    plan: Plan, narrative: NarrativePlan, told: Sequence[Draft], books: Mapping[str, Book]
) -> list[Draft]:
    """Wire copies and excerpts of some of the narrative's texts, where they do not make a calm week look
    busy.
    """
    roll = dice(plan.seed, "relay", narrative.id)
    pairs = _relayed(plan, narrative, told)
    roll.shuffle(pairs)
    wanted: list[Kind] = ["wire_copy"] * plan.relays.wire_copies
    wanted += ["excerpt"] * plan.relays.excerpts
    copies: list[Draft] = []
    for draft, target in pairs:
        if len(copies) == len(wanted):
            break
        copy = reprint(plan, books, draft, target, hours=roll.uniform(4, 20), kind=wanted[len(copies)])
        is_first = all(other.of != copy.of for other in copies)
        is_inside = plan.day_of(copy.published) <= plan.days
        if is_first and is_inside and _is_calm(plan, narrative, [*told, *copies], copy):
            copies.append(copy)
    return copies


def _relayed(plan: Plan, narrative: NarrativePlan, told: Sequence[Draft]) -> list[tuple[Draft, str]]:
    """Texts after the opening, each with the outlets that relay its outlet and are there a day later."""
    return [
        (draft, target)
        for draft in told
        if plan.day_of(draft.published) > narrative.first_day
        for target in plan.outlet_of(draft.outlet).relays_to
        if plan.is_open(target, draft.published + timedelta(days=1))
    ]


def _is_calm(plan: Plan, narrative: NarrativePlan, drafts: Sequence[Draft], extra: Draft) -> bool:
    """Whether `extra` leaves every three days at `CALM` texts or fewer; a spike is busy anyway."""
    day = plan.day_of(extra.published)
    if narrative.spike and narrative.spike.first_day <= day <= narrative.spike.last_day:
        return True
    per_day = Counter(plan.day_of(draft.published) for draft in (*drafts, extra))
    return all(sum(per_day[d] for d in range(start, start + 3)) <= CALM for start in (day - 2, day - 1, day))


def reprint(
    plan: Plan, books: Mapping[str, Book], draft: Draft, target: str, *, hours: float, kind: Kind
) -> Draft:
    """`draft` as another outlet prints it `hours` later: dateline before it, credit after it, an excerpt cut
    short.
    """
    source = plan.outlet_of(draft.outlet)
    published = draft.published + timedelta(minutes=round(hours * 60))
    paragraphs = (
        draft.paragraphs[: max(1, len(draft.paragraphs) - 1)] if kind == "excerpt" else draft.paragraphs
    )
    copy = replace(draft, outlet=target, published=published, kind=kind, paragraphs=paragraphs, of=draft.key)
    return credited(plan, books, copy, source.id)


def credited(plan: Plan, books: Mapping[str, Book], draft: Draft, agency: str) -> Draft:
    """`draft` with a dateline that names the agency and a line of thanks at its end."""
    outlet, source = plan.outlet_of(draft.outlet), plan.outlet_of(agency)
    phrases = books[outlet.language].phrases
    place = phrases.capitals[source.country]
    dateline = phrases.dateline.format(place=place, date=f"{draft.published:%d.%m.%Y}", agency=source.name)
    first, *rest = draft.paragraphs
    return replace(
        draft,
        paragraphs=(dateline + first, *rest, phrases.source.format(agency=source.name)),
        credit=source.name,
    )
