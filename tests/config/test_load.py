"""What the product is told: read, checked, explained."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.add import add_source
from config.errors import ConfigError
from config.init import init_workspace, settings_toml
from config.load import find_workspace, load_sources, load_workspace
from config.settings import Settings
from config.show import effective_values


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace as `drumbeat init` writes it."""
    init_workspace(tmp_path / "desk")
    return tmp_path / "desk"


def test_a_fresh_workspace_works_as_it_is(folder: Path) -> None:
    """Init writes files that load, with at least 60 real outlets."""
    workspace = load_workspace(folder, {})
    assert workspace.settings == Settings()
    assert len(workspace.sources) >= 60
    assert workspace.database_url == f"sqlite:///{folder}/drumbeat.db"


def test_every_setting_stands_in_the_written_file_with_its_meaning() -> None:
    """No setting is undocumented."""
    text = settings_toml()
    for section, model in Settings():
        for name, field in type(model).model_fields.items():
            assert field.description, f"{section}.{name} has no description"
            assert re.search(rf"{name}\b", text, re.IGNORECASE), f"{section}.{name} is not in the file"


def test_the_commented_defaults_are_the_defaults(folder: Path) -> None:
    """Taking every comment mark away changes nothing."""
    path = folder / "drumbeat.toml"
    lines = [re.sub(r"^# (\w+ = )", r"\1", line) for line in path.read_text(encoding="utf-8").splitlines()]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert load_workspace(folder, {}).settings == Settings()


