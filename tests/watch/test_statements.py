"""What a comparison depends on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.watch.statements import (
    SCREEN,
    Prepared,
    by_sentences,
    prepared,
    screen_for,
    texts_of,
    threshold_of,
)
from config.settings import WatchSettings
from config.watchlist import StatementConfig
from storage.records import MeanTable
from tests.storage.makers import DAY
from tests.watch.conftest import COUNTER, STATEMENT, STATEMENT_CONFIG, vector_of

TABLE = MeanTable(version=1, build="b", made_at=DAY, means={"*": np.zeros(48, np.float32)}, counts={})
RAW = {text: vector_of(text) for text in (STATEMENT, COUNTER, "Other")}


def ready(
    config: StatementConfig = STATEMENT_CONFIG,
    table: MeanTable = TABLE,
    rejected: tuple[str, ...] = (),
    margin: float = 0.03,
) -> Prepared:
    """The statement made ready."""
    return prepared(config, RAW, table, settings=WatchSettings(stance_margin=margin), rejected=rejected)


@pytest.mark.parametrize(
    "changed",
    [
        ready(STATEMENT_CONFIG.model_copy(update={"statements": (STATEMENT, "Other")})),
        ready(STATEMENT_CONFIG.model_copy(update={"counter_statements": ()})),
        ready(STATEMENT_CONFIG.model_copy(update={"entities": ()})),
        ready(STATEMENT_CONFIG.model_copy(update={"countries": ("XA",)})),
        ready(STATEMENT_CONFIG.model_copy(update={"z_threshold": 3.3})),
        ready(table=replace(TABLE, version=2)),
        ready(table=replace(TABLE, build="c")),
        ready(rejected=("p",)),
        ready(margin=0.05),
    ],
)
def test_whatever_changes_the_result_changes_the_hash(changed: Prepared) -> None:
    """Wording, guard, scope, thresholds, build, means and an analyst's rejections make it
    another comparison.
    """
    assert changed.statement_hash != ready().statement_hash


def test_the_label_does_not_matter() -> None:
    """A new label is no reason to compare everything again."""
    assert (
        ready(STATEMENT_CONFIG.model_copy(update={"label": "New"})).statement_hash == ready().statement_hash
    )


def test_thresholds() -> None:
    """The statement's own goes first; else the more entities must be named, the less the vectors must say.

    Without entities it is the z from which sentences are read.
    """
    settings = WatchSettings()
    one = STATEMENT_CONFIG.entities
    found = [
        threshold_of(STATEMENT_CONFIG.model_copy(update={"entities": one * count}), settings)
        for count in range(4)
    ]
    assert found == [
        SCREEN,
        settings.one_entity_z_threshold,
        settings.guarded_z_threshold,
        settings.guarded_z_threshold,
    ]
    assert threshold_of(STATEMENT_CONFIG.model_copy(update={"z_threshold": 9.0}), settings) == 9.0


def test_texts_are_embedded_once() -> None:
    """A text that two statements share is one text."""
    assert texts_of([STATEMENT_CONFIG, STATEMENT_CONFIG.model_copy(update={"id": "again"})]) == sorted(
        [STATEMENT, COUNTER]
    )


def test_without_entities_sentences_decide() -> None:
    """Unless a threshold for whole passages is given, by the statement or for all."""
    bare = STATEMENT_CONFIG.model_copy(update={"entities": ()})
    assert by_sentences(bare, WatchSettings())
    assert not by_sentences(STATEMENT_CONFIG, WatchSettings())
    assert not by_sentences(bare, WatchSettings(z_threshold=4.8))
    assert not by_sentences(bare.model_copy(update={"z_threshold": 4.0}), WatchSettings())


def test_many_statements_read_no_more_than_the_share() -> None:
    """The z from which sentences are read rises with the number of statements; few read from the least."""
    assert screen_for(1, 0.1) == screen_for(10, 0.1) == SCREEN
    assert SCREEN < screen_for(50, 0.1) < screen_for(500, 0.1)
