"""From spikes in a real store to alerts, mails and a report: the doors of both stages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from pydantic import SecretStr

from config.clock import FixedClock
from config.progress import NoProgress
from drumbeat.alerts.outbox import deliver
from drumbeat.alerts.stage import make_alerts
from drumbeat.report.stage import report
from storage.records import Assignment, Observation, SourceDay
from storage.store import Store, create_store
from tests.alerts.mailroom import Server, serving, workspace
from tests.storage import makers

CLOCK = FixedClock(makers.hours(24 + 6))
TEXTS = {
    "alpha": ("ar", "أكدت الوزارة أن البلاد تتفهم المخاوف الأمنية."),
    "beta": ("ru", "Страна с пониманием относится к озабоченности."),
    "gamma": ("ha", "Ƙasar ta ce ta fahimci damuwar tsaro."),
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Three outlets that said one thing on one day after three quiet weeks, and the spike that was found in
    it.
    """
    with create_store(f"sqlite:///{tmp_path / 'drumbeat.db'}") as made:
        fill(made)
        yield made


def fill(store: Store) -> None:
    """The rows."""
    store.sources.sync(
        [
            makers.source(name, country=country)
            for name, country in zip(TEXTS, ("RU", "ML", "NE"), strict=True)
        ]
    )
    articles = []
    for hour, (name, (language, text)) in enumerate(TEXTS.items(), start=7):
        url = f"https://{name}.example/a"
        articles.append(
            makers.article(
                article_id=makers.ids.page_id(url), source_id=name, url=url, title=text[:30], body=text,
                language=language, published_at=makers.hours(hour),
                counted_at=makers.hours(hour), first_seen_at=makers.hours(hour + 1), date_confidence="A",
                date_source="jsonld",
            )
        )  # fmt: skip
    makers.add_articles(store, articles)
    store.copies.replace(
        [makers.group(item) for item in articles], [makers.member(item, item.article_id) for item in articles]
    )
    passages = [makers.passage(item, text=item.body) for item in articles]
    store.passages.save([item.article_id for item in articles], passages)
    assigned = [
        Assignment(
            passage_id=item.passage_id, narrative_id=1, similarity=0.9, method="nearest", run_id="assign-1"
        )
        for item in passages
    ]
    told = makers.narrative(
        1,
        label=TEXTS["alpha"][1],
        exemplars=(passages[0].passage_id,),
        first_seen_at=makers.DAY - timedelta(days=20),
    )
    store.narratives.save([told], assigned)
    days = [makers.DAY.date() - timedelta(days=back) for back in range(21, -1, -1)]
    lines = [
        SourceDay(source_id=name, day=day, articles=5, copy_groups=5, fetched=5, failed=0, polls=24, polls_failed=0, health="ok") for day in days for name in TEXTS
    ]  # fmt: skip
    seen = [
        Observation(
            narrative_id=1, source_id=name, day=makers.DAY.date(), articles=1, copy_groups=1, own_texts=1
        )
        for name in TEXTS
    ]
    store.counts.replace(days[0], days[-1] + timedelta(days=1), seen, lines)
    store.spikes.save(
        [makers.spike(window_days=1), makers.spike("2-2026-03-02", narrative_id=2, decision="digest")]
    )


def alerts(store: Store, root: Path, **mail: Any) -> dict[str, int]:
    """One run of the alert stage."""
    return make_alerts(
        store=store, workspace=workspace(root, **mail), clock=CLOCK, run_id="alert-1", progress=NoProgress()
    )


def test_a_spike_becomes_one_alert(store: Store, tmp_path: Path) -> None:
    """One alert with one delivery per person and chat, named twice or not; a second run makes nothing; a
    digest spike gets none.
    """
    people = {
        "recipients": ("a@example.org", "b@example.org", "a@example.org"),
        "apprise_urls": (SecretStr("json://localhost/x"),),
    }
    assert alerts(store, tmp_path, **people) == {
        "alerts": 1,
        "deliveries": 3,
        "known": 0,
        "without_evidence": 0,
    }
    before = store.alerts.deliveries()
    assert alerts(store, tmp_path, **people) == {
        "alerts": 0,
        "deliveries": 0,
        "known": 1,
        "without_evidence": 0,
    }
    assert store.alerts.deliveries() == before
    assert sorted(row.channel for row in before) == ["apprise", "smtp", "smtp"]
    assert len({row.message_id for row in before}) == 3