def test_init_never_overwrites(folder: Path) -> None:
    """A second init is refused and leaves the files alone."""
    (folder / "drumbeat.toml").write_text("[crawl]\ndelay_seconds = 7\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="is a workspace already"):
        init_workspace(folder)
    assert load_workspace(folder, {}).settings.crawl.delay_seconds == 7


def test_environment_wins_and_says_so(folder: Path) -> None:
    """An override is applied, typed and traced to its variable."""
    environ = {
        "DRUMBEAT_CRAWL__DELAY_SECONDS": "9",
        "DRUMBEAT_MAIL__RECIPIENTS": "a@example.org, b@example.org",
        "DRUMBEAT_MAIL__PASSWORD": "geheim",
    }
    workspace = load_workspace(folder, environ)
    assert workspace.settings.crawl.delay_seconds == 9
    assert workspace.settings.mail.recipients == ("a@example.org", "b@example.org")
    shown = {row.key: row for row in effective_values(workspace)}
    assert shown["crawl.delay_seconds"].origin == "environment DRUMBEAT_CRAWL__DELAY_SECONDS"
    assert shown["mail.password"].value == "(set)"
    assert shown["crawl.timeout_seconds"].origin == "default"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "[crawl]\ndelay_seconds = -1\n",
            ["drumbeat.toml", "crawl.delay_seconds", "-1", "at least 0"],
        ),
        ("[crawl]\ndelay = 3\n", ["drumbeat.toml", "crawl.delay", "unknown key"]),
        ("[crawl\n", ["drumbeat.toml", "not readable as TOML"]),
        ("[mail]\npassword = 'x'\n", ["mail.password", "secret", "DRUMBEAT_MAIL__PASSWORD"]),
        ("[storage]\nwarc_max_bytes = 'many'\n", ["storage.warc_max_bytes", "'many'", "a whole number"]),
        ("[crawl]\ndelay_seconds = inf\n", ["crawl.delay_seconds = inf", "finite number"]),
        ("[spikes]\nmin_ratio = nan\n", ["spikes.min_ratio = nan", "finite number"]),
        ("[watch]\nz_threshold = nan\n", ["watch.z_threshold = nan", "finite number"]),
        ("[clean]\npage_seconds = 0\n", ["clean.page_seconds = 0", "more than 0"]),
        ("[crawl]\nbackfill_days = 99999999999\n", ["crawl.backfill_days = 99999999999", "36500"]),
        ("[crawl]\ndelay_seconds = 86400\n", ["crawl.delay_seconds = 86400", "1800"]),
        ("[mail]\nport = 65536\n", ["mail.port = 65536", "65535"]),
        ("[copies]\nexcerpt_containment = 0.1\n", ["copies.excerpt_containment = 0.1", "0.3"]),
    ],
)
def test_errors_name_key_value_file_and_expectation(folder: Path, text: str, expected: list[str]) -> None:
    """A wrong settings file is explained, not forgiven."""
    (folder / "drumbeat.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_workspace(folder, {})
    for part in expected:
        assert part in str(caught.value)


def test_a_file_in_another_encoding_is_told_in_plain_words(folder: Path) -> None:
    """The message says how to save the file, and names no codec."""
    (folder / "drumbeat.toml").write_bytes(b'[mail]\nsender = "\xe9"\n')
    with pytest.raises(ConfigError, match=r"drumbeat\.toml: not written in UTF-8 \(byte 18\)"):
        load_workspace(folder, {})


def test_all_problems_are_told_at_once(folder: Path) -> None:
    """Two wrong values give two lines."""
    (folder / "drumbeat.toml").write_text("[crawl]\ndelay_seconds = -1\nattempts = 0\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_workspace(folder, {})
    assert len(str(caught.value).splitlines()) == 2


def test_wrong_environment_is_named(folder: Path) -> None:
    """A misspelt variable and a bad value are traced to the environment."""
    with pytest.raises(ConfigError, match=r"DRUMBEAT_CRAWL__DELAY: no setting"):
        load_workspace(folder, {"DRUMBEAT_CRAWL__DELAY": "1"})
    with pytest.raises(ConfigError, match=r"environment DRUMBEAT_CRAWL__ATTEMPTS: crawl\.attempts = 'x'"):
        load_workspace(folder, {"DRUMBEAT_CRAWL__ATTEMPTS": "x"})


def test_a_single_underscore_is_no_silent_nothing(folder: Path) -> None:
    """A variable that only looks like a setting is refused with the name it should have; others of the
    product are left alone.
    """
    with pytest.raises(ConfigError, match=r"DRUMBEAT_CRAWL_ATTEMPTS: write DRUMBEAT_CRAWL__ATTEMPTS"):
        load_workspace(folder, {"DRUMBEAT_CRAWL_ATTEMPTS": "9"})
    load_workspace(folder, {"DRUMBEAT_EMBED_API_KEY": "x", "DRUMBEAT_DATA": "/data"})


def test_a_byte_order_mark_is_no_error(folder: Path) -> None:
    """A file saved by an editor that marks UTF-8 is read like any other."""
    (folder / "drumbeat.toml").write_bytes(b"\xef\xbb\xbf[crawl]\nattempts = 4\n")
    assert load_workspace(folder, {}).settings.crawl.attempts == 4


SOURCE = '[[source]]\nid = "a"\nname = "A"\ndomain = "a.example"\ncountry = "{country}"\nlanguages = ["en"]\n[[source.feeds]]\nurl = "{url}"\n'


def test_source_errors_name_the_source(folder: Path) -> None:
    """A wrong row says which outlet it is."""
    (folder / "sources.toml").write_text(
        SOURCE.format(country="no", url="https://a.example/f").replace('"a"', '"ab"'), encoding="utf-8"
    )
    with pytest.raises(ConfigError, match=r"sources.toml: source 'ab': country = 'no'"):
        load_workspace(folder, {})


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('["en"]', '["english"]', r"languages\.0 = 'english': not written as it must be"),
        (
            "https://a.example/f",
            "ftp://a.example/f",
            r"feeds\.0\.url = 'ftp://a\.example/f': the address must begin with",
        ),
        ("https://a.example/f", "https://me:word@a.example/f", r"needs a login is not crawled"),
        ('"a.example"', '"https://a.example/"', r"domain = 'https://a\.example/'"),
        ('name = "A"', 'name = " "', r"name = ' ': needs at least 1 character"),
        (
            'name = "A"',
            'name = "A"\ncoverage_start = 2026-02-01\ncoverage_end = 2026-01-01',
            r"would never be crawled",
        ),
        (
            'name = "A"',
            'name = "A"\npoll_minutes = 99999999999999',
            r"poll_minutes = 99999999999999: must be at most 527040",
        ),
        ("https://a.example/f", "https://a.example/" + "f" * 5_000, r"\.\.\.: too long for an address"),
        ('[[source.feeds]]\nurl = "https://a.example/f"', "", r"needs feeds, or a site whose front page"),
        ('[[source.feeds]]\nurl = "https://a.example/f"', 'site = "nowhere"', r"site = 'nowhere': expected"),
    ],
)
def test_a_source_error_is_one_clear_line(folder: Path, old: str, new: str, message: str) -> None:
    """One wrong value gives one line that says what is wrong with it, and no second one that only follows
    from it.
    """
    row = (
        SOURCE.format(country="NO", url="https://a.example/f")
        .replace('id = "a"', 'id = "ab"')
        .replace(old, new)
    )
    (folder / "sources.toml").write_text(row, encoding="utf-8")
    with pytest.raises(ConfigError, match=message) as caught:
        load_workspace(folder, {})
    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 600


