"""The blind sample: what its sheets hold, and what is made of their marks."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from drumbeat.sample_check import READERS, draw, kappa_of, score
from storage.errors import StorageError
from storage.records import Assignment, Narrative
from storage.store import Store, create_store
from tests.storage import makers


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Store]:
    """Five narratives of one passage each, none of them judged yet: shown among the claims."""
    with create_store(f"sqlite:///{tmp_path / 'drumbeat.db'}") as store:
        narrative = Narrative(
            narrative_id=1,
            label="=Grain is a gift",
            first_seen_at=makers.DAY,
            last_seen_at=makers.DAY,
            build="b",
            mean_version=1,
            born_run="r",
        )
        articles = [makers.article(f"a{number}", body=f"Text {number}.") for number in range(5)]
        makers.add_articles(store, articles)
        passages = [makers.passage(article, text=article.body) for article in articles]
        store.passages.save([article.article_id for article in articles], passages)
        store.narratives.save(
            [replace(narrative, narrative_id=number) for number in range(1, 6)],
            [
                Assignment(
                    passage_id=row.passage_id,
                    narrative_id=number,
                    similarity=0.5,
                    method="cluster",
                    run_id="r",
                )
                for number, row in enumerate(passages, 1)
            ],
        )
        yield store


def marked(path: Path, marks: dict[str, str]) -> None:
    """Fill a sheet in: mark by item."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        sheet = csv.DictWriter(file, fieldnames=list(rows[0]))
        sheet.writeheader()
        sheet.writerows({**row, "mark": marks.get(row["item"], "")} for row in rows)


def test_two_readers_get_the_same_lines_blind(told: Store, tmp_path: Path) -> None:
    """Both sheets hold the same items in other orders, no grade, and no formula that a sheet would run."""
    assert draw(told, tmp_path / "s", count=3, seed=1) == 6
    texts = [(tmp_path / "s" / name).read_text("utf-8") for name in READERS]
    assert texts[0] != texts[1]
    assert sorted(texts[0].splitlines()) == sorted(texts[1].splitlines())
    assert ",=Grain" not in texts[0]
    assert draw(told, tmp_path / "t", count=3, seed=1) == 6
    assert (tmp_path / "t" / READERS[0]).read_text("utf-8") == texts[0]
    with pytest.raises(StorageError, match="there is a sheet already"):
        draw(told, tmp_path / "s", count=3, seed=1)


def test_marks_become_precision_and_kappa(told: Store, tmp_path: Path) -> None:
    """Unsure counts as neither; the interval is Wilson's, kappa Cohen's."""
    draw(told, tmp_path / "s", count=5, seed=1)
    first = {f"{number}-claim": "y" for number in range(1, 5)} | {"5-claim": "n"}
    second = {"1-claim": "y", "2-claim": "y", "3-claim": "n", "4-claim": "u", "5-claim": "n"}
    for name, marks in zip(READERS, (first, second), strict=True):
        marked(tmp_path / "s" / name, marks)
    (found,) = score(tmp_path / "s")
    assert (found.yes, found.marked, found.both, found.agreed) == ((4, 2), (5, 4), 4, 3)
    assert found.precision(0) == pytest.approx((0.8, 0.3755, 0.9638), abs=1e-3)
    assert found.kappa == pytest.approx(0.5)


def test_what_is_no_mark_is_named(told: Store, tmp_path: Path) -> None:
    """The sheet, the line and the value are told."""
    draw(told, tmp_path / "s", count=1, seed=1)
    for name in READERS:
        path = tmp_path / "s" / name
        item = path.read_text("utf-8").splitlines()[1].split(",")[0]
        marked(path, {item: "yes"})
    with pytest.raises(StorageError, match="line 2: 'yes' is no mark"):
        score(tmp_path / "s")


@pytest.mark.parametrize(
    ("pairs", "kappa"),
    [([], None), ([("y", "y")] * 4, None), ([("y", "y"), ("n", "n")], 1.0), ([("y", "n"), ("n", "y")], -1.0)],
)
def test_kappa_is_agreement_beyond_chance(pairs: list[tuple[str, str]], kappa: float | None) -> None:
    """Undefined where chance alone agrees always; 1 for all the same, below 0 for the opposite."""
    assert kappa_of(pairs) == kappa
