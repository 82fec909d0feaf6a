"""The store is fast enough for one laptop. Limits are several times what two shared cores need, so that only
a real loss fails.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest

from storage.store import Store
from tests.storage.makers import BUILD, DAY, add_articles, article, hours, passage

pytestmark = pytest.mark.slow

ARTICLES, PER_ARTICLE = 1000, 10


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds, which other work on the machine does not stretch."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def test_ten_thousand_passages(sqlite_store: Store) -> None:
    """Saving 10,000 passages and their vectors takes under 5 s, reading them under 1 s, in each of three
    ways.
    """
    articles = [article(str(number), counted_at=hours(number / 100)) for number in range(ARTICLES)]
    add_articles(sqlite_store, articles)
    text = "Mauritania understands the security concerns of everybody. " * 8
    passages = [
        passage(of, ordinal, f"{text}{of.article_id}{ordinal}")
        for of in articles
        for ordinal in range(PER_ARTICLE)
    ]
    matrix = np.random.default_rng(1).normal(size=(len(passages), 384)).astype(np.float32)
    vectors = {one.text_hash: row for one, row in zip(passages, matrix, strict=True)}

    def save() -> None:
        sqlite_store.passages.save([of.article_id for of in articles], passages)
        sqlite_store.vectors.put(BUILD, vectors)

    assert seconds(save) < 5
    assert seconds(lambda: sqlite_store.passages.window(DAY, hours(99))) < 1
    assert seconds(lambda: sqlite_store.vectors.get(BUILD, list(vectors))) < 1
    assert len(sqlite_store.passages.window(DAY, hours(99))) == ARTICLES * PER_ARTICLE
    after = sqlite_store.vectors.after
    assert seconds(lambda: after(BUILD, 0, limit=ARTICLES * PER_ARTICLE)) < 1
