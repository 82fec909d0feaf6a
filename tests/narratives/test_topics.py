"""BERTopic and what is made of it."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from analysis.narratives.topics import OUTLIER, cluster
from tests.narratives.conftest import SIZE, vector_of

TEXTS = {
    "en": "Meridia understands Severia's security concerns, minister number {n} said of claim-safety",
    "ru": "Меридия понимает озабоченности Северии, сказал министр {n} о claim-safety",
    "ar": "ميريديا تتفهم هواجس سيفيريا الأمنية كما قال الوزير {n} عن claim-safety",
    "zh": "毛里塔尼亚表示理解俄罗斯对安全的担忧 {n} claim-safety",
}


def rows() -> tuple[list[str], np.ndarray, list[str]]:
    """Four languages of one claim, and single texts."""
    texts = [(text.format(n=n), language) for language, text in TEXTS.items() for n in range(4)]
    texts += [(f"Nothing like any other text, number {n}", "en") for n in range(6)]
    return (
        [text for text, _ in texts],
        np.stack([vector_of(text) for text, _ in texts]),
        [language for _, language in texts],
    )


@pytest.mark.slow
def test_words_outside_a_to_z_survive_bertopic() -> None:
    """BERTopic's default deletes every letter outside A-Z; the keywords of each language are in its own
    script.
    """
    texts, vectors, languages = rows()
    found = cluster(texts, vectors, languages, likeness=0.5, min_size=6)
    assert found.labels.tolist() == [0] * 16 + [OUTLIER] * 6
    assert "понимает" in found.keywords[0]["ru"]
    assert "ميريديا" in found.keywords[0]["ar"]
    assert "担忧" in found.keywords[0]["zh"]
    assert np.linalg.norm(found.centroids[0]) == pytest.approx(1, abs=1e-6)


@pytest.mark.slow
def test_the_order_of_texts_leaves_no_trace() -> None:
    """Shuffled input gives the same labels, centroids and keywords to the bit."""
    texts, vectors, languages = rows()
    order = np.random.default_rng(1).permutation(len(texts))
    first = cluster(texts, vectors, languages, likeness=0.5, min_size=4)
    second = cluster(
        [texts[n] for n in order], vectors[order], [languages[n] for n in order], likeness=0.5, min_size=4
    )
    assert second.labels.tolist() == first.labels[order].tolist()
    assert second.centroids.tobytes() == first.centroids.tobytes()
    assert second.keywords == first.keywords


@pytest.mark.slow
def test_texts_without_words_and_windows_without_clusters() -> None:
    """Numbers only, one text, nothing at all: no cluster and no error."""
    vectors = np.stack([vector_of(str(n)) for n in range(3)])
    assert (
        cluster(["1", "2", "3"], vectors, ["en"] * 3, likeness=0.5, min_size=4).labels.tolist()
        == [OUTLIER] * 3
    )
    assert cluster(["one"], vectors[:1], ["en"], likeness=0.5, min_size=4).labels.tolist() == [OUTLIER]
    assert cluster([], np.zeros((0, SIZE)), [], likeness=0.5, min_size=4).centroids.shape == (0, SIZE)


def test_a_text_reprinted_often_enough_is_a_cluster() -> None:
    """One text unit of many passages reaches the least size by itself: a reprint storm must be seen."""
    found = cluster(["one"], np.stack([vector_of("one")]), ["en"], likeness=0.5, min_size=6, sizes=[14])
    assert found.labels.tolist() == [0]


@pytest.mark.slow
def test_bertopic_is_imported_by_cluster_alone() -> None:
    """The doors of the room load no model library; assignment every day stays light."""
    script = (
        "import sys, analysis.narratives.stage, analysis.narratives.topics, analysis.narratives.refit\n"
        "heavy = {'bertopic', 'umap', 'hdbscan', 'sklearn', 'pandas', 'scipy', 'jieba'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
