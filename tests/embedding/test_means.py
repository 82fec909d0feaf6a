"""Language means: priors, shrinkage, versions - and that they bring languages together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analysis.embedding import make_prior_means
from analysis.embedding.centring import centre, centred, embed_texts, is_centred, mean_of
from analysis.embedding.e5 import E5Embedder, build_name
from analysis.embedding.languages import family_of, flores_codes, language_key
from analysis.embedding.means import (
    DRIFT,
    ENOUGH,
    OVERALL,
    drift,
    ensure_means,
    has_priors,
    is_due,
    make_table,
    prior_means,
    refreeze_means,
)
from config.clock import FixedClock
from config.settings import EmbedSettings
from storage.records import MeanTable, Passage
from storage.store import Store
from tests.embedding.texts import BRIDGE, OTHER
from tests.storage.makers import DAY, add_articles, article

BUILD = build_name()


def rows(
    count: int, seed: int = 0, dimensions: int = 384
) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Seeded unit vectors around one direction, as close together as the model's."""
    drawn = np.random.default_rng(seed).normal(size=(count, dimensions)).astype(np.float32) * 0.5
    drawn[:, seed] += dimensions**0.5
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True))


def table(
    own: dict[str, np.ndarray[tuple[int, int], np.dtype[np.float32]]], *, build: str = BUILD, version: int = 1
) -> MeanTable:
    """A table made on the makers' day."""
    return make_table(own, build=build, version=version, made_at=DAY)


