"""Edits and withdrawals, as people are told of them."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from drumbeat.edits import versions_of
from drumbeat.explain import explain_article
from drumbeat.export import articles, versions, write
from drumbeat.web.app import make_app
from storage.records import PageVersion, VersionText
from storage.store import Store
from tests.crawler.lab import Lab
from tests.storage.makers import DAY, add_articles, article

ONE = article("1", title="Convoy attacked", body="On Monday three soldiers were wounded in the north.")


@pytest.fixture
def told(lab) -> Lab:  # type: ignore[no-untyped-def]
    """A workspace with an article that was edited, then withdrawn."""
    made: Lab = lab()
    add_articles(made.store, [ONE])
    edit, gone = DAY + timedelta(days=1), DAY + timedelta(days=9)
    changes = [
        (edit, "stored", "edited", ONE.body.replace("three", "<b>thirty</b>")),
        (gone, "http_410", "withdrawn", None),
    ]
    for at, outcome, change, body in changes:
        made.store.pages.add_versions([PageVersion(page_id=ONE.article_id, fetched_at=at, outcome=outcome)])
        text = VersionText(
            page_id=ONE.article_id, fetched_at=at, change=change,
            clean_outcome="article" if body else outcome,
            clean_version="1", title=ONE.title if body else None, body=body, added=1, removed=1,
        )  # fmt: skip
        made.store.versions.save([text])
    return made


def test_explain_shows_each_version(told: Lab) -> None:
    """What it is, when, how many words changed and which; and the facts in one line."""
    found = explain_article(told.store, ONE.article_id)
    assert found["since then"]["is"] == (
        "edited after publication (seen 2026-03-03); withdrawn, last there on 2026-03-03"
    )
    assert found["version 2"]["is"] == "edited"
    assert "[-three-] {+<b>thirty</b>+}" in str(found["version 2"]["difference"])
    assert (found["version 3"]["is"], found["version 3"]["answered"]) == ("withdrawn", "http_410")


def test_the_article_page_shows_the_difference(told: Lab) -> None:
    """Words taken out and put in are marked; hostile text stays text."""
    app = make_app(store=told.store, workspace=told.workspace, clock=told.clock)
    client = TestClient(app, base_url="http://127.0.0.1")
    page = client.get(f"/articles/{ONE.article_id}").text
    assert "<del>three</del>" in page and "<ins>&lt;b&gt;thirty&lt;/b&gt;</ins>" in page
    assert "edited after publication" in page and "withdrawn, last there on" in page


def test_exports_hold_facts_and_differences(told: Lab) -> None:
    """Articles carry the facts, and each version is a row with its difference."""
    [row] = articles(told.store, DAY - timedelta(days=1), DAY + timedelta(days=1))
    assert (row["edited_at"], row["withdrawn_at"]) == (DAY + timedelta(days=1), DAY + timedelta(days=9))
    out = io.StringIO()
    assert write("versions", versions(told.store, DAY, DAY + timedelta(days=30)), out, "csv") == 2
    first, second = csv.DictReader(io.StringIO(out.getvalue()))
    assert (first["change"], first["added"], second["change"]) == ("edited", "1", "withdrawn")
    assert "{+<b>thirty</b>+}" in first["difference"]


def test_a_version_that_waits_is_named(told: Lab) -> None:
    """What was not cleaned yet says so."""
    store: Store = told.store
    store.pages.add_versions(
        [PageVersion(page_id=ONE.article_id, fetched_at=DAY + timedelta(days=20), outcome="stored")]
    )
    assert versions_of(store, ONE.article_id, ONE)[-1].told == "not cleaned yet"
