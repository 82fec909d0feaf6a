"""A report as a list of blocks that PDF and Word set alike: headings, paragraphs of runs, tables, quotations,
charts. Made from the view that the HTML shows; texts stay texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from drumbeat.report.sentences import Part, Sentence
from drumbeat.shown import words
from drumbeat.shown.names import check_name, country_name, language_name
from drumbeat.shown.safe import clause, direction, language_tag, one_line, shorten

Kind = Literal[
    "title", "heading", "small_heading", "paragraph", "soft", "bullet", "quote", "table", "chart", "page"
]

WITH_DIRECTION = ("heading", "small_heading", "quote")
"""What outlets wrote; around it, sentences are ours and go from left to right."""
QUOTES, CARRIERS = 4, 12
"""Of each claim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A piece of text in one language."""

    text: str
    language: str = ""
    is_rtl: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One thing on a page."""

    kind: Kind
    runs: tuple[Run, ...] = ()
    rows: tuple[tuple[tuple[Run, ...], ...], ...] = ()
    """Of a table: its lines, the head first."""
    chart: int | None = None
    """Of a chart: its narrative."""

    @property
    def is_rtl(self) -> bool:
        """Whether it is read from right to left: by its first run in a language."""
        return self.kind in WITH_DIRECTION and bool(self.runs) and self.runs[0].is_rtl


def run(text: str, language: str | None = None) -> Run:
    """One line of text."""
    line = one_line(text)
    is_rtl = direction(language) == "rtl" if language_tag(language) else _begins_rtl(line)
    return Run(text=line, language=language_tag(language), is_rtl=is_rtl)


def _begins_rtl(text: str) -> bool:
    """Whether the first letter with a direction goes from right to left (UAX 9, P2)."""
    import unicodedata

    ways = (unicodedata.bidirectional(letter) for letter in text)
    return next((way in ("R", "AL") for way in ways if way in ("L", "R", "AL")), False)


def blocks_of(view: Mapping[str, Any]) -> list[Block]:
    """The whole report."""
    return [*_front(view), *(block for n in view["narratives"] for block in _claim(n)), *_annex(view)]


def _front(view: Mapping[str, Any]) -> Iterator[Block]:
    yield from _head_lines(view)
    yield from _findings(view)
    yield from _tables(view)
    yield from _state(view)


def _head_lines(view: Mapping[str, Any]) -> Iterator[Block]:
    """Title, moment, notice and note."""
    digest, word, edition = view["digest"], view["word"], view["edition"]
    week = words.week_name(digest["start"], digest["end"])
    period = words.period(digest["start"], digest["end"])
    yield _block("title", f"{week} · {period}" if week else period)
    made = f"Drumbeat · {word('title')} · as of {words.moment(view['as_of'])}"
    yield _block("soft", f"{made} · {edition.title}" if edition.title else made)
    if view["notice"]:
        yield _block("soft", view["notice"])
    if edition.note:
        yield _block("paragraph", f"{word('note')} ({edition.note_by}): {edition.note}")


def _findings(view: Mapping[str, Any]) -> Iterator[Block]:
    front = view["front"]
    yield _block("heading", view["word"]("findings"))
    for finding in front["findings"]:
        yield Block(kind="bullet", runs=tuple(_spoken(finding["sentences"])))
        if finding["quote"]:
            yield Block(kind="quote", runs=_quoted(finding["quote"]["text"], finding["quote"]["outlet"]))
    for sentence in filter(None, (front["quiet"], front["more"])):
        yield Block(kind="paragraph", runs=tuple(_spoken([sentence])))


def _tables(view: Mapping[str, Any]) -> Iterator[Block]:
    """What is watched, and what became of the last findings."""
    word, watched, became = view["word"], view["front"]["watched"], view["front"]["became"]
    yield _block("heading", word("watchlist"))
    yield _watch_table(watched, word) if watched else _block("paragraph", word("no_statement"))
    yield _block("heading", word("became"))
    yield _became_table(became, word) if became else _block("paragraph", word("became_none"))


def _state(view: Mapping[str, Any]) -> Iterator[Block]:
    """State against independent, health and blind spots."""
    front, word = view["front"], view["word"]
    told = filter(None, [front["sides"], front["places"], *front["relays"]])
    yield _block("heading", word("state_against_independent"))
    yield Block(kind="paragraph", runs=tuple(_spoken(told)))
    yield _block("heading", word("seen"))
    yield Block(kind="paragraph", runs=tuple(_spoken([front["heard"], front["health"], front["blind"]])))


def _block(kind: Kind, text: str, language: str | None = "en") -> Block:
    return Block(kind=kind, runs=(run(text, language),))


def _spoken(sentences: Iterable[Sentence]) -> Iterator[Run]:
    """Sentences as runs; names keep their language."""
    for place, sentence in enumerate(sentences):
        if place:
            yield Run(text=" ")
        yield from (_part(part) for part in sentence.parts)


def _part(part: Part) -> Run:
    if part.kind != "name":
        return Run(text=part.text)
    return run(part.text, part.language or None)


def _quoted(text: Part, outlet: Part) -> tuple[Run, ...]:
    return _part(text), Run(text=" — "), _part(outlet)


