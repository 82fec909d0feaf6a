"""The figures of the quality door on examples that were worked out by hand."""

from __future__ import annotations

import math

import pytest

from tests.quality.copies import likeness, pair_scores
from tests.quality.data import Row
from tests.quality.languages import compared, language_figures, whole
from tests.quality.listings import feed_figures
from tests.quality.meaning import cluster_figures
from tests.quality.metrics import (
    bcubed,
    cross_language_pairs,
    from_counts,
    mean,
    reciprocal_ranks,
    same_day,
    text_overlap,
    v_measure,
    words,
)
from tests.quality.pages import segment_counts, title_alike

GOLD = ["a", "a", "a", "b", "b"]
FOUND = [1, 1, 2, 2, 2]
"""Two of three a together; the third with both b."""


def test_bcubed_counts_each_item_with_its_own_cluster() -> None:
    """Precision: 1, 1, 1/3, 2/3, 2/3; recall: 2/3, 2/3, 1/3, 1, 1."""
    scores = bcubed(GOLD, FOUND)
    assert scores.precision == pytest.approx(11 / 15)
    assert scores.recall == pytest.approx(11 / 15)
    assert scores.f1 == pytest.approx(11 / 15)


def test_v_measure_knows_its_ends() -> None:
    """Perfect clusters are 1; one cluster for everything says nothing."""
    assert v_measure(GOLD, GOLD) == pytest.approx(1.0)
    assert v_measure(GOLD, [1] * 5) == pytest.approx(0.0)


def test_v_measure_by_hand() -> None:
    """Two clusters that halve two classes crosswise share no information; halves of one class are
    homogeneous.
    """
    assert v_measure(["a", "a", "b", "b"], [1, 2, 1, 2]) == pytest.approx(0.0)
    # homogeneity 1; completeness 1 - H(cluster | class) / H(cluster) = 1 - (1/2 log 2) / (3/2 log 2) = 2/3
    assert v_measure(["a", "a", "b", "b"], [1, 2, 3, 3]) == pytest.approx(2 * (2 / 3) / (1 + 2 / 3))


def test_pairs_within_a_language_do_not_count() -> None:
    """Of the pairs across languages, gold has (0,2), (1,2), (3,4); found has (2,3), (3,4)."""
    scores = cross_language_pairs(GOLD, FOUND, ["en", "en", "fr", "en", "fr"])
    assert [scores.precision, scores.recall] == pytest.approx([1 / 2, 1 / 3])


def test_nothing_to_find_and_nothing_found_is_perfect() -> None:
    """Precision and recall without a case."""
    assert (from_counts(0, 0, 0).f1, from_counts(0, 0, 3).f1, from_counts(0, 2, 0).f1) == (1.0, 0.0, 0.0)


def test_words_are_characters_where_nothing_is_spaced() -> None:
    """Chinese is cut into characters, apostrophes stay, case and width do not matter."""
    assert words("Ｌ'Été 北京 2022") == ["l'été", "北", "京", "2022"]


def test_text_overlap_is_of_four_grams() -> None:
    """Five words hold two 4-grams, of which four words share one; short texts are compared word by word."""
    scores = text_overlap("a b c d e", "a b c d")
    assert (scores.precision, scores.recall) == (1.0, 0.5)
    assert text_overlap("a b c d e", "a b").recall == pytest.approx(2 / 5)
    assert text_overlap("a b c d", "").f1 == 0.0


def test_days_are_compared_as_days() -> None:
    """A time of day does not matter; what is no date is an absent one."""
    assert same_day("2024-05-01", "2024-05-01T23:59:00+02:00")
    assert same_day(None, None)
    assert same_day(math.nan, None)
    assert not same_day("2024-05-01", None)
    assert not same_day("2024-05-01", "2024-05-02")


def test_titles_may_be_part_of_each_other() -> None:
    """A site's name behind a title is forgiven, an empty title is not."""
    assert title_alike({"title": "Storm hits"}, {"title": "STORM  hits | Daily"}) == 1.0
    assert title_alike({"title": "Storm hits"}, {"title": ""}) == 0.0
    assert title_alike({}, {"title": None}) == 1.0