def test_ids_come_from_the_spike(store: Store, tmp_path: Path) -> None:
    """Another store with the same rows gives the same ids, the same evidence and the same Message-ID."""
    alerts(store, tmp_path)
    with create_store(f"sqlite:///{tmp_path / 'other.db'}") as other:
        fill(other)
        alerts(other, tmp_path)
        assert other.alerts.deliveries() == store.alerts.deliveries()
        assert other.alerts.get(makers.ids.alert_id("1-2026-03-02")) == store.alerts.get(
            makers.ids.alert_id("1-2026-03-02")
        )


def test_no_recipient_is_still_an_alert(store: Store, tmp_path: Path) -> None:
    """Without anyone to tell, the alert is made and shown; nobody is told later by surprise."""
    assert alerts(store, tmp_path, recipients=())["alerts"] == 1
    assert alerts(store, tmp_path, recipients=("late@example.org",))["deliveries"] == 0


def test_a_spike_without_rows_holds_nobody_up(store: Store, tmp_path: Path) -> None:
    """A spike of a narrative that is gone is counted and passed over."""
    store.spikes.save(
        [makers.spike("9-2026-03-01", narrative_id=9, day=makers.DAY.date() - timedelta(days=1))]
    )
    assert alerts(store, tmp_path) == {"alerts": 1, "deliveries": 1, "known": 0, "without_evidence": 1}


def test_old_spikes_are_history(store: Store, tmp_path: Path) -> None:
    """A spike of more than thirty days ago gets no alert any more."""
    late = FixedClock(makers.hours(24 * 40))
    counts = make_alerts(
        store=store, workspace=workspace(tmp_path), clock=late, run_id="alert-1", progress=NoProgress()
    )
    assert counts["alerts"] == 0


def test_the_mail_of_a_real_digest(store: Store, tmp_path: Path) -> None:
    """What the store knows is what the reader gets, in the original scripts, with the frozen figures even if
    the rows change.
    """
    alerts(store, tmp_path)
    store.spikes.save([makers.spike(window_days=1, observed=99.0)])
    server = Server()
    with serving(server) as port:
        told = workspace(tmp_path, port)
        assert deliver(
            store=store, workspace=told, clock=CLOCK, run_id="deliver-1", progress=NoProgress()
        ) == {"sent": 1}
    parts = {part.get_content_type(): part for part in server.mails[0].walk()}
    text = parts["text/plain"].get_content()
    for words in (
        "3.1 times the 4 expected",
        "تتفهم المخاوف",
        "озабоченности",
        "damuwar",
        "alpha.example/a",
        "Russia",
        "Niger",
    ):
        assert words in text, words
    page = html.fromstring(parts["text/html"].get_content())
    assert {quote.get("dir") for quote in page.findall(".//blockquote")} == {"rtl", "ltr"}


def test_the_report_of_a_real_digest(store: Store, tmp_path: Path) -> None:
    """The report stage writes the seven days before midnight, twice the same bytes."""
    alerts(store, tmp_path)
    pages = []
    for _ in range(2):
        counts = report(
            store=store, workspace=workspace(tmp_path), clock=CLOCK, run_id="report-1", progress=NoProgress()
        )
        assert counts["reports"] == 1
        pages.append((tmp_path / "reports" / "2026-02-24_2026-03-02.html").read_bytes())
    assert pages[0] == pages[1]
    told = html.fromstring(pages[0].decode()).text_content()
    for words in ("24 February – 2 March 2026", "تتفهم المخاوف", "Mali"):
        assert words in told, words