def test_a_site_is_read_until_feeds_are_known(folder: Path) -> None:
    """An outlet of which only the front page is known is polled there; stated feeds take its place."""
    with_feed = SOURCE.format(country="NO", url="https://a.example/f").replace('id = "a"', 'id = "ab"')
    with_both = with_feed.replace("[[source.feeds]]", 'site = "https://a.example/"\n[[source.feeds]]')
    alone, both = (folder / "alone.toml"), (folder / "both.toml")
    alone.write_text(with_both.partition("[[source.feeds]]")[0] + 'listed_in = "a list"', encoding="utf-8")
    both.write_text(with_both, encoding="utf-8")
    (read,) = load_sources([alone])
    assert [(str(feed.url), feed.kind, feed.listed_in) for feed in read.feeds] == [
        ("https://a.example/", "section", "a list")
    ]
    (read,) = load_sources([both])
    assert [(str(feed.url), feed.kind) for feed in read.feeds] == [("https://a.example/f", "feed")]


def test_an_address_stands_once(tmp_path: Path) -> None:
    """The same feed under two outlets is refused with both places."""
    for name in ("aa", "bb"):
        (tmp_path / f"{name}.toml").write_text(
            SOURCE.format(country="NO", url="https://a.example/f").replace('"a"', f'"{name}"'),
            encoding="utf-8",
        )
    with pytest.raises(ConfigError, match=r"stands twice \(first in aa.toml\)"):
        load_sources(sorted(tmp_path.glob("*.toml")))


def test_statement_ids_are_unique(folder: Path) -> None:
    """Two statements under one id are refused."""
    (folder / "watchlist.toml").write_text(
        '[[statement]]\nid = "aa"\nlabel = "l"\nstatements = ["s"]\n' * 2, encoding="utf-8"
    )
    with pytest.raises(ConfigError, match="stands twice"):
        load_workspace(folder, {})


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('statements = [" "]', "statements.0"),
        ('statements = ["s"]\nentities = [{ any_of = [""] }]', "entities.0.any_of.0"),
    ],
)
def test_nothing_is_no_statement_and_no_entity(folder: Path, text: str, key: str) -> None:
    """An empty entity would stand in every article, and an empty statement means nothing."""
    (folder / "watchlist.toml").write_text(
        f'[[statement]]\nid = "aa"\nlabel = "l"\n{text}\n', encoding="utf-8"
    )
    with pytest.raises(ConfigError, match=re.escape(f"statement 'aa': {key} = ")):
        load_workspace(folder, {})


def add(folder: Path, source_id: str, feed: str) -> None:
    """Add an outlet as the command does."""
    add_source(
        load_workspace(folder, {}),
        source_id=source_id,
        name="New",
        country="ML",
        languages=["fr"],
        feeds=[feed],
    )


def test_an_added_outlet_is_there(folder: Path) -> None:
    """What was added is loaded with the rest, the second beside the first."""
    add(folder, "one", "https://one.example/feed")
    add(folder, "two", "https://two.example/feed")
    assert {"one", "two"} <= {source.id for source in load_workspace(folder, {}).sources}


@pytest.mark.parametrize(
    "feed",
    [
        "{known}",
        "{shouted}",
        "http://[/",
        "https://a.example/\ud800",
        "mailto:a@b.example",
        "https://me:word@a.example/",
    ],
)
def test_what_cannot_be_added_changes_nothing(folder: Path, feed: str) -> None:
    """An address that another file lists, in whatever spelling, or that is none is refused, and the workspace
    loads as before.
    """
    known = str(load_workspace(folder, {}).sources[0].feeds[0].url)
    before = sorted(path.name for path in (folder / "sources").iterdir())
    with pytest.raises(ConfigError, match="new: not added"):
        add(folder, "new", feed.format(known=known, shouted=known.replace("http", "HTTP", 1)))
    assert sorted(path.name for path in (folder / "sources").iterdir()) == before
    load_workspace(folder, {})


@pytest.mark.parametrize("spelling", ["", " ", "*"])
def test_a_name_without_a_letter_is_refused(folder: Path, spelling: str) -> None:
    """It would be found in every text, so that the entity would ask for nothing."""
    statement = f'[[statement]]\nid = "aa"\nlabel = "l"\nstatements = ["s"]\nentities = [{{ any_of = ["Mali", "{spelling}"] }}]\n'
    (folder / "watchlist.toml").write_text(statement, encoding="utf-8")
    with pytest.raises(ConfigError, match="any_of"):
        load_workspace(folder, {})


def test_no_workspace_says_how_to_make_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside a workspace the command to run is named."""
    with pytest.raises(ConfigError, match="drumbeat init"):
        find_workspace(tmp_path, {})
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="drumbeat init DIR"):
        find_workspace(None, {})


def test_the_nearest_workspace_is_found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command started below the workspace finds it; the variable wins over the place."""
    (folder / "deep").mkdir()
    monkeypatch.chdir(folder / "deep")
    assert find_workspace(None, {}) == folder
    assert find_workspace(None, {"DRUMBEAT_WORKSPACE": str(folder)}) == folder