def test_segments_are_counted_both_ways() -> None:
    """One wanted found, one unwanted found, one wanted missed; case matters, white space does not."""
    truth = {"must": ["The storm", "the Storm"], "must_not": ["Read  more", "Cookies"]}
    assert segment_counts(truth, {"text": "The\nstorm. Read more"}) == (1, 1, 1)


def test_ranks_are_averaged() -> None:
    """First, third, not there, not asked: 1, 1/3, 0, 0."""
    best = {"q1": ["a"], "q2": ["x", "y", "b"], "q3": ["x"]}
    assert list(reciprocal_ranks(best, {"q1": "a", "q2": "b", "q3": "c", "q4": "d"})) == pytest.approx(
        [1 / 4, 1 / 3]
    )


def test_pairs_that_are_neither_asked_nor_forbidden_do_not_count() -> None:
    """One pair must merge and does, one must and does not, one must not and does."""
    rows = [{"id": key, "true": true} for key, true in (("1", "a"), ("2", "a"), ("3", "a"), ("4", "b"))]
    found = {"1": "x", "2": "x", "3": "y", "4": "y"}
    scores = pair_scores(
        rows,
        found,
        true_group=lambda row: row["true"],
        must=lambda left, right: (left["id"], right["id"]) != ("2", "3"),
        must_not=lambda left, right: left["true"] != right["true"],
    )
    assert (scores.precision, scores.recall) == (0.5, 0.5)


def test_likeness_takes_pairs_of_characters() -> None:
    """Words by Jaccard; in Chinese 北京 and 京城 share a character, but no pair."""
    assert likeness("one two three", "one two four") == 0.5
    assert likeness("北京", "京城") == 0.0


def test_languages_count_as_macrolanguages() -> None:
    """Moroccan Arabic is Arabic, Bosnian is Serbo-Croatian; a code and a tag mean the same."""
    assert (whole("ary_Arab"), whole("bs"), whole("hrv_Latn"), whole("zh-yue"), whole("hau")) == (
        "ar",
        "sh",
        "sh",
        "zh",
        "ha",
    )


def test_language_figures_by_hand() -> None:
    """Two of three right; F1 of Hausa 1, of French 2/3 (nothing taken for it), of the third language 0."""
    texts = [("1", "hau", ""), ("2", "fr", ""), ("3", "fr", ""), ("4", "ewe", "")]
    figures = language_figures(texts, {"1": "ha", "2": "fr", "3": "und", "4": "und"})
    assert figures == {
        "texts": 4,
        "accuracy": 0.5,
        "macro_f1": pytest.approx((1 + 2 / 3 + 0) / 3),
        "undetermined": 0.5,
    }


def test_a_floor_is_the_other_identifier() -> None:
    """The product that tells fewer languages than py3langid alone misses its floor."""
    texts = [("1", "hau", ""), ("2", "fr", "")]
    (floor,) = compared(texts, {"1": "ha", "2": "und"}, {"1": "ha", "2": "fr"}).floors
    assert (floor.value, floor.at_least, floor.met) == (0.5, 1.0, False)


def test_feed_entries_are_compared_at_their_place() -> None:
    """Markup in titles does not matter, order does; a file without a known count is not counted."""
    truth: list[Row] = [
        {
            "id": "f",
            "n_entries": 2,
            "entries": [{"title": "A &amp; b", "link": "u"}, {"title": "C", "link": "v"}],
        },
        {"id": "g"},
    ]
    figures = feed_figures(truth, {"f": [{"title": "<b>A</b> &amp; B", "link": "u"}], "g": []})
    assert figures == {"files": 2, "counts": 0.0, "titles": 0.5, "links": 0.5}


def test_an_article_without_a_cluster_is_alone() -> None:
    """Noise neither helps precision nor counts as one cluster."""
    rows = [{"id": str(place), "label": label, "lang": "en"} for place, label in enumerate("aab")]
    figures = cluster_figures(rows, {"0": 1, "1": None, "2": None}, "label")
    assert [figures["bcubed_precision"], figures["bcubed_recall"]] == pytest.approx([1, 2 / 3])
    assert "cross_language_pair_f1" not in figures


def test_a_mean_of_nothing_is_no_number() -> None:
    """It is not 0, which would look like a result."""
    assert math.isnan(mean([]))
