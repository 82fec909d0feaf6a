"""Copies: found whatever was edited, never confused with another text, the same whatever the order of
work."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from config.clock import FixedClock
from config.progress import NoProgress
from config.schedule import Schedule
from config.settings import CopySettings, Settings
from config.workspace import Workspace
from crawler.copies import links as links_module
from crawler.copies import stage as stage_module
from crawler.copies.grouping import group_articles, links_of
from crawler.copies.shingles import overlap, shingles, sketch_of
from crawler.copies.stage import group_copies
from crawler.copies.texts import group_texts
from crawler.copies.wires import credited_agency
from storage.records import Article, CopyMember
from storage.store import Store, create_store
from storage.stores.copies import CopyStore
from storage.text import text_sha256
from tests.storage import makers

SETTINGS = CopySettings()
TEXTS = Path(__file__).parents[2] / "drumbeat" / "sample" / "texts"
LANGUAGES = ("en", "fr", "ar", "ru", "es", "pt", "ha")


def stories(language: str) -> list[str]:
    """Bodies of the sample world's articles, two joined to one so that they have the length of news."""
    rows = [
        row["body"].strip()
        for row in tomllib.loads((TEXTS / f"{language}.toml").read_text(encoding="utf-8"))["article"]
    ]
    return [f"{left}\n\n{right}" for left, right in zip(rows[::2], rows[1::2], strict=False)]


def article(
    name: str, body: str, *, hours: float = 0, source: str = "alpha", language: str = "en"
) -> Article:
    """An article with this body."""
    return makers.article(
        name, title=f"T{name}", body=body, source_id=source, language=language,
        counted_at=makers.hours(hours),
        first_seen_at=makers.hours(hours), published_at=makers.hours(hours), date_confidence="A",
        text_sha256=text_sha256(body),
    )  # fmt: skip


