"""The report: complete, harmless, the same bytes every time, and never half-written."""

from __future__ import annotations

import json
import os
import re
from base64 import b64encode
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from config.settings import ReportSettings
from drumbeat.report import view, write
from drumbeat.report.write import ReportError, ReportFiles, write_report
from drumbeat.shown import names
from tests.report.sample import ATTACK, SAMPLE_NAMES, at, digest, narrative, sources

AS_OF = at(23, 6)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> ReportFiles:
    """The sample's report. Made before any fixture of a test, so it sets the names itself."""
    names.use_names(SAMPLE_NAMES)
    return write_report(digest(), tmp_path_factory.mktemp("reports"), as_of=AS_OF)


@pytest.fixture(scope="module")
def page(files: ReportFiles) -> Any:
    """Its HTML, parsed."""
    return html.fromstring(files.html.read_text(encoding="utf-8"))


def text_of(element: Any) -> str:
    """Its text with single spaces."""
    return re.sub(r"\s+", " ", element.text_content())


def test_names_of_the_files(files: ReportFiles) -> None:
    """An ISO week names the files; nothing else is left in the folder."""
    assert sorted(path.name for path in files.html.parent.iterdir()) == [
        "2026-W47.html",
        "2026-W47.json",
        "2026-W47.md",
        "index.html",
    ]
    assert view.stem(date(2026, 11, 17), date(2026, 11, 20)) == "2026-11-17_2026-11-19"
    assert view.stem(date(2026, 12, 28), date(2027, 1, 4)) == "2026-W53"


def test_html_stands_alone(page: Any) -> None:
    """No script, no handler, nothing fetched; every link goes to http(s), inside the page, or to the
    report's other forms.
    """
    assert (
        page.xpath(
            "//script|//link|//img|//iframe|//object|//form|//base|//*[@*[starts-with(name(), "
            "'on')]]|//*[@style]"
        )
        == []
    )
    targets = {link.get("href") for link in page.xpath("//a")}
    assert all(re.match(r"https?://|#|2026-W47\.(json|md)$", target) for target in targets)
    assert {link.get("rel") for link in page.xpath("//a[starts-with(@href, 'http')]")} == {
        "noopener noreferrer nofollow external"
    }


def test_policy_names_the_style(page: Any) -> None:
    """The content security policy lets this one style sheet through and nothing else."""
    policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    style = page.xpath("//style")[0].text
    assert (
        policy
        == f"default-src 'none'; style-src 'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'; base-uri 'none'; form-action 'none'"
    )


def test_inside_links_resolve(page: Any) -> None:
    """Every id stands once and every link inside the page leads somewhere."""
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in page.xpath("//a/@href") if link.startswith("#")} <= set(ids)


def test_what_an_analyst_must_get(page: Any) -> None:
    """Week, findings with ratio, sides and first mover, and the state of the world stand before the first
    narrative.
    """
    told = text_of(page.get_element_by_id("front"))
    for words in (
        "Week 47 16–22 November 2026", "Invented sample world", "1,284 articles of 14 outlets",
        "1,301 in the period before", "as of 23 Nov 2026, 06:00 UTC",
        "rose sharply: 34 texts, 3.1 times the 11 expected, in 6 outlets, 5 countries and 4 languages",
        "First in this corpus: Северия сегодня (Severia), 17 Nov",
        "Probably first, as far as dates tell: Muryar Dausara",
        "Confidence moderate: q 0.0013, 4 outlets",
        "3 of 6 sources well all period; in trouble: ميريديا اليوم",
    ):  # fmt: skip
        assert words in told, words


def test_a_narrative_has_its_evidence(page: Any) -> None:
    """Chart, first mover, carriers with the list that classes them, copies; and in the annex its spike,
    and every quote with its ids and archive place.
    """
    told = text_of(page.get_element_by_id("n12")) + text_of(page.get_element_by_id("annex"))
    for words in (
        "between 07:00 and 07:30 UTC on 17 Nov 2026", "Certain within this corpus",
        "State Controlled Media (SC), says State Media Monitor (1 September 2025)", "ownership not listed",
        "37 distinct texts in 51 articles; 11 reprints, 3 probable translations", "14 of 19",
        "Classes as listed by State Media Monitor", "credits Severia Wire",
        "21 texts in 3 days up to 19 November 2026 (UTC), 3.1 times the 6.9 expected", "0000000000000002:000",
        "crawl-202601.warc.gz, byte 81,235", "not archived", "found late, not counted",
    ):  # fmt: skip
        assert words in told, words
    assert page.get_element_by_id("n12").xpath(".//svg[@role='img']/desc")


