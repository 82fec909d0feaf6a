"""The source directory as CSV and OPML, and entries with everything that they can hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.add import add_source, read_settings
from config.entries import add_entries
from config.errors import ConfigError
from config.exchange import from_csv, from_opml, to_csv, to_opml
from config.init import init_workspace
from config.load import load_workspace
from config.sources import SourceConfig


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with the whole directory."""
    init_workspace(tmp_path / "w")
    return tmp_path / "w"


def comparable(source: SourceConfig) -> dict[str, object]:
    """What both forms carry of an outlet."""
    left_out = {"also_labelled", "not_listed_in", "verified", "enabled", "allow_private_addresses"}
    return source.model_dump(mode="json", exclude=left_out)


@pytest.mark.parametrize(("write", "read"), [(to_csv, from_csv), (to_opml, from_opml)])
def test_the_whole_directory_goes_both_ways(root: Path, tmp_path: Path, write, read) -> None:  # type: ignore[no-untyped-def]
    """Written and read again, every outlet has its addresses, languages, owner and lists."""
    before = load_workspace(root, {}).sources
    entries = read(write(before))
    for path in (root / "sources").glob("*.toml"):
        path.unlink()
    (root / "sources.toml").write_text("", encoding="utf-8")
    workspace = load_workspace(root, {})
    add_entries(workspace, entries)
    after = load_workspace(root, {}).sources
    assert [comparable(row) for row in after] == [comparable(row) for row in before]
    assert len(after) > 300


READER = """<?xml version="1.0"?><opml version="1.0"><head><title>x</title></head><body>
<outline text="Sahel"><outline type="rss" text="Le Faso" htmlUrl="https://www.lefaso.test/" xmlUrl="https://www.lefaso.test/rss"/>
<outline text="Faso 2" xmlUrl="https://lefaso.test/sport/rss"/></outline>
<outline text="Other" xmlUrl="https://other.test/feed"/></body></opml>"""


def test_a_feed_readers_list(root: Path) -> None:
    """Folders are passed through, addresses of one domain are one outlet, and what is missing is given."""
    entries = from_opml(READER, country="BF", languages=["fr"])
    assert [(entry["id"], entry["name"], len(entry["feeds"])) for entry in entries] == [
        ("lefaso-test", "Le Faso", 2),
        ("other-test", "Other", 1),
    ]
    add_entries(load_workspace(root, {}), entries)
    added = {row.id: row for row in load_workspace(root, {}).sources}
    assert (added["lefaso-test"].country, added["lefaso-test"].languages) == ("BF", ("fr",))


@pytest.mark.parametrize(
    ("read", "text", "told"),
    [
        (from_opml, "<opml", "not readable"),
        (from_opml, '<!DOCTYPE x [<!ENTITY a "b">]><opml/>', "entities"),
        (from_csv, "a,b\n1,2\n", "no column `feed`"),
    ],
)
def test_what_is_no_list(read, text: str, told: str) -> None:  # type: ignore[no-untyped-def]
    """Is refused with a reason."""
    with pytest.raises(ConfigError, match=told):
        read(text)


def test_a_bad_entry_changes_nothing(root: Path) -> None:
    """All entries of a file come in, or none."""
    good = from_csv("feed,id,name\nhttps://a.test/f,a-test,A\n", country="ML", languages=["fr"])
    bad = from_csv("feed,id,name\nhttps://b.test/f,b-test,B\n", country="nowhere", languages=["fr"])
    with pytest.raises(ConfigError, match="not added"):
        add_entries(load_workspace(root, {}), [*good, *bad])
    assert not (root / "sources" / "added.toml").exists()


def test_an_entry_holds_everything(root: Path) -> None:
    """Whatever an entry can state can be stated when it is added."""
    given = [
        "delay_seconds=10",
        "link_pattern=article",
        'ownership={label="state", listed_in="L"}',
        "region=sahel",
    ]
    add_source(
        load_workspace(root, {}), source_id="new-one", name='The "New" One', country="ML",
        languages=["fr", "bm"],
        feeds=[{"url": "https://new.test/feed", "kind": "news_sitemap"}], more=read_settings(given),
    )  # fmt: skip
    row = {row.id: row for row in load_workspace(root, {}).sources}["new-one"]
    assert (row.name, row.delay_seconds, row.link_pattern, row.region) == (
        'The "New" One',
        10,
        "article",
        "sahel",
    )
    assert row.ownership is not None and row.ownership.label == "state"
    assert (row.feeds[0].kind, row.domain) == ("news_sitemap", "new.test")
    with pytest.raises(ConfigError, match="KEY=VALUE"):
        read_settings(["delay"])


def test_a_site_alone_is_enough(root: Path) -> None:
    """Its front page is read until its feeds are known."""
    add_source(
        load_workspace(root, {}), source_id="site-only", name="S", country="ML", languages=["fr"], feeds=[],
        more={"site": "https://www.site.test/"},
    )  # fmt: skip
    row = {row.id: row for row in load_workspace(root, {}).sources}["site-only"]
    assert ([feed.kind for feed in row.feeds], row.domain) == (["section"], "site.test")