def edited(text: str, kind: str) -> str:
    """A text as another desk would print it."""
    words, dice = text.split(" "), random.Random(kind)
    match kind:
        case "byline":
            return (
                "By our correspondent, with agencies. "
                + text
                + " Our service continues. "
                + " ".join(dice.choices(words, k=15))
            )
        case "first half":
            return " ".join(words[: len(words) // 2])
        case "one word in ten dropped":
            return " ".join(word for word in words if dice.random() > 0.1)
        case _:
            paragraphs = text.split("\n\n")
            return "\n\n".join(dice.sample(paragraphs, len(paragraphs)))


@pytest.mark.parametrize("kind", ["byline", "first half", "one word in ten dropped", "paragraphs moved"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_edit_is_found(language: str, kind: str) -> None:
    """All reprints are found among all other texts of the language, and nothing else is joined to them."""
    texts = stories(language)
    grouped = group_texts(
        {f"a{i}": text for i, text in enumerate(texts)}
        | {f"b{i}": edited(text, kind) for i, text in enumerate(texts)}
    )
    for i in range(len(texts)):
        assert grouped[f"a{i}"] == grouped[f"b{i}"]
    assert len(set(grouped.values())) == len(texts)


def test_chinese_is_compared_by_characters() -> None:
    """A text without spaces and its cut version are one; another on the same subject is not."""
    one = "新华社北京电外交部发言人表示中方一贯主张通过对话解决分歧希望有关各方保持克制避免局势进一步升级" * 3
    other = (
        "国家统计局今日公布数据显示前三季度经济运行总体平稳就业形势保持稳定居民收入继续增加物价温和上涨" * 3
    )
    grouped = group_texts({"a": one, "b": one[:70], "c": other})
    assert grouped["a"] == grouped["b"] != grouped["c"]


def test_a_round_up_does_not_join_its_stories() -> None:
    """An article that quotes three stories in full belongs to one of them at most."""
    first, second, third = stories("en")[:3]
    rows = [
        article(name, body, hours=i)
        for i, (name, body) in enumerate([("1", first), ("2", second), ("3", third)])
    ]
    grouping = group_articles([*rows, article("4", "\n\n".join((first, second, third)), hours=9)], SETTINGS)
    groups = {member.article_id: member.group_id for member in grouping.members}
    assert len({groups[row.article_id] for row in rows}) == 3


def test_copies_far_apart_in_time_are_two_groups() -> None:
    """The same text after the window is told again, not reprinted."""
    body = stories("en")[0]
    days = SETTINGS.window_days
    near = group_articles([article("1", body), article("2", body, hours=24 * days)], SETTINGS)
    far = group_articles([article("1", body), article("2", body, hours=24 * days + 1)], SETTINGS)
    assert (len(near.groups), len(far.groups)) == (1, 2)


def test_the_original_is_the_earliest_and_relations_are_named() -> None:
    """Exact, near and excerpt are told apart; outlets and size are counted."""
    body = stories("fr")[0]
    rows = [
        article("1", edited(body, "byline"), hours=1, source="beta"),
        article("2", body, hours=0),
        article("3", body, hours=2, source="gamma"),
        article("4", edited(body, "first half"), hours=3),
    ]
    grouping = group_articles(rows, SETTINGS)
    group = grouping.groups[0]
    relations = {member.article_id: member.relation for member in grouping.members}
    assert (group.first_source_id, group.size, group.outlets) == ("alpha", 4, 3)
    assert [relations[row.article_id] for row in rows[:3]] == ["near", "original", "exact"]


def test_of_equal_dates_the_one_that_credits_an_agency_is_the_original() -> None:
    """Where days alone are known, who names the agency comes first; an exact earlier time beats any
    credit."""
    body = stories("en")[1]
    plain, wire = (
        article("1", body, hours=0),
        article("2", f"PORT-SALIM, March 2. /TASS/. {body}", hours=24, source="beta"),
    )
    day = [
        replace(row, published_at=makers.hours(0), date_confidence="C", first_seen_at=makers.hours(30))
        for row in (plain, wire)
    ]
    assert group_articles(day, SETTINGS).groups[0].first_source_id == "beta"
    exact = [replace(row, published_at=makers.hours(hour)) for row, hour in ((plain, 1), (wire, 2))]
    assert group_articles(exact, SETTINGS).groups[0].first_source_id == "alpha"


def test_order_of_input_leaves_no_trace() -> None:
    """Shuffled input gives the same groups and members."""
    rows = [
        article(f"{i}-{j}", edited(text, kind), hours=i + j / 10)
        for i, text in enumerate(stories("ru")[:12])
        for j, kind in enumerate(("byline", "first half", "x"))
    ]
    expected = group_articles(rows, SETTINGS)
    for seed in range(5):
        random.Random(seed).shuffle(rows)
        assert group_articles(rows, SETTINGS) == expected


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store with two outlets."""
    with create_store(f"sqlite:///{tmp_path / 'drumbeat.db'}") as opened:
        opened.sources.sync([makers.source("alpha"), makers.source("beta")])
        yield opened


def grouped(store: Store, root: Path) -> dict[str, int]:
    """Run the stage."""
    workspace = Workspace(root=root, settings=Settings(), sources=(), watchlist=(), schedule=Schedule())
    return group_copies(
        store=store,
        workspace=workspace,
        clock=FixedClock(makers.DAY),
        run_id="copies-1",
        progress=NoProgress(),
    )


def members(store: Store) -> list[tuple[CopyMember, Article]]:
    """Everything that is grouped."""
    return store.copies.all_members(makers.hours(-1000), makers.hours(5000))


def waves() -> list[list[Article]]:
    """Coverage of six days: originals, reprints, cuts, a round-up; some copies arrive before their
    originals."""
    texts = stories("en")[:10]
    kinds = ("x", "byline", "first half", "one word in ten dropped")
    rows = [
        article(
            f"{i}-{j}",
            text if kind == "x" else edited(text, kind),
            hours=7 * i + 30 * ((i + j) % 4),
            source=("alpha", "beta")[j % 2],
        )
        for i, text in enumerate(texts)
        for j, kind in enumerate(kinds)
    ]
    rows.append(article("round-up", "\n\n".join(texts[:3]), hours=50))
    days: dict[int, list[Article]] = {}
    for row in rows:
        days.setdefault(int((row.counted_at - makers.DAY) / timedelta(days=1)), []).append(row)
    return [days[day] for day in sorted(days)]


def test_day_by_day_and_all_at_once_give_the_same_groups(tmp_path: Path) -> None:
    """The stage may run after every wave, in any order of waves, or once."""
    results = []
    for name, order in (("once", None), ("daily", 1), ("backwards", -1)):
        (tmp_path / name).mkdir()
        with create_store(f"sqlite:///{tmp_path / name / 'drumbeat.db'}") as store:
            store.sources.sync([makers.source("alpha"), makers.source("beta")])
            for wave in waves()[::order]:
                makers.add_articles(store, wave)
                if order:
                    grouped(store, tmp_path)
            if not order:
                grouped(store, tmp_path)
            results.append((members(store), store.copies.groups(makers.hours(-100), makers.hours(5000))))
    assert results[0] == results[1] == results[2]


def test_a_second_run_finds_nothing_to_do(store: Store, tmp_path: Path) -> None:
    """The stage can be repeated."""
    for wave in waves():
        makers.add_articles(store, wave)
    grouped(store, tmp_path)
    before = members(store)
    assert grouped(store, tmp_path) == {"articles": 0}
    assert members(store) == before


def test_what_translations_joined_stays_joined(store: Store, tmp_path: Path) -> None:
    """A reprint that arrives later joins the group of original and translation without breaking it."""
    english, french = stories("en")[0], stories("fr")[0]
    rows = [article("1", english), article("2", french, hours=2, source="beta", language="fr")]
    makers.add_articles(store, rows)
    grouped(store, tmp_path)
    joined = [
        replace(
            store.copies.of([rows[1].article_id])[rows[1].article_id],
            group_id=rows[0].article_id,
            relation="translation",
            containment=0.7,
        )
    ]
    group = store.copies.group(rows[0].article_id)
    assert group is not None
    store.copies.replace([replace(group, size=2, outlets=2)], joined, dissolved=[rows[1].article_id])
    late = article("3", edited(french, "byline"), hours=4, language="fr")
    makers.add_articles(store, [late])
    grouped(store, tmp_path)
    found = store.copies.of([rows[0].article_id, rows[1].article_id, late.article_id])
    assert {member.group_id for member in found.values()} == {rows[0].article_id}
    assert [found[row.article_id].relation for row in (*rows, late)] == ["original", "translation", "near"]
    assert found[rows[1].article_id].containment == 0.7


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("MOSCOW, March 2. /TASS/. The ministry said", "TASS"),
        ("МОСКВА, 2 марта - РИА Новости. Министр заявил", "RIA Novosti"),
        ("新华社北京3月2日电", "Xinhua"),
        ("Le ministre a dit " + "bla " * 200 + "(AFP)", "AFP"),
        ("The minister said " + "bla " * 200 + " Reuters was not there. " + "bla " * 200, None),
        ("the fabric of society", None),
        ("أبوظبي في 2 مارس / وام / استقبل الوزير", "WAM"),
        ("الدوحة (قنا) - استقبل الوزير", "QNA"),
        ("پرداخت وام ازدواج به جوانان از فردا آغاز می‌شود", None),
        ("شهدت محافظة قنا اليوم افتتاح الجسر", None),
    ],
)
def test_agencies_are_credited_at_the_edges(text: str, agency: str | None) -> None:
    """A credit in the dateline or the last line counts; a mention in the middle, a part of a word or a word
    of the same letters does not."""
    assert credited_agency(text) == agency


@pytest.mark.parametrize("change", ["letters", "spelling", "alphabet"])
def test_a_reprint_in_other_letters_is_a_copy(change: str) -> None:
    """Keyboards, half-spaces, the letter yo and the two alphabets of Serbian leave a copy a copy."""
    persian = (
        "سازمان بندر روز دوشنبه اعلام کرد که اسکله شمالی پس از دو سال بازگشایی می‌شود و شغل‌ها ایجاد نشده است."
    )
    pairs = {
        "letters": (persian, persian.translate(str.maketrans({"ک": "ك", "ی": "ي", "\u200c": None}))),
        "spelling": ("Всё ещё идёт съёмка, её ведёт Пётр." * 3, "Все еще идет съемка, ее ведет Петр." * 3),
        "alphabet": ("Наши људи још чекају да се отвори мост.", "Naši ljudi još čekaju da se otvori most."),
    }
    grouped = group_texts(dict(zip("ab", pairs[change], strict=True)))
    assert grouped["a"] == grouped["b"]


def test_a_denial_made_from_a_claim_is_no_copy(store: Store, tmp_path: Path) -> None:
    """It has a group of its own; the link says what it is; a reprint of either finds its own."""
    body = stories("en")[2].replace(" was ", " has been ", 1)
    claim, denial = article("1", body), article("2", body.replace(" has been ", " has not been ", 1), hours=2)
    reprint = article("3", edited(denial.body, "byline"), hours=3)
    assert claim.body != denial.body
    makers.add_articles(store, [claim, denial, reprint])
    grouped(store, tmp_path)
    found = store.copies.of([row.article_id for row in (claim, denial, reprint)])
    assert found[claim.article_id].relation == found[denial.article_id].relation == "original"
    assert found[claim.article_id].group_id != found[denial.article_id].group_id
    assert found[reprint.article_id].group_id == denial.article_id
    kinds = {frozenset((link.left_id, link.right_id)): link.kind for link in store.copies.links(list(found))}
    assert kinds[frozenset((claim.article_id, denial.article_id))] == "negated"


def test_a_reprint_with_another_figure_is_marked(store: Store, tmp_path: Path) -> None:
    """It is of the same text, and told as changed."""
    body = stories("en")[3] + " The ministry said that 40 people took part in the work."
    makers.add_articles(store, [article("1", body), article("2", body.replace("40", "400"), hours=2)])
    grouped(store, tmp_path)
    assert [member.relation for member, _ in members(store)] == ["original", "changed"]


def test_a_text_without_date_is_no_original_for_its_date() -> None:
    """Of an article with a known hour and one that may be older or younger, the known one came first for
    certain."""
    body = stories("en")[1]
    dated, undated = article("1", body, hours=20), article("2", body, hours=24, source="beta")
    rows = [dated, replace(undated, published_at=None, date_confidence="D")]
    assert group_articles(rows, SETTINGS).groups[0].first_source_id == "alpha"


def test_a_pair_is_compared_once(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is stored is neither cut into runs nor compared again when new articles come."""
    compared: list[int] = []
    measure = links_module.compared
    monkeypatch.setattr(links_module, "compared", lambda *args: compared.append(1) or measure(*args))
    sketched: list[str] = []
    monkeypatch.setattr(stage_module, "sketch_of", lambda text: sketched.append(text) or sketch_of(text))
    for wave in waves():
        makers.add_articles(store, wave)
        grouped(store, tmp_path)
    before, texts = len(compared), len(sketched)
    makers.add_articles(store, [article("alone", " ".join(reversed(stories("en")[15].split())), hours=40)])
    grouped(store, tmp_path)
    assert (len(compared), len(sketched)) == (before, texts + 1)
    assert texts == sum(map(len, waves()))


def test_steps_leave_no_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many articles a step holds, the groups are the same."""
    results = []
    for step in (3, 1000):
        monkeypatch.setattr(stage_module, "STEP", step)
        with create_store(f"sqlite:///{tmp_path / f'{step}.db'}") as store:
            makers.add_articles(store, [row for wave in waves() for row in wave])
            grouped(store, tmp_path)
            results.append((members(store), store.copies.groups(makers.hours(-100), makers.hours(5000))))
    assert results[0] == results[1]


def test_a_killed_run_is_taken_up(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps that were written stay; the next run does the rest and comes to the same groups."""
    for wave in waves():
        makers.add_articles(store, wave)
    expected = group_articles([row for wave in waves() for row in wave], SETTINGS)
    monkeypatch.setattr(stage_module, "STEP", 10)
    write, calls = CopyStore.replace, iter(range(100))

    def killed(*args: Any, **values: Any) -> None:
        if next(calls) == 2:
            raise KeyboardInterrupt
        write(*args, **values)

    monkeypatch.setattr(CopyStore, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        grouped(store, tmp_path)
    assert 0 < len(store.copies.waiting()) < len(expected.members)
    grouped(store, tmp_path)
    assert sorted(
        (member for member, _ in members(store)), key=lambda row: (row.group_id, row.article_id)
    ) == list(expected.members)


def test_groups_of_a_former_program_are_kept(store: Store, tmp_path: Path) -> None:
    """What was grouped without sketches is found by new reprints, and stays together."""
    rows = [row for wave in waves() for row in wave]
    grouping = group_articles(rows, SETTINGS)
    makers.add_articles(store, rows)
    store.copies.replace(grouping.groups, grouping.members, links=links_of(rows, SETTINGS))
    late = article("late", edited(stories("en")[4], "byline"), hours=60)
    makers.add_articles(store, [late])
    grouped(store, tmp_path)
    expected = group_articles([*rows, late], SETTINGS)
    found = {member.article_id: member.group_id for member, _ in members(store)}
    assert found == {member.article_id: member.group_id for member in expected.members}


def test_unrelated_texts_change_no_relation() -> None:
    """Ten times as many texts of other languages beside them, and no copy relation is another one."""
    rows = [row for wave in waves() for row in wave]
    others = [
        article(f"{language}-{place}", text, hours=place % 90, language=language)
        for language in LANGUAGES[1:]
        for place, text in enumerate(stories(language))
    ]
    alone, among = group_articles(rows, SETTINGS), group_articles([*rows, *others], SETTINGS)
    ids = {row.article_id for row in rows}
    assert [member for member in among.members if member.article_id in ids] == list(alone.members)
    assert len(others) > 2 * len(rows)


def test_empty_and_tiny_texts_are_no_error() -> None:
    """Nothing, punctuation and one letter have few or no shingles and overlap with nothing by accident."""
    assert len(shingles("")) == len(shingles("?!")) == 0
    assert overlap(shingles(""), shingles("a")) == (0.0, 0.0)
    assert overlap(shingles("a"), shingles("A")) == (1.0, 1.0)
