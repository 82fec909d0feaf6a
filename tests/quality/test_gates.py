"""Quality is a test: floors on real data, on sets and samples that cost a few CPU-minutes together. The whole
is `python -m tests quality`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.quality import (
    copies,
    kinds,
    languages,
    listings,
    meaning,
    pages,
    watched,
    watched_polarity,
    watched_world,
    wording,
)
from tests.quality.data import html_sets, pages_of, stable_sample
from tests.quality.metrics import mean
from tests.quality.result import Result

pytestmark = [pytest.mark.quality, pytest.mark.timeout(600)]

PAGES = 150
TEXTS = 600
PAIRS = {"en-hau": 0.70, "en-swa": 0.95, "fr-wol": 0.65}
"""Language pairs asked for translations, with the share that must be found first (random: 0.005)."""


def missed(result: Result) -> list[str]:
    """The floors that do not hold, as one reads them."""
    return [
        f"{floor.figure} is {floor.value:.4f}, not {floor.at_least:.4f}"
        for floor in result.floors
        if not floor.met
    ]


def test_events_come_together_across_languages(data: Path, out: Path) -> None:
    """News items about one event, in 45 languages, are one event."""
    assert missed(meaning.measure_events(data, out)) == []


def test_narratives_hold_stories_across_languages(data: Path, out: Path) -> None:
    """A refit with the settings of a new workspace puts news items about one event into one group."""
    assert missed(meaning.measure_clusters(data, out, name="itn")) == []


def test_unrelated_pages_are_no_claims(data: Path, out: Path) -> None:
    """Of pages that have nothing to do with each other hardly any are shown as claims."""
    assert missed(kinds.measure_pages(data, out, most=PAGES)) == []


def test_translations_find_each_other(data: Path, out: Path) -> None:
    """A sentence in Hausa, Swahili or Wolof finds its translation among 200."""
    languages = meaning.measure_pairs(data, out, pairs=tuple(PAIRS)).figures["languages"]
    found = {pair: languages[pair.split("-")[1]]["accuracy_at_1"] for pair in PAIRS}
    assert {pair: share for pair, share in found.items() if share < PAIRS[pair]} == {}


@pytest.mark.timeout(1200)
def test_sentences_find_their_translations(data: Path, out: Path) -> None:
    """English sentences, watched, find the passages of 13 languages that say them, at one false in 10,000."""
    assert missed(watched.measure_ntrex(data, out)) == []


def test_statements_of_one_sentence_find_planted_claims(data: Path, out: Path) -> None:
    """Without entities, in five languages, by narrative and growth."""
    assert missed(watched_world.measure_demo(data, out)) == []


def test_statement_and_opposite_are_told_apart(data: Path, out: Path) -> None:
    """Restatements stand above other subjects, and nearer to the statement than to its counter-statement."""
    assert missed(watched_polarity.measure_polarity(data, out)) == []


def test_wording_is_told(data: Path, out: Path) -> None:
    """Passages that endorse, report, refute or leave open what a statement says, in eight languages."""
    assert missed(wording.measure_wording(data, out)) == []


def test_feeds_are_read_whole(data: Path, out: Path) -> None:
    """Every feed is answered, with its entries, titles and links."""
    assert missed(listings.measure_feeds(data, out)) == []


def test_sitemaps_are_read_whole(data: Path, out: Path) -> None:
    """Every address of a sound sitemap is found, and nothing else."""
    assert missed(listings.measure_sitemaps(data, out)) == []


def test_revisions_are_copies(data: Path, out: Path) -> None:
    """Revisions of a news item are one text, other stories are not."""
    assert missed(copies.measure_revisions(data, out)) == []


@pytest.mark.parametrize("name", ["sib200", "masakhanews", "itn"])
def test_languages_are_told_better_than_by_one_identifier(data: Path, name: str) -> None:
    """On a fixed sample the product names more languages rightly than py3langid alone."""
    texts = stable_sample(languages.texts_of(data, name), lambda text: text[0], TEXTS)
    answers = [languages.tell_both(text) for _, _, text in texts]
    own, alone = (
        {text[0]: answer[place] for text, answer in zip(texts, answers, strict=True)} for place in (0, 1)
    )
    assert missed(languages.compared(texts, own, alone)) == []


def test_pages_are_cleaned_better_than_by_trafilatura_alone(data: Path) -> None:
    """On a fixed sample of pages the article's text is nearer to the reference than trafilatura's."""
    with_text = [job for name in html_sets(data) for job in pages_of(data, name) if job[0].get("text")]
    judged = [pages.judge(job) for job in stable_sample(with_text, lambda job: str(job[0]["id"]), PAGES)]
    own = mean(pages.text_f1(page.truth, page.own) for page in judged)
    alone = mean(pages.text_f1(page.truth, page.alone) for page in judged if page.alone)
    assert own >= alone
