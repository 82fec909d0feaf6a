"""A stream played through the product, day by day, in a workspace with every setting as it ships.

    each day at 06:00   what was seen since yesterday -> copies -> embed -> translations -> assign -> watch
                        -> count -> detect -> alert
    each Monday         refit before that

What is set aside stands in `SET_ASIDE`, and in what the door writes.
"""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from time import process_time
from typing import Any

from analysis.embedding.choose import build_of, settings_of
from analysis.tellings import passages_of, speaking
from analysis.text.passages import cut
from config.clock import FixedClock, midnight
from config.load import load_workspace
from config.progress import NoProgress
from config.workspace import Workspace
from drumbeat.stages import PROCESS, run_stage
from storage.records import Alert, CleanResult, FeedPoll, FeedState, Page, Spike
from storage.store import Store, create_store
from tests.quality.result import say
from tests.quality.space import Space
from tests.quality.stream_rows import Arrival, Stream

HOUR = 6
"""Of each day, UTC: when the stages run; the sample world's hour."""
SET_ASIDE = {
    "crawl": "nothing is fetched: each row is the article that its address would have given",
    "clean": "no page is cleaned, and the least length of a text (`clean.min_characters`) is not asked for",
    "dates": "a row's own time of publication is believed; times without a zone are UTC",
    "countries": "an outlet whose rows name no country has none that is known",
    "watchlist": "empty, as in a new workspace",
    "mail": "no recipient: alerts are made and not sent; overview and report are not written",
}
STAGES = tuple(stage for stage in PROCESS if stage not in ("clean", "overview"))


@dataclass(slots=True)
class Played:
    """What playing brought, as rows of the files that the door writes."""

    workspace: Workspace
    alerts: list[dict[str, Any]] = field(default_factory=list)
    days: int = 0
    cpu: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    """CPU-seconds of each stage."""


def play(stream: Stream, out: Path) -> Played:
    """Play a stream in `out/workspace`, which is made anew; vectors are kept in `out` between calls."""
    folder = out / "workspace"
    shutil.rmtree(folder, ignore_errors=True)  # of an earlier call
    workspace = _new_workspace(folder, stream)
    vectors = _Vectors(workspace, out, stream)
    played = Played(workspace)
    with create_store(workspace.database_url) as store:
        _prepare(store, stream)
        for moment, arrived in _mornings(stream):
            _arrive(store, stream, arrived, moment)
            vectors.put(store, arrived)
            _morning(store, played, moment)
            played.days += 1
            if played.days % 28 == 0:
                say(f"  played to {moment.date()}: {len(played.alerts)} alerts")
    return played


def _mornings(stream: Stream) -> Iterator[tuple[datetime, list[Arrival]]]:
    """Each morning to the one after the last arrival, with what was seen since the one before."""
    waiting = list(stream.arrivals)
    for day in [*stream.days, stream.days[-1] + timedelta(days=1)]:
        now = datetime.combine(day, time(HOUR), midnight(day).tzinfo)
        arrived = [item for item in waiting if item.seen < now]
        waiting = waiting[len(arrived) :]
        yield now, arrived


def _new_workspace(folder: Path, stream: Stream) -> Workspace:
    """A workspace of the stream's outlets; its settings file says nothing: everything is as shipped."""
    folder.mkdir(parents=True)
    (folder / "drumbeat.toml").write_text('[crawl]\ncontact = "stream@example.org"\n', encoding="utf-8")
    entries = []
    for source in stream.sources:
        fields = {
            "id": source.source_id,
            "name": source.name,
            "domain": source.domain,
            "country": source.country,
            "languages": list(source.languages),
        }
        lines = [f"{key} = {json.dumps(value)}" for key, value in fields.items()]
        lines.append(f'feeds = [{{ url = "{_feed(source.source_id)}" }}]')
        entries.append("\n".join(["[[source]]", *lines, ""]))
    (folder / "sources.toml").write_text("\n".join(entries), encoding="utf-8")
    return load_workspace(folder)


def _feed(source_id: str) -> str:
    return f"https://{source_id}.example/feed.xml"


def _prepare(store: Store, stream: Stream) -> None:
    """The outlets are known from the day they were first looked at."""
    store.sources.sync(stream.sources)
    for source in stream.sources:
        first = midnight(min(stream.looked_at[source.source_id]))
        store.sources.mark_first_crawled(source.source_id, first)