def _cells(row: Sequence[Part | list[Part]]) -> tuple[tuple[Run, ...], ...]:
    return tuple(tuple(_part(part) for part in (cell if isinstance(cell, list) else [cell])) for cell in row)


def _head(*names: str) -> tuple[tuple[Run, ...], ...]:
    return tuple((Run(text=name),) for name in names)


def _watch_table(rows: Sequence[Mapping[str, Any]], word: Any) -> Block:
    names = ("statement", "texts", "expected", "outlets", "sides_short", "stances", "last")
    keys = ("label", "texts", "expected", "outlets", "sides", "stances", "last")
    body = (_cells([row[key] for key in keys]) for row in rows)
    return Block(kind="table", rows=(_head(*map(word, names)), *body))


def _became_table(rows: Sequence[Mapping[str, Any]], word: Any) -> Block:
    keys = ("label", "then", "now", "word", "last")
    body = (_cells([row[key] for key in keys]) for row in rows)
    return Block(kind="table", rows=(_head(*map(word, ("claim", "then", "now", "state_now", "last"))), *body))


def _claim(n: Mapping[str, Any]) -> Iterator[Block]:
    """One claim, on a page of its own."""
    yield Block(kind="page")
    folded = f", told also as {', '.join(map(str, n['folded']))}" if n["folded"] else ""
    yield _block("soft", f"Narrative {n['narrative_id']}{folded}")
    yield _block("heading", clause(n["label"], 220), n["language"])
    yield _block("paragraph", _volume(n))
    yield Block(kind="chart", chart=n["narrative_id"])
    yield _block("soft", "Texts a day over ten weeks; dark: the period; line: expected; grey: hardly seen.")
    for quote in n["quotes"][:QUOTES]:
        yield Block(kind="quote", runs=(run(shorten(quote["text"], 420), quote["language"]),))
        yield Block(kind="soft", runs=tuple(_source(quote)))
    head = _head("outlet", "ownership", "after the first", "own texts of articles")
    body = (_carrier(carrier) for carrier in n["carriers"][:CARRIERS])
    if n["carriers"]:
        yield Block(kind="table", rows=(head, *body))


def _volume(n: Mapping[str, Any]) -> str:
    """The sentence of a claim: counts against expectation."""
    texts = words.count(n["observed"], "text")
    if n["expected"] is None:
        against = f"{texts}; there is no history yet to expect anything from."
    else:
        times = f": {words.number(n['ratio'])} times" if n["ratio"] is not None else ""
        against = f"{texts} against {words.number(n['expected'])} expected{times}."
    found = (
        words.count(n["outlets"], "outlet"),
        words.count(n["countries"], "country", "countries"),
        words.count(n["languages"], "language"),
    )
    texts = f"{words.count(n['articles'], 'article')} in {words.count(n['copy_groups'], 'distinct text')}"
    return (
        f"{against} {texts}, {', '.join(found)}; {words.count(n['previous'], 'text')} in the period before."
    )


def _source(quote: Mapping[str, Any]) -> Iterator[Run]:
    when = quote["published_at"] or quote["first_seen_at"]
    yield run(shorten(quote["outlet"]["name"], 60))
    yield Run(
        text=f" ({country_name(quote['outlet']['country'])}), {words.moment(when)}, "
        f"{language_name(quote['language'])}, passage {quote['passage_id']}"
    )


def _carrier(carrier: Mapping[str, Any]) -> tuple[tuple[Run, ...], ...]:
    outlet = carrier["outlet"]
    of = f"{words.number(carrier['own_texts'])} of {words.number(carrier['articles'])}"
    named = (run(shorten(outlet["name"], 60)), Run(text=f" ({country_name(outlet['country'])})"))
    owner = run(shorten(outlet["ownership"], 60))
    return named, (owner,), (Run(text=words.lag(carrier["lag_hours"])),), (Run(text=of),)


def _annex(view: Mapping[str, Any]) -> Iterator[Block]:
    """Spikes, changes and method; evidence place by place stands in the HTML and the JSON."""
    word, edition = view["word"], view["edition"]
    yield Block(kind="page")
    yield _block("heading", word("annex"))
    for change in edition.changes:
        yield _block("bullet", change)
    if view["watch_rows"]:
        yield _watch_table(view["watch_rows"], word)
    for group in view["spikes"]:
        yield from _spike(group)
    yield _block("small_heading", "Method and limits")
    for note in (*view["method"], *view["digest"]["methods"]["notes"]):
        yield _block("bullet", note)


def _spike(group: Mapping[str, Any]) -> Iterator[Block]:
    spike = group["strongest"]
    yield Block(kind="small_heading", runs=(run(clause(spike["label"], 120)),))
    texts, expected = words.count(spike["observed"], "text"), words.number(spike["expected"])
    when = words.window(spike["window_days"], words.as_day(spike["day"]))
    sure = f"{spike['decision']}; q {words.probability(spike['q_value'])}"
    yield _block("paragraph", f"{texts} {when}, {expected} expected; {sure}.")
    for name, found in spike["checks"].items():
        yield _block("bullet", f"{check_name(name)}: {words.finding(found)}")
