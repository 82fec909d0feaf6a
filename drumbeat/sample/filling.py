"""Fills the world with ordinary news: local background, recurring forms, shared wire items, the reprint
storm. Pure and seeded.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from drumbeat.sample.pieces import Draft, Kind, dice, own
from drumbeat.sample.plan import Plan, SharedPlan
from drumbeat.sample.planting import credited
from drumbeat.sample.texts import Book, Form, Text, paragraphs_of


def fill(plan: Plan, books: Mapping[str, Book]) -> list[Draft]:
    """Everything that is not planted."""
    drafts = _local(plan, books)
    for language, book in books.items():
        drafts += _recurring(plan, language, book)
    for shared in plan.shared:
        drafts += _told_by_several(plan, books, shared)
    return drafts + _storm(plan, books)


def _local(plan: Plan, books: Mapping[str, Book]) -> list[Draft]:
    """Each local text once, dealt to the outlets of its language and country, evenly over the days.

    The first text of every outlet appears the day before the world begins, so that a first crawl finds
    something.
    """
    drafts = []
    for outlet, texts in _deal(plan, books).items():
        roll = dice(plan.seed, "local", outlet)
        start = plan.newcomer.first_day if outlet == plan.newcomer.outlet else 1
        if start == 1:
            drafts.append(own(texts.pop(0), outlet, plan.at(0, roll.uniform(8, 20))))
        width = (plan.days + 1 - start) / len(texts)
        for index, text in enumerate(texts):
            day = start + int((index + roll.uniform(0.1, 0.9)) * width)
            drafts.append(own(text, outlet, plan.at(day, roll.uniform(6.2, 21))))
    return drafts


def _deal(plan: Plan, books: Mapping[str, Book]) -> dict[str, list[Text]]:
    """Local texts by outlet: each goes to the outlet of its language and country that holds fewest."""
    hands: dict[str, list[Text]] = {outlet.id: [] for outlet in plan.outlet}
    for language, book in books.items():
        able = [outlet for outlet in plan.outlet if outlet.language == language]
        for text in book.local():
            near = [outlet for outlet in able if text.country in outlet.local_countries] or able
            hands[min(near, key=lambda outlet: len(hands[outlet.id])).id].append(text)
    return hands


def _recurring(plan: Plan, language: str, book: Book) -> list[Draft]:
    """The recurring forms of a language with drawn numbers, places and teams."""
    every, outlets = plan.recurring["every_days"], plan.recurring[language]
    assert isinstance(every, int) and isinstance(outlets, dict)
    drafts = []
    for position, (form_id, outlet) in enumerate(sorted(outlets.items())):
        offset = dice(plan.seed, "recurring", language, form_id).randrange(every)
        first = 1 + (offset + position * every // 3) % every
        days = range(first, plan.days + 1, every)
        drafts += [_recurred(plan, book, book.forms[form_id], outlet, day) for day in days]
    return drafts


def _recurred(plan: Plan, book: Book, form: Form, outlet: str, day: int) -> Draft:
    """A form as it is filled on one day."""
    roll = dice(plan.seed, "recurring", book.language, form.form_id, day)
    title, body = _filled(form, roll)
    return Draft(
        outlet=outlet,
        published=plan.at(day, roll.uniform(6.1, 9.5)),
        kind="recurring",
        key=f"{book.language}/{form.form_id}-{day:02d}",
        title=title,
        paragraphs=paragraphs_of(body),
    )


def _filled(form: Form, roll: random.Random) -> tuple[str, str]:
    """Title and body of a form with its slots filled; places and teams differ from each other."""
    slots: dict[str, str] = {}
    for name, values in (("place", form.places), ("team", form.teams)):
        drawn = roll.sample(values, min(4, len(values)))
        slots |= {f"{name}{index}": value for index, value in enumerate(drawn, 1)}
    for index in range(1, 9):
        low, high = form.numbers.get(f"n{index}", (10, 90))
        slots[f"n{index}"] = str(roll.randint(low, high))
    return form.title.format(**slots), form.body.format(**slots)


def _told_by_several(plan: Plan, books: Mapping[str, Book], shared: SharedPlan) -> list[Draft]:
    """A wire item at its first outlet, then translated or reprinted by the others within a day and a half."""
    roll = dice(plan.seed, "shared", shared.id)
    moments = [plan.at(shared.day, 6.5)]
    moments += [moments[0] + timedelta(minutes=round(60 * roll.uniform(4, 32))) for _ in shared.outlets[1:]]
    languages: Counter[str] = Counter()
    drafts: list[Draft] = []
    for outlet, moment in zip(shared.outlets, moments, strict=True):
        language = plan.outlet_of(outlet).language
        kind: Kind = "wire_copy" if languages[language] else "translation" if drafts else "background"
        languages[language] += 1
        drafts.append(_shared_draft(plan, books, shared, outlet=outlet, moment=moment, kind=kind))
    return _with_origin(drafts)


def _shared_draft(
    plan: Plan, books: Mapping[str, Book], shared: SharedPlan, *, outlet: str, moment: datetime, kind: Kind
) -> Draft:
    text = books[plan.outlet_of(outlet).language].texts[shared.id]
    draft = replace(own(text, outlet, moment), kind=kind)
    return credited(plan, books, draft, shared.agency) if shared.agency and shared.agency != outlet else draft


def _with_origin(drafts: Sequence[Draft]) -> list[Draft]:
    first, *others = drafts
    return [first, *(replace(draft, of=first.key) for draft in others)]


def _storm(plan: Plan, books: Mapping[str, Book]) -> list[Draft]:
    """The reprint storm: everybody within 30 hours, some a second time with an updated title."""
    storm = plan.storm
    roll = dice(plan.seed, "storm")
    start = plan.at(storm.day, 6.4)
    drafts = [_shared_draft(plan, books, storm, outlet=storm.outlets[0], moment=start, kind="storm")]
    for outlet in storm.outlets[1:]:
        moment = start + timedelta(minutes=round(60 * roll.uniform(1, 30)))
        drafts.append(_shared_draft(plan, books, storm, outlet=outlet, moment=moment, kind="storm"))
    again = [draft for draft in drafts if draft.outlet in storm.again]
    updates = [_updated(plan, books, draft, minutes=roll.randint(180, 480)) for draft in again]
    return _with_origin([*drafts, *updates])


def _updated(plan: Plan, books: Mapping[str, Book], draft: Draft, *, minutes: int) -> Draft:
    """The text as its outlet prints it again, with a title that says so."""
    phrases = books[plan.outlet_of(draft.outlet).language].phrases
    published = draft.published + timedelta(minutes=minutes)
    return replace(draft, title=phrases.updated.format(title=draft.title), published=published)
