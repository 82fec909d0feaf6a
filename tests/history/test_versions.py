"""Edited and withdrawn pages: found, cleaned, compared, and told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from config.progress import NoProgress
from crawler.cleaning.stage import clean
from storage.records import PageHistory, VersionText
from tests.crawler.lab import NOW, Lab, source
from tests.crawler.server import LocalSite, Page, Redirect, Status, Then, rss

MakeLab = Callable[..., Lab]

TEXT = (
    "The ministry of defence of the republic said on Monday that {} soldiers had been wounded in an attack "
    "on "
    "a convoy near the northern border. Officials promised an investigation and asked the press for "
    "patience. "
    "Families of the men were told by telephone during the night, a spokesman added in a short statement. "
)


def story(count: str, *, extra: str = "") -> bytes:
    """A page whose article tells a number."""
    text = TEXT.format(count)
    return f"<html><head><title>Convoy attacked</title></head><body><article><h1>Convoy attacked</h1>{''.join(f'<p>{part}.</p>' for part in text.split('. ') if part)}</article>{extra}</body></html>".encode()


def cleaned(lab: Lab) -> dict[str, int]:
    """What the stage `clean` says."""
    return clean(
        store=lab.store, workspace=lab.workspace, clock=lab.clock, run_id="clean-1", progress=NoProgress()
    )


def crawled(lab: MakeLab, site: LocalSite, *answers: object) -> tuple[Lab, str]:
    """A workspace that looked at a page as often as it has answers, a week apart from the second on."""
    url = site.put("/news/convoy.html", Then([*answers]))  # type: ignore[list-item]
    made = lab(source([site.put("/feed.xml", Page(rss([url])))]))
    made.crawl()
    cleaned(made)
    for days in (2, 5, 10, 40)[: len(answers) - 1]:
        made.later(days=days)
        made.crawl()
    return made, url


def texts(lab: Lab, url: str) -> list[VersionText]:
    """Versions of the page."""
    return lab.store.versions.texts(lab.page(url).page_id)


def history(lab: Lab, url: str) -> PageHistory:
    """The facts of the page."""
    page_id = lab.page(url).page_id
    return lab.store.versions.histories([page_id])[page_id]


def test_an_edit_is_found_cleaned_and_compared(site: LocalSite, lab: MakeLab) -> None:
    """A second version is cleaned and compared word by word; the article, its passages and its place in the
    counts stay as the first version made them."""
    made, url = crawled(lab, site, Page(story("twelve")), Page(story("thirty")))
    before = made.store.articles.get(made.page(url).page_id)
    assert cleaned(made) == {"version_edited": 1}
    [version] = texts(made, url)
    assert (version.change, version.added, version.removed) == ("edited", 1, 1)
    assert "thirty soldiers" in (version.body or "")
    assert made.store.articles.get(made.page(url).page_id) == before
    assert before is not None and "twelve soldiers" in before.body
    facts = history(made, url)
    assert (facts.edited_at, facts.edits, facts.withdrawn_at) == (NOW + timedelta(days=2), 1, None)
    assert facts.told == "edited after publication (seen 2026-03-04)"
    assert cleaned(made) == {}


def test_other_bytes_are_no_edit(site: LocalSite, lab: MakeLab) -> None:
    """A counter or an advertisement makes another page, and the same text."""
    made, url = crawled(lab, site, Page(story("twelve")), Page(story("twelve", extra="<!-- 17 readers -->")))
    assert cleaned(made) == {"version_same_text": 1}
    assert history(made, url).told == ""


def test_a_page_that_is_gone_is_withdrawn(site: LocalSite, lab: MakeLab) -> None:
    """404 after having been there: withdrawn, with the last day on which it was seen; told once."""
    made, url = crawled(lab, site, Page(story("twelve")), Page(story("twelve")), Status(404), Status(410))
    assert cleaned(made) == {"version_withdrawn": 1}
    facts = history(made, url)
    assert (facts.last_seen_at, facts.withdrawn_at) == (NOW + timedelta(days=2), NOW + timedelta(days=7))
    assert facts.told == "withdrawn, last there on 2026-03-04"


def test_a_page_that_leads_to_the_front_page_is_withdrawn(site: LocalSite, lab: MakeLab) -> None:
    """How many sites take an article away."""
    site.put("/", Page(story("no")))
    made, url = crawled(lab, site, Page(story("twelve")), Redirect("/"))
    assert cleaned(made) == {"version_withdrawn": 1}
    assert history(made, url).withdrawn_at == NOW + timedelta(days=2)


def test_a_page_that_comes_back_is_there(site: LocalSite, lab: MakeLab) -> None:
    """Gone and there again, with its text or an edited one; an outage in between says nothing."""
    steps = (Page(story("twelve")), Status(404), Page(story("twelve")), Status(503), Page(story("thirty")))
    made, url = crawled(lab, site, *steps)
    assert cleaned(made) == {"version_withdrawn": 1, "version_returned": 1}
    facts = history(made, url)
    assert (facts.withdrawn_at, facts.last_seen_at) == (None, NOW + timedelta(days=7))


def test_a_wall_in_its_place_is_unclear(site: LocalSite, lab: MakeLab) -> None:
    """What is no article and no absence is neither an edit nor a withdrawal."""
    wall = b"<html><title>Just a moment...</title><body>Checking your browser before accessing</body></html>"
    made, url = crawled(lab, site, Page(story("twelve")), Page(wall))
    assert cleaned(made) == {"version_unclear": 1}
    assert history(made, url).told == ""


def test_looks_are_few_and_conditional(site: LocalSite, lab: MakeLab) -> None:
    """A stored page is asked for again four times in three weeks, on the condition that it changed; with
    `recheck_pages = 0` never."""
    url = site.put("/news/convoy.html", Page(story("twelve"), headers={"ETag": '"a"'}))
    made = lab(source([site.put("/feed.xml", Page(rss([url])))]))
    for _ in range(60):
        made.crawl()
        made.later(days=1)
    seen = site.seen("/news/convoy.html")
    assert len(seen) == 5
    assert [request.headers.get("if-none-match") for request in seen] == [None, *['"a"'] * 4]
    quiet = lab(made.sources[0], recheck_pages=0)
    for _ in range(3):
        quiet.crawl()
        quiet.later(days=2)
    assert len(site.seen("/news/convoy.html")) == 6