def test_languages_meet_after_centring(engine: E5Embedder) -> None:
    """Without any own history, every translation lies nearer than every other text, as raw vectors do not
    manage.
    """
    texts = [*BRIDGE.values(), *OTHER.values()]
    languages = [*BRIDGE, *OTHER]
    raw = engine.embed(texts)
    vectors = centre(raw, languages, table({}))
    half = len(BRIDGE)

    def margin(matrix: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> float:
        cosines = matrix @ matrix.T
        apart = ~np.eye(half, dtype=bool)
        same = np.concatenate([cosines[:half, :half][apart], cosines[half:, half:][apart]])
        return float(same.min() - cosines[:half, half:].max())

    assert margin(raw) < 0 < margin(vectors) - 0.05


def test_priors_cover_what_flores_covers() -> None:
    """Every tag with sentences has a prior of 384 numbers, none far longer than a mean of unit vectors can
    be.
    """
    priors = prior_means()
    assert list(priors) == sorted(flores_codes())
    lengths = np.linalg.norm(np.stack(list(priors.values())), axis=1)
    assert np.stack(list(priors.values())).shape == (len(priors), 384)
    assert 0.8 < lengths.min() <= lengths.max() <= 1.0


def test_a_mean_moves_from_prior_to_own() -> None:
    """With n own passages the mean is n parts own and 20 parts shifted prior."""
    own = rows(40)
    prior = prior_means()["fr"]
    shift = 40 / 60 * (own - prior).mean(axis=0)
    expected = (40 * own.mean(axis=0) + 20 * (prior + shift)) / 60
    assert np.allclose(table({"fr": own}).means["fr"], expected, atol=1e-6)


def test_one_passage_hardly_moves_other_languages() -> None:
    """The shift of a single passage is a twenty-first of its distance."""
    lone = rows(1)
    moved = table({"fr": lone}).means["ru"] - prior_means()["ru"]
    assert np.allclose(moved, (lone[0] - prior_means()["fr"]) / 21, atol=1e-6)


def test_unknown_languages_fall_back() -> None:
    """A tag without a prior takes its family's mean, one without a family and `und` the overall one."""
    made = table({"und": rows(5), "fr": rows(5, 1)})
    assert family_of("nr") == "bantu"
    assert np.array_equal(mean_of(made, "nr"), made.means["@bantu"])
    assert np.array_equal(mean_of(made, "xx"), made.means[OVERALL])
    assert np.array_equal(mean_of(made, "und"), made.means[OVERALL])
    assert np.array_equal(mean_of(made, "pt-BR"), made.means["pt"])
    assert [is_centred(made, tag) for tag in ("fr", "swa", "nr", "xx", "und")] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_a_language_without_prior_earns_its_own_mean() -> None:
    """From ten passages on."""
    assert "nr" not in table({"nr": rows(ENOUGH - 1)}).means
    assert "nr" in table({"nr": rows(ENOUGH)}).means


def test_other_models_have_no_priors() -> None:
    """Their languages are shrunk to the workspace's own overall mean; with nothing at all there is nothing to
    say.
    """
    own = {"fr": rows(30, 1, 8), "ru": rows(30, 2, 8)}
    made = table(own, build="openai/other")
    overall = np.concatenate([own["fr"], own["ru"]]).mean(axis=0)
    assert np.allclose(made.means["fr"], (30 * own["fr"].mean(axis=0) + 20 * overall) / 50, atol=1e-6)
    assert np.allclose(made.means[OVERALL], overall, atol=1e-6)
    assert has_priors("sentence-transformers/intfloat/multilingual-e5-small")
    assert not has_priors("openai/other")
    with pytest.raises(ValueError, match="no prior means and no passage"):
        table({}, build="openai/other")


def test_the_order_of_languages_does_not_matter() -> None:
    """The same passages give the same bits, in whatever order languages come."""
    own = {"fr": rows(12), "ru": rows(9, 1), "ar": rows(7, 2)}
    left, right = table(own), table(dict(reversed(own.items())))
    assert left.means.keys() == right.means.keys()
    assert all(np.array_equal(left.means[key], right.means[key]) for key in left.means)


def test_a_new_table_is_due_by_drift_or_growth() -> None:
    """Small movements are ignored, weighed by passages; large ones and a doubling are not."""
    old = table({"fr": rows(100)})
    assert drift(old, old) == 0
    assert not is_due(old, table({"fr": np.concatenate([rows(100), rows(3)])}))
    assert drift(old, table({"fr": rows(100, 7)})) > DRIFT
    assert is_due(old, table({"fr": rows(100, 7)}))
    assert is_due(table({"fr": rows(50)}), table({"fr": np.concatenate([rows(50), rows(50)])}))


def _fill(store: Store, language: str, vectors: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> None:
    """An article whose passages have these vectors."""
    of = article(f"{language}-{len(vectors)}", language=language)
    add_articles(store, [of])
    names = [f"{of.article_id}-{number}" for number in range(len(vectors))]
    passages = [
        Passage(
            passage_id=name,
            article_id=of.article_id,
            ordinal=number,
            start=0,
            end=1,
            text=name,
            text_hash=name,
            language=language,
        )
        for number, name in enumerate(names)
    ]
    store.passages.save([of.article_id], passages)
    store.vectors.put(BUILD, dict(zip(names, vectors, strict=True)))


def test_tables_are_frozen_and_numbered(store: Store) -> None:
    """Before the first passage nothing is kept; then version 1 stays in force until a refit finds a new one
    due.
    """
    assert ensure_means(store, BUILD, DAY).version == 0
    assert store.means.latest(BUILD) is None
    _fill(store, "fr", rows(200))
    first = ensure_means(store, BUILD, DAY)
    assert first.version == 1
    _fill(store, "fr", rows(8))
    assert ensure_means(store, BUILD, DAY).version == 1
    assert refreeze_means(store, BUILD, DAY).version == 1
    _fill(store, "ru", rows(250, 4))
    assert refreeze_means(store, BUILD, DAY).version == 2
    kept = store.means.get(BUILD, 1)
    assert kept is not None
    assert np.allclose(kept.means["fr"], first.means["fr"], atol=1e-3)


def test_passages_of_the_store_are_centred(store: Store) -> None:
    """Row i belongs to passage i; rows have length 1; no rows give no rows."""
    _fill(store, "fr", rows(5))
    made = ensure_means(store, BUILD, DAY)
    found = store.passages.window(DAY, DAY.replace(year=2030))
    vectors = centred(store, found, made)
    expected = centre(store.vectors.get(BUILD, [row.text_hash for row in found]), ["fr"] * 5, made)
    assert np.array_equal(vectors, expected)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert len(centred(store, [], made)) == 0


def test_texts_without_a_workspace(graph_cache: Path, clock: FixedClock) -> None:
    """Texts and languages in, centred unit vectors out; translations lie together."""
    settings = EmbedSettings(cache_dir=graph_cache, workers=1)
    vectors = embed_texts(
        [BRIDGE["en"], BRIDGE["ru"], OTHER["ru"]], ["en", "ru", "ru"], settings=settings, clock=clock
    )
    assert vectors.shape == (3, 384)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.3


def test_the_table_of_priors_can_be_made_again(tmp_path: Path) -> None:
    """What is written is what is read, in one order, byte for byte."""
    means = {"fr": rows(1)[0], "ar": rows(1, 1)[0]}
    make_prior_means.write_table(means, tmp_path / "a.npz")
    make_prior_means.write_table(dict(reversed(means.items())), tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    with np.load(tmp_path / "a.npz") as made:
        assert made["tags"].tolist() == ["ar", "fr"]


@pytest.mark.parametrize(
    ("tag", "key"),
    [("pt-BR", "pt"), ("ZH_hant", "zh"), ("swa", "sw"), ("amh", "am"), ("iw", "he"), ("xx", "xx")],
)
def test_language_keys(tag: str, key: str) -> None:
    """Regions, scripts, three-letter and old codes come to one tag."""
    assert language_key(tag) == key