def test_order_is_told_of_the_period(files: ReportFiles, page: Any) -> None:
    """Who carried it is timed from the first of these days, which need not be the first in the corpus;
    every form says so.
    """
    assert "after the first of these days" in text_of(page.get_element_by_id("n12"))
    assert "after the first of these days" in files.markdown.read_text(encoding="utf-8")


def test_every_form_explains_its_terms(files: ReportFiles, page: Any) -> None:
    """What rising and new mean, what p and q are, how far a date goes: in HTML and in Markdown."""
    for told in (text_of(page), files.markdown.read_text(encoding="utf-8")):
        for words in (
            "single texts of it may be older",
            "how probable so many texts or more are if nothing has changed",
            "independent statements agree",
            "2 sent, 1 unknown",
        ):
            assert words in told, words


def test_quotes_know_their_language(page: Any) -> None:
    """Each quote carries language and direction; one of unknown language leaves both to the browser."""
    found = {(quote.get("lang"), quote.get("dir")) for quote in page.xpath("//blockquote")}
    assert found == {("ru", "ltr"), ("ar", "rtl"), ("ha", "ltr"), ("fr", "ltr"), ("", "auto")}


def test_the_rest_of_the_week(page: Any) -> None:
    """Spikes with what was ruled out, storms, outages, what was not seen, method and limits."""
    for anchor, words in (
        ("spikes", "a new outlet: ruled out"),
        ("spikes", "a busy time in general: found: all output was up to 1.6 times"),
        ("spikes", "2 sent, 1 unknown"), ("spikes", "suppressed"), ("storms", "17 articles"),
        ("leads", "11 of 12 narratives; by chance 6.2"),
        ("sources", "No poll succeeded from 18 to 20 November"), ("sources", "its first crawl is history"),
        ("not-seen", "Polls of the period"), ("method", "Nothing is written by a model"),
        ("method", "baseline_days"),
    ):  # fmt: skip
        assert words in text_of(page.get_element_by_id(anchor)), words


def test_attacks_are_only_text(files: ReportFiles, page: Any) -> None:
    """A hostile title is shown as it is, without its direction override, in every form of the report."""
    assert '"><script>alert(1)</script>' in text_of(page)
    assert "\u202e" not in files.html.read_text(encoding="utf-8") + files.markdown.read_text(encoding="utf-8")
    markdown = files.markdown.read_text(encoding="utf-8")
    assert "<script" not in markdown
    assert re.findall(r"(?<!\\)\]\((?!https?://)", markdown) == []
    assert re.findall(r"(?<!\\)!\[", markdown) == []


def test_markdown_tables_hold(files: ReportFiles) -> None:
    """Every table of the Markdown keeps its number of columns, hostile titles or not; every narrative and
    quote is there.
    """
    width = 0
    text = files.markdown.read_text(encoding="utf-8")
    for line in text.splitlines():
        cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        assert not (cells and width) or cells == width, line
        width = cells
    for words in (
        "# Drumbeat: Week 47, 16–22 November 2026",
        "**34 texts against 11 expected: 3.1 times.**",
        "### Narrative 31",
        "تتفهم المخاوف",
        "[source](https://severia-wire.example/a)",
    ):
        assert words in text


def test_json_is_the_whole_digest(files: ReportFiles) -> None:
    """The JSON form is the digest as it is, unshortened, with its format and moment."""
    read = json.loads(files.data.read_text(encoding="utf-8"))
    assert {key: read.pop(key) for key in ("format", "as_of")} == {
        "format": "drumbeat-report/2",
        "as_of": "2026-11-23T06:00:00Z",
    }
    assert read.pop("notice").startswith("Invented")
    assert read.pop("sentences")[0]["figures"][0] == {"shown": "34", "path": "/rising/0/observed"}
    for name in ("account", "counts"):
        read.pop(name)
    assert read == json.loads(json.dumps(digest().to_dict()))
    assert read["falling"][0]["label"] == ATTACK


