"""A stored world of twelve outlets over seventy days: what counting, detection and the digest read. No
business logic.

Narrative 1 is told every third day and by eight outlets on day 66; 2 is told every day until day 58 and then
no more; 3 is found in the last week; 9 is watched and told with 1. One text is printed by ten outlets on day
67. `outlet-03` is down on days 64 and 65, `outlet-11` is watched from day 60 on. An article of day 68 is
found late, one has no language.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from analysis.counts.counting import count
from analysis.spikes.stage import detect
from config.clock import FixedClock
from config.progress import NoProgress
from config.schedule import Schedule
from config.settings import ReportSettings, Settings
from config.workspace import Workspace
from storage import ids
from storage.records import (
    Alert,
    Article,
    Assignment,
    CleanResult,
    CopyGroup,
    CopyMember,
    Delivery,
    FeedPoll,
    FeedState,
    LineageEvent,
    Narrative,
    Page,
    Passage,
    WarcPlace,
    WatchHit,
)
from storage.store import Store, create_store
from tests.counting.makers import at, hit, narrative, source
from tests.storage.makers import comparison

OUTLETS = tuple(f"outlet-{n:02d}" for n in range(12))
LANGUAGES = ("en", "fr", "ar", "ru")
BURST, STORM = 66, 67
LABEL = "State-controlled media"


@dataclass
class Draft:
    """Rows before they are stored."""

    articles: list[Article] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    hits: list[WatchHit] = field(default_factory=list)
    members: list[CopyMember] = field(default_factory=list)
    groups: list[CopyGroup] = field(default_factory=list)

    def add(
        self,
        outlet: str,
        number: int,
        *,
        narratives: Sequence[int] = (),
        group: str | None = None,
        hour: float = 9,
        **values: Any,
    ) -> str:
        """One article with one passage; returns its id."""
        url = f"https://{outlet}.example/{number}/{len(self.articles)}"
        key, language, moment = ids.page_id(url), LANGUAGES[OUTLETS.index(outlet) % 4], at(number, hour)
        given: dict[str, Any] = {
            "article_id": key,
            "source_id": outlet,
            "url": url,
            "title": f"Title {len(self.articles)} of {outlet}",
            "body": f"Text {len(self.articles)}.",
            "published_at": moment,
            "date_confidence": "A",
            "first_seen_at": at(number, hour + 1),
            "counted_at": moment,
            "origin": "live",
            "language": language,
            "language_confidence": 0.9,
            "language_source": "both",
            "text_sha256": key,
            "clean_version": "1",
        }
        article = Article(**{**given, **values})
        self.articles.append(article)
        passage_id = ids.passage_id(key, 0)
        self.passages.append(
            Passage(
                passage_id=passage_id,
                article_id=key,
                ordinal=0,
                start=0,
                end=len(article.body),
                text=article.body,
                text_hash=ids.text_hash(article.body),
                language=article.language,
            )
        )
        similarity = 0.6 + (len(self.articles) % 37) / 100
        self.assignments += [
            Assignment(
                passage_id=passage_id,
                narrative_id=item,
                similarity=similarity,
                method="nearest",
                run_id="assign-1",
            )
            for item in narratives
            if item != 9
        ]
        if 9 in narratives:
            self.hits.append(replace(hit("x"), passage_id=passage_id))
        relation: Any = "original" if group is None else "translation" if language != "en" else "near"
        self.members.append(
            CopyMember(article_id=key, group_id=group or key, relation=relation, containment=1.0)
        )
        return key


def draft() -> Draft:
    """Everything that the outlets publish."""
    made = Draft()
    for number in range(70):
        for place, outlet in enumerate(OUTLETS):
            if (outlet == "outlet-11" and number < 60) or (outlet == "outlet-03" and number in (64, 65)):
                continue
            if (number + place) % 2 == 0:
                made.add(outlet, number, hour=6 + place)
        if number % 3 == 0 and number < BURST:
            made.add(OUTLETS[number % 8], number, narratives=[1, 9], hour=7)
        if number < 58:
            made.add(OUTLETS[number % 5], number, narratives=[2], hour=8)
    for place in range(8):
        made.add(OUTLETS[place], BURST, narratives=[1, 9], hour=5 + place)
    for place in range(3):
        made.add(OUTLETS[place + 4], STORM, narratives=[3], hour=5 + 4 * place)
    first = made.add("outlet-00", STORM, hour=3, language="en")
    for place in range(1, 10):
        made.add(OUTLETS[place], STORM, group=first, hour=4 + place)
    made.add("outlet-01", 68, late=True, published_at=at(50))
    made.add("outlet-02", 68, language="und", date_confidence="D", published_at=None)
    return made


def write(store: Store, made: Draft) -> None:
    """Store the rows as the stages before counting would."""
    store.sources.sync(
        [
            source(
                outlet,
                first_crawled_at=None,
                country=("XA", "XB", "XC")[place % 3],
                languages=(LANGUAGES[place % 4],),
                **_ownership(place),
            )
            for place, outlet in enumerate(OUTLETS)
        ]
    )
    for outlet in OUTLETS:
        store.sources.mark_first_crawled(outlet, at(60 if outlet == "outlet-11" else 0, 1))
    for number in range(70):
        for outlet in OUTLETS:
            if outlet == "outlet-11" and number < 60:
                continue
            broken = outlet == "outlet-03" and number in (64, 65)
            state = FeedState(feed_url=f"https://{outlet}.example/feed", source_id=outlet, kind="feed")
            outcome = "http_5xx" if broken else "stored"
            poll = FeedPoll(
                run_id="crawl-1",
                feed_url=state.feed_url,
                source_id=outlet,
                polled_at=at(number, 20),
                outcome=outcome,
            )
            store.feeds.record(state, poll, [])
    pages = [_page(item) for item in made.articles]
    store.pages.discover(pages)
    store.pages.record_fetch(pages)
    store.articles.save(
        [
            CleanResult(
                page_id=item.article_id, outcome="article", clean_version="1", clean_run="c", article=item
            )
            for item in made.articles
        ]
    )
    store.passages.save([item.article_id for item in made.articles], made.passages)
    store.copies.replace(_groups(made), made.members)
    store.narratives.save(
        _narratives(made),
        made.assignments,
        [LineageEvent(at=at(70, 6), kind="born", narrative_id=3, other_id=None, run_id="refit-2")],
    )
    store.watch.put([comparison("concerns", "hash", *made.hits)])


def _ownership(place: int) -> dict[str, Any]:
    return {"ownership": LABEL, "ownership_list": "A list of 2025"} if place % 2 else {}


def _page(of: Article) -> Page:
    return Page(
        page_id=of.article_id,
        url=of.url,
        source_id=of.source_id,
        discovered_at=of.first_seen_at,
        origin="live",
        final_url=of.url,
        fetched_at=of.first_seen_at,
        status=200,
        warc=WarcPlace(file="a-00001.warc.gz", offset=int(of.article_id[:6], 16), length=99),
        fetch_outcome="stored",
        fetch_run="crawl-1",
    )


def _groups(made: Draft) -> list[CopyGroup]:
    articles = {item.article_id: item for item in made.articles}
    sizes: dict[str, list[str]] = {}
    for member in made.members:
        sizes.setdefault(member.group_id, []).append(member.article_id)
    return [
        CopyGroup(
            group_id=key,
            first_article_id=key,
            first_source_id=articles[key].source_id,
            first_at=articles[key].counted_at,
            first_at_latest=articles[key].counted_at,
            size=len(names),
            outlets=len({articles[name].source_id for name in names}),
        )
        for key, names in sizes.items()
    ]


def _narratives(made: Draft) -> list[Narrative]:
    first = {
        item.narrative_id: item.passage_id
        for item in sorted(made.assignments, key=lambda each: each.passage_id)
    }
    known = [
        narrative(
            key,
            keywords={"fr": ("blé",), "en": ("grain", "bread")},
            exemplars=(first[key],),
            centroid=_centre(key),
            last_seen_at=at(69),
        )
        for key in (1, 2, 3)
    ]
    watched = narrative(
        9,
        kind="watched",
        label="Concerns",
        label_by="watchlist",
        statement_id="concerns",
        centroid=_centre(9),
    )
    return [*known, watched]


def _centre(key: int) -> Any:
    centre = np.zeros(8, dtype=np.float32)
    centre[key % 8] = 1.0
    return centre


def workspace(root: Path) -> Workspace:
    """Default settings, but that three texts are enough to be listed as new."""
    settings = Settings(report=ReportSettings(min_texts=3))
    return Workspace(root=root, settings=settings, sources=(), watchlist=(), schedule=Schedule())


def run(store: Store, stage: Any, number: int, hour: float = 22) -> dict[str, int]:
    """Run `count` or `detect` at an hour of a day, with its Run row."""
    clock = FixedClock(at(number, hour))
    name = stage.__name__
    started = store.runs.start(
        name, now=clock.now(), seed=0, versions={"drumbeat-monitor": "0"}, parameters={}
    )
    counts: dict[str, int] = stage(
        store=store, workspace=workspace(Path()), clock=clock, run_id=started.run_id, progress=NoProgress()
    )
    store.runs.finish(started.run_id, now=clock.now(), state="done", counts=counts)
    return counts


def built(root: Path, made: Draft | None = None) -> Store:
    """The world, counted and examined on the days 66 to 69, with the alert that follows."""
    store = create_store(f"sqlite:///{root / 'drumbeat.db'}")
    write(store, made or draft())
    for number in (66, 67, 68, 69):
        run(store, count, number)
        run(store, detect, number)
    for spike in store.spikes.between(at(60).date(), at(70).date()):
        if spike.decision == "alert":
            _alert(store, spike.spike_id, spike.narrative_id)
    return store


def _alert(store: Store, spike_id: str, narrative_id: int) -> None:
    alert = Alert(
        alert_id=f"alert-{spike_id}",
        spike_id=spike_id,
        narrative_id=narrative_id,
        created_at=at(BURST, 22),
        subject="Concerns",
        evidence={},
    )
    delivery = Delivery(
        delivery_id="delivery-1",
        alert_id=alert.alert_id,
        channel="smtp",
        recipient="desk@example.org",
        message_id="<1@example.org>",
        state="sent",
        updated_at=at(BURST, 22),
    )
    store.alerts.create(alert, [delivery])
