"""Passages read in their articles."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.narratives.context import CONTEXT, in_context
from analysis.narratives.run_view import RunView, open_view
from config.workspace import Workspace
from storage.store import Store
from tests.narratives.conftest import BUILD, at, vector_of
from tests.storage import makers


def test_a_passage_alone_stays_as_it_is() -> None:
    """An article of one passage has no context but itself; no passage at all is no error."""
    vectors = np.stack([vector_of("one"), vector_of("two")]).astype(np.float64)
    assert in_context(vectors, ["a", "b"]) == pytest.approx(vectors, abs=1e-6)
    assert in_context(vectors[:0], []).shape == (0, vectors.shape[1])


def test_passages_of_one_article_come_nearer_and_stay_themselves() -> None:
    """Two unrelated passages of an article, at cosine 0, lie at the cosine that the weight gives; each is
    still nearest to itself.
    """
    plain = np.eye(3)
    found = in_context(plain, ["a", "a", "b"])
    own, other = 1 + CONTEXT / 2, CONTEXT / 2
    assert float(found[0] @ found[1]) == pytest.approx(2 * own * other / (own**2 + other**2))
    assert (found @ plain.T).argmax(axis=1).tolist() == [0, 1, 2]
    assert found[2] == pytest.approx(plain[2])


def test_the_order_of_passages_does_not_matter() -> None:
    """Each passage has the same vector wherever it stands."""
    vectors = np.stack([vector_of(f"text {number}") for number in range(6)]).astype(np.float64)
    articles = ["a", "b", "a", "c", "b", "a"]
    turned = [4, 2, 0, 5, 3, 1]
    assert in_context(vectors, articles)[turned] == pytest.approx(
        in_context(vectors[turned], [articles[place] for place in turned])
    )


def _view(store: Store, workspace: Workspace) -> RunView:
    view = open_view(store=store, workspace=workspace, clock=at(1), run_id="run")
    assert view is not None
    return view


def test_the_whole_article_is_read_around_one_passage(store: Store, workspace: Workspace) -> None:
    """Asked for one passage, the view reads its neighbours too, those without a vector left out."""
    texts = ["First of claim-a.", "Second of claim-b.", "Third without a vector."]
    article = makers.article("1", body=" ".join(texts))
    makers.add_articles(store, [article])
    passages = [
        replace(makers.passage(article, number, text), language="en") for number, text in enumerate(texts)
    ]
    store.passages.save([article.article_id], passages)
    store.vectors.put(BUILD, {passage.text_hash: vector_of(passage.text) for passage in passages[:2]})
    (first, second, third) = store.passages.of_article(article.article_id)
    rows, vectors = _view(store, workspace).read([third, first])
    assert [row.passage_id for row in rows] == [first.passage_id]
    both = np.stack([vector_of(row.text) for row in (first, second)]).astype(np.float64)
    assert vectors[0] == pytest.approx(in_context(both, ["1", "1"])[0], abs=1e-3)