def _arrive(store: Store, stream: Stream, arrived: Sequence[Arrival], now: datetime) -> None:
    """Write pages, articles and polls as a crawl of that morning would have."""
    articles = [item.article for item in arrived]
    store.pages.discover([_page(item) for item in arrived])
    for source_id, days in stream.looked_at.items():
        if now.date() in days:
            store.feeds.record(*_poll(source_id, now), [])
    results = [
        CleanResult(
            page_id=article.article_id,
            outcome="stored",
            clean_version=article.clean_version,
            clean_run="stream",
            article=article,
        )
        for article in articles
    ]
    store.articles.save(results)


def _page(item: Arrival) -> Page:
    article = item.article
    return Page(
        page_id=article.article_id,
        url=article.url,
        source_id=article.source_id,
        discovered_at=item.seen,
        origin=article.origin,
        fetched_at=item.seen,
        status=200,
        fetch_outcome="stored",
    )


def _poll(source_id: str, now: datetime) -> tuple[FeedState, FeedPoll]:
    url = _feed(source_id)
    state = FeedState(feed_url=url, source_id=source_id, kind="feed", last_polled_at=now)
    poll = FeedPoll(
        run_id=f"stream-{now.date()}", feed_url=url, source_id=source_id, polled_at=now, outcome="stored"
    )
    return state, poll


class _Vectors:
    """Vectors of all passages of a stream, made once and kept on disk by the hash of their text."""

    def __init__(self, workspace: Workspace, out: Path, stream: Stream) -> None:
        self._build = build_of(settings_of(workspace))
        self._words = settings_of(workspace).passage_words
        texts = {
            passage.text_hash: passage.text
            for item in stream.arrivals
            for passage in cut(item.article, words=self._words)
        }
        with Space(out) as space:
            rows = space.raw(list(texts.values()))
        self._vectors = dict(zip(texts, rows, strict=True))

    def put(self, store: Store, arrived: Sequence[Arrival]) -> None:
        """Store those of what arrived, so that the stage `embed` finds them made."""
        passages = [passage for item in arrived for passage in cut(item.article, words=self._words)]
        keys = {passage.text_hash for passage in passages}
        store.vectors.put(self._build, {key: self._vectors[key] for key in sorted(keys)})


def _morning(store: Store, played: Played, now: datetime) -> None:
    """Run the stages of one day and keep the alerts that they made."""
    clock = FixedClock(now)
    for stage in (("refit",) if now.weekday() == 0 else ()) + STAGES:
        before = process_time()
        run_stage(stage, workspace=played.workspace, store=store, clock=clock, progress=NoProgress())
        played.cpu[stage] += process_time() - before
    made = store.alerts.between(now, now + timedelta(hours=1))
    played.alerts += [alert_row(store, alert, now) for alert in made]


def alert_row(store: Store, alert: Alert, now: datetime) -> dict[str, Any]:
    """An alert as it reads on the morning it is made."""
    spike = store.spikes.get(alert.spike_id)
    narrative = store.narratives.get(alert.narrative_id)
    assert spike is not None and narrative is not None
    return {
        "day": now.date().isoformat(),
        "narrative": alert.narrative_id,
        "label": narrative.label,
        "observed": spike.observed,
        "expected": spike.expected,
        "detector": spike.detector,
        "window": [(spike.day - timedelta(days=spike.window_days - 1)).isoformat(), spike.day.isoformat()],
        "p": spike.p_value,
        "q": spike.q_value,
        "checks": spike.checks,
        "passages": _window_passages(store, spike),
    }


def _window_passages(store: Store, spike: Spike) -> list[dict[str, Any]]:
    """The passages of a spike's window that count, by moment."""
    narrative = store.narratives.get(spike.narrative_id)
    assert narrative is not None
    start = midnight(spike.day - timedelta(days=spike.window_days - 1))
    end = midnight(spike.day + timedelta(days=1))
    found = passages_of(store, narrative, store.narratives.survivors(), start=start, end=end)
    rows = [row for row in speaking(found) if not row.late]
    texts = {row.passage_id: row.text for row in store.passages.many({row.passage_id for row in rows})}
    return [
        {
            "passage": row.passage_id,
            "outlet": row.source_id,
            "at": row.counted_at.isoformat(),
            "group": row.group_id,
            "text": texts[row.passage_id],
        }
        for row in sorted(rows, key=lambda row: (row.counted_at, row.passage_id))
    ]
