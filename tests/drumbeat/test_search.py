"""Search by words and by meaning."""

from __future__ import annotations

import pytest

from config.workspace import Workspace
from drumbeat.search import fuse, search
from storage.records import SearchFilters, SearchHit
from storage.store import Store
from tests.drumbeat.conftest import url_of


def hit(name: str) -> SearchHit:
    """A hit on an article."""
    return SearchHit(article_id=name, passage_id=None, score=1.0, snippet="")


def test_what_both_lists_find_comes_first() -> None:
    """Reciprocal ranks add up; ties go by article id."""
    fused = fuse([hit("a"), hit("b")], [hit("b"), hit("c")])
    assert [(row.article_id, by) for row, by in fused] == [("b", "both"), ("a", "words"), ("c", "meaning")]


def test_words_find_words(store: Store, workspace: Workspace) -> None:
    """A word finds the articles that hold it and no others."""
    found = search(store, "pont", workspace=workspace, mode="words")
    assert [row.url for row in found] == [url_of("fr", "wire")]


@pytest.mark.slow
def test_meaning_crosses_languages(store: Store, workspace: Workspace) -> None:
    """A German question finds the bridge in English, French and Arabic before anything else."""
    found = search(
        store,
        "Eine neue Brücke über den Fluss wurde eröffnet",
        workspace=workspace,
        mode="meaning",
    )
    assert {row.language for row in found[:3]} == {"en", "fr", "ar"}
    assert {row.url for row in found[:3]} == {
        url_of("en", "wire"),
        url_of("fr", "wire"),
        url_of("ar", "gazette"),
    }


@pytest.mark.slow
def test_filters_narrow_both_ways(store: Store, workspace: Workspace) -> None:
    """Language, source and country hold for words and meaning."""
    for filters, languages in (
        (SearchFilters(languages=("fr",)), {"fr"}),
        (SearchFilters(source_ids=("gazette",)), {"ar", "ru", "en"}),
        (SearchFilters(countries=("XB",)), {"en", "fr"}),
    ):
        found = search(store, "bridge river work", workspace=workspace, filters=filters)
        assert {row.language for row in found} == languages


@pytest.mark.parametrize("query", ["", "   ", '"', "*", "a AND (", "'; DROP TABLE articles"])
def test_odd_queries_are_no_error(store: Store, workspace: Workspace, query: str) -> None:
    """Whatever is typed, words and model give a list."""
    assert isinstance(search(store, query, workspace=workspace, mode="both"), list)