def test_the_same_bytes_again(files: ReportFiles, tmp_path: Path) -> None:
    """The same digest and moment give the same four files, also over older ones."""
    for _ in range(2):
        again = write_report(digest(), tmp_path, as_of=AS_OF)
    for name in ("html", "markdown", "data", "index"):
        assert getattr(again, name).read_bytes() == getattr(files, name).read_bytes()


def test_an_empty_week(tmp_path: Path) -> None:
    """Nothing rose, fell, spiked or broke: the report says so in each place, and without a notice in the
    settings there is none.
    """
    names.use_names(ReportSettings())
    quiet = digest(
        start=date(2026, 11, 17), end=date(2026, 11, 20), rising=(), falling=(), new=(), alerts=(), spikes=(),
        reprint_storms=(), leads=(),
        sources=tuple(line for line in sources() if line.status == "ok")[:0],
    )  # fmt: skip
    page = html.fromstring(write_report(quiet, tmp_path, as_of=AS_OF).html.read_text(encoding="utf-8"))
    told = text_of(page)
    for words in (
        "17–19 November 2026",
        "No claim stood out.",
        "No spike was found.",
        "Every source was well on every day.",
    ):
        assert words in told, words
    assert "Invented" not in told
    assert "Week" not in page.findtext(".//h1")


def test_a_narrative_with_next_to_nothing(tmp_path: Path) -> None:
    """No quotes, carriers, keywords, series or first mover: still a report."""
    bare = narrative(
        keywords={}, series=(), spike=None, first_mover=None, carriers=(), by_country=(), by_language=(),
        by_ownership=(), quotes=(), copies=(), ratio=None, expected=0.0, observed=1.0,
        lag_hours_median=None, lag_hours_quartiles=None,
    )  # fmt: skip
    page = html.fromstring(
        write_report(digest(rising=(bare,)), tmp_path, as_of=AS_OF).html.read_text(encoding="utf-8")
    )
    told = text_of(page.get_element_by_id("n12"))
    assert "1 text against 0 expected." in told
    assert "No passage can be quoted." in told
    assert "no article of the period has a date to go by" in told


def test_lone_surrogates_do_not_stop_the_report(tmp_path: Path) -> None:
    """Broken text from an outlet is written as an escape in JSON and left out elsewhere."""
    files = write_report(digest(new=(narrative(31, label="a\ud800b"),)), tmp_path, as_of=AS_OF)
    assert json.loads(files.data.read_text(encoding="utf-8"))["new"][0]["label"] == "a\ud800b"
    assert "ab" in text_of(html.fromstring(files.html.read_text(encoding="utf-8")).get_element_by_id("n31"))


def test_index_lists_the_newest_first(tmp_path: Path) -> None:
    """Reports in the order of time with their figures; strange files are passed over."""
    write_report(
        digest(start=date(2026, 11, 9), end=date(2026, 11, 16), rising=(), new=()), tmp_path, as_of=at(16, 6)
    )
    write_report(digest(), tmp_path, as_of=AS_OF)
    (tmp_path / "2026-W01.json").write_text("{broken")
    (tmp_path / "2026-W02.json").write_text('{"format": "other"}')
    (tmp_path / "notes.json").write_text("{}")
    page = html.fromstring(write.as_index(tmp_path))
    assert page.xpath("//tbody/tr/td[1]/a/@href") == ["2026-W47.html", "2026-W46.html"]
    assert "بورت سالم" in text_of(page)
    assert page.xpath("//script") == []


def test_a_crash_leaves_the_old_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk while writing: a clear error, and the earlier report stands whole."""
    files = write_report(digest(), tmp_path, as_of=AS_OF)
    before = files.html.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(
        ReportError, match=r"2026-W47\.json: the report cannot be written: No space left on device; make room"
    ):
        write_report(digest(rising=()), tmp_path, as_of=AS_OF)
    assert files.html.read_bytes() == before


def test_the_notice_is_the_workspaces() -> None:
    """What the settings say stands at the head; nothing by itself."""
    assert names.notice().startswith("Invented")
    names.use_names(ReportSettings())
    assert (names.notice(), names.country_name("XA")) == ("", "XA")
