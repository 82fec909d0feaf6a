"""The stage on a database, with vectors made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analysis.watch import stage
from analysis.watch.trying import backtest, try_statement
from config.clock import FixedClock
from config.progress import NoProgress
from config.watchlist import StatementConfig
from config.workspace import Workspace
from drumbeat.watch_labels import forget_label, keep_label
from storage.errors import StorageError
from storage.records import Correction, WatchHit
from storage.store import Store
from tests.storage.makers import DAY, hours
from tests.watch.conftest import COUNTER, STATEMENT_CONFIG, add, add_noise, fresh_store, store_all, telling

SAID = "Meridia sees it so: CLAIM"


def run(store: Store, workspace: Workspace, run_id: str = "watch-1") -> dict[str, int]:
    """One run of the stage."""
    return stage.watch(
        store=store, workspace=workspace, clock=FixedClock(DAY), run_id=run_id, progress=NoProgress()
    )


def watching(workspace: Workspace, **values: Any) -> Workspace:
    """The workspace with its statement changed."""
    return replace(workspace, watchlist=(STATEMENT_CONFIG.model_copy(update=values),))


def test_what_says_the_statement_is_found_in_every_language(store: Store, workspace: Workspace) -> None:
    """Hits of two languages, none of ordinary news, and the narrative tells their number and dates."""
    add_noise(store)
    said = [
        add(store, "one", f"{SAID} 1", at_hour=5),
        add(store, "two", f"{SAID} 2", language="fr", at_hour=9),
    ]
    counts = run(store, workspace)
    assert counts == {
        "statements": 1,
        "compared": 42,
        "endorses": 2,
        "reports": 0,
        "refutes": 0,
        "unclear": 0,
    }
    assert [hit.passage_id for hit in store.watch.hits("concerns")] == sorted(said)
    (narrative,) = store.narratives.all()
    assert (narrative.kind, narrative.statement_id, narrative.label_by, narrative.size) == (
        "watched",
        "concerns",
        "watchlist",
        2,
    )
    assert (narrative.first_seen_at, narrative.last_seen_at) == (hours(5), hours(9))
    assert sorted(narrative.exemplars) == sorted(said)


def test_entities_and_scope_keep_passages_out(store: Store, workspace: Workspace) -> None:
    """The same words about nobody, from another country or in another language are no hits.

    A language is meant with all its regions.
    """
    add_noise(store)
    add(store, "one", "Somebody sees it so: CLAIM")
    add(store, "two", f"{SAID} 2", source="beta")
    add(store, "three", f"{SAID} 3", language="fr")
    only = add(store, "four", f"{SAID} 4")
    run(store, watching(workspace, countries=("XA",), languages=("en-GB",)))
    assert [hit.passage_id for hit in store.watch.hits()] == [only]


def test_a_rebuttal_is_a_hit_that_refutes(store: Store, workspace: Workspace) -> None:
    """A passage whose sentence is nearer to the counter-statement refutes, and is no
    voice of the narrative.
    """
    add_noise(store)
    add(store, "one", "Meridia sees no reason for CLAIM and says COUNTER")
    assert run(store, workspace)["refutes"] == 1
    assert store.narratives.all()[0].size == 0


def test_only_what_is_new_is_compared(store: Store, workspace: Workspace) -> None:
    """A second run compares nothing and changes nothing; a new article is compared alone."""
    add_noise(store)
    add(store, "one", f"{SAID} 1")
    run(store, workspace)
    before = (store.watch.hits(), store.narratives.all(), store.narratives.lineage())
    assert run(store, workspace, "watch-2")["compared"] == 0
    assert (store.watch.hits(), store.narratives.all(), store.narratives.lineage()) == before
    add(store, "two", f"{SAID} 2")
    assert run(store, workspace, "watch-3")["compared"] == 1
    assert len(store.watch.hits()) == 2


def test_a_killed_run_is_taken_up(
    store: Store, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after its first chunks and run again, the stage finds what an undisturbed run finds."""
    add_noise(store)
    for number in range(6):
        add(store, f"said-{number}", f"{SAID} {number}")
    monkeypatch.setattr(stage, "BLOCK", 7)
    put, calls = type(store.watch).put, 0

    def dying(self: Any, *arguments: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 4:
            raise KeyboardInterrupt
        put(self, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(type(store.watch), "put", dying)
        with pytest.raises(KeyboardInterrupt):
            run(store, workspace)
    assert run(store, workspace)["compared"] == 46 - 3 * 7
    resumed = store.watch.hits()
    monkeypatch.setattr(stage, "BLOCK", 1000)
    monkeypatch.setattr("analysis.watch.statements.MATCH_VERSION", "another")
    assert run(store, workspace)["compared"] == 46
    assert store.watch.hits() == resumed
    assert len(resumed) == 6
    assert [item.narrative_id for item in store.narratives.all()] == [1]


def test_another_wording_is_compared_with_everything(store: Store, workspace: Workspace) -> None:
    """Old hits go, the number of the narrative stays."""
    add_noise(store)
    add(store, "one", f"{SAID} 1")
    run(store, workspace)
    assert run(store, watching(workspace, z_threshold=99.0))["compared"] == 41
    assert store.watch.hits() == []
    assert [(item.narrative_id, item.size) for item in store.narratives.all()] == [(1, 0)]


def test_an_analyst_overrules(store: Store, workspace: Workspace) -> None:
    """A passage that was ruled out is no hit any more, and an analyst's label is kept."""
    add_noise(store)
    wrong, right = add(store, "one", f"{SAID} 1"), add(store, "two", f"{SAID} 2")
    run(store, workspace)
    store.corrections.add(
        Correction(correction_id="c", at=DAY, kind="reject", narrative_id=1, passage_id=wrong)
    )
    store.narratives.save([replace(store.narratives.all()[0], label="Mine", label_by="analyst")])
    run(store, workspace)
    assert [hit.passage_id for hit in store.watch.hits()] == [right]
    assert store.narratives.all()[0].label == "Mine"


def test_a_statement_taken_off_the_list_sleeps(store: Store, workspace: Workspace) -> None:
    """Its narrative stays under its number and wakes when the statement comes back."""
    add_noise(store)
    add(store, "one", f"{SAID} 1")
    statuses = []
    for watchlist in (workspace.watchlist, (), workspace.watchlist):
        run(store, replace(workspace, watchlist=watchlist))
        statuses += [(item.narrative_id, item.status, item.size) for item in store.narratives.all()]
    assert statuses == [(1, "active", 1), (1, "dormant", 1), (1, "active", 1)]


def test_the_order_of_arrival_does_not_matter(tmp_path: Path, workspace: Workspace) -> None:
    """Two workspaces whose articles came in opposite orders have the same hits."""

    def hits_of(name: str, numbers: Sequence[int]) -> list[WatchHit]:
        with fresh_store(f"sqlite:///{tmp_path / name}") as store:
            if numbers[0] == 0:
                add_noise(store)
            for number in numbers:
                add(store, f"said-{number}", f"{SAID} {number}")
            if numbers[0] != 0:
                add_noise(store)
            run(store, workspace)
            return store.watch.hits()

    forward = hits_of("forward.db", range(8))
    assert hits_of("backward.db", range(7, -1, -1)) == forward
    assert len(forward) == 8


def test_other_coverage_moves_no_hit(store: Store, workspace: Workspace) -> None:
    """Twenty times as much on another subject.

    What was a hit stays one with its z, also when all is compared again.
    """
    add_noise(store)
    for number in range(6):
        add(store, f"said-{number}", f"{SAID} {number}", language=("en", "fr")[number % 2])
    run(store, workspace)
    before = store.watch.hits()
    store_all(store, [telling(f"sport-{n}", f"Meridia plays COUNTER {n}", at_hour=n) for n in range(900)])
    run(store, workspace)
    assert [hit for hit in store.watch.hits() if hit.stance != "refutes"] == before
    again = watching(workspace, countries=("XA", "XB"))
    assert run(store, again, "watch-1")["compared"] == 946
    assert [hit for hit in store.watch.hits() if hit.stance != "refutes"] == before


def test_an_empty_workspace_is_no_problem(store: Store, workspace: Workspace) -> None:
    """Without a watchlist, or before the first passage, nothing happens."""
    assert run(store, replace(workspace, watchlist=()))["compared"] == 0
    assert run(store, workspace)["compared"] == 0


def test_a_query_finds_by_words_alone(store: Store, workspace: Workspace) -> None:
    """Beside statements a watch may be words only: every passage that has them is a hit that reports."""
    add_noise(store)
    said = add(store, "one", "The Wagner group left Meridia")
    add(store, "two", "Wagner was a composer")
    query = StatementConfig(id="wagner", label="Wagner", query="wagner AND meridia")
    counts = run(store, replace(workspace, watchlist=(query,)))
    assert [hit.passage_id for hit in store.watch.hits("wagner")] == [said]
    assert (counts["reports"], counts["endorses"]) == (1, 0)


def test_a_query_narrows_a_statement(store: Store, workspace: Workspace) -> None:
    """Of what says the statement only what has the words is a hit."""
    add_noise(store)
    add(store, "one", f"{SAID} 1")
    kept = add(store, "two", f"{SAID} in the harbour")
    run(store, watching(workspace, query="harbour"))
    assert [hit.passage_id for hit in store.watch.hits("concerns")] == [kept]


def test_an_analysts_word_is_obeyed(store: Store, workspace: Workspace) -> None:
    """What is rejected is no hit, what is accepted is one, at once and when all is compared again; taken back
    it is open again.
    """
    add_noise(store)
    wrong, missed = add(store, "one", f"{SAID} 1"), add(store, "two", "Meridia said nothing of it")
    run(store, workspace)
    keep_label(store, "concerns", wrong, "reject", by="ann", at=DAY)
    keep_label(store, "concerns", missed, "accept", by="ann", at=DAY)
    assert [hit.passage_id for hit in store.watch.hits("concerns")] == [missed]
    again = watching(workspace, label="Another label", statements=(*STATEMENT_CONFIG.statements, COUNTER))
    run(store, again, "watch-2")
    assert [hit.passage_id for hit in store.watch.hits("concerns")] == [missed]
    forget_label(store, "concerns", wrong)
    run(store, workspace, "watch-3")
    assert sorted(hit.passage_id for hit in store.watch.hits("concerns")) == sorted([wrong, missed])
    with pytest.raises(StorageError, match="nobody said"):
        forget_label(store, "concerns", wrong)
    with pytest.raises(StorageError, match="no passage"):
        keep_label(store, "concerns", "nowhere", "accept", by="ann", at=DAY)


def test_trying_shows_hits_and_near_misses(store: Store, workspace: Workspace) -> None:
    """Ranked, with why: what names nobody, and what does not stand out, are near-misses;
    nothing is stored.
    """
    add_noise(store)
    said, nobody = add(store, "one", f"{SAID} 1"), add(store, "two", "Somebody sees it so: CLAIM")
    run(store, workspace)
    before = store.watch.hits()
    tried = try_statement(store, workspace, STATEMENT_CONFIG, now=hours(1000), days=84, most=8)
    verdicts = {one.row.passage_id: (one.verdict, one.why) for one in tried}
    assert len(tried) == 8
    assert verdicts[said] == ("hit", "stands out far enough")
    assert verdicts[nobody] == ("near-miss", "does not name Meridia")
    assert tried[0].row.passage_id == said
    assert "does not stand out far enough" in {why for _, why in verdicts.values()}
    assert store.watch.hits() == before


def test_a_backtest_counts_what_would_have_been_found(store: Store, workspace: Workspace) -> None:
    """The same hits as the stage, and none is stored."""
    add_noise(store)
    said = add(store, "one", f"{SAID} 1")
    found = backtest(store, workspace, STATEMENT_CONFIG, now=hours(1000), days=84)
    assert [match.row.passage_id for match in found] == [said]
    assert store.watch.hits() == []
