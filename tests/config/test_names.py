"""The library of names."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from analysis.watch.guard import Guard
from config.names import LANGUAGES, name_ids, names_of
from config.watchlist import StatementConfig


@pytest.mark.parametrize(
    ("name_id", "texts"),
    [
        (
            "country:MR",
            [
                "Nouakchott shares these worries",
                "The Mauritanian minister understands",
                "Le ministre mauritanien comprend",
                "في نواكشوط",
                "الموريتاني",
                "мавританская сторона",
                "в Нуакшоте",
                "毛里塔尼亚",
                "Moritanya",
            ],
        ),
        (
            "country:RU",
            [
                "Moscow's security worries",
                "les préoccupations russes",
                "российская",
                "Москвы",
                "الروسية",
                "في موسكو",
                "російської",
                "Росією",
                "Rosji",
                "俄罗斯",
                "Rusya'nın",
            ],
        ),
        (
            "country:UA",
            ["у Києві", "України", "украинские", "في كييف", "na Ukrainie", "Ukrayna'nın", "乌克兰"],
        ),
        ("country:BY", ["Беларусі", "Білоруссю", "з Мінська", "Białorusi"]),
        ("country:PL", ["Польщею", "у Варшаві", "Polsce", "w Warszawie", "Polskou"]),
        ("office:president-RU", ["Poutine", "Путиным", "بوتين", "普京"]),
        ("group:wagner", ["Вагнера", "вагнеровцы", "الفاغنر", "Wagner's men"]),
        ("organisation:nato", ["l'OTAN", "НАТО", "بالناتو", "北约"]),
    ],
)
def test_a_name_is_found_by_its_id(name_id: str, texts: list[str]) -> None:
    """Capitals, adjectives and cases, in many languages."""
    guard = Guard([names_of(name_id)])
    assert [text for text in texts if not guard.lets(text)] == []


@pytest.mark.parametrize(
    ("name_id", "texts"),
    [
        ("country:NE", ["le Nigeria", "Nigerian troops", "в Нигерии", "نيجيريا"]),
        ("country:ML", ["malice", "Somalia", "وزارة المالية", "малыш"]),
        ("country:RU", ["rusty", "rush hour", "Prussia", "russet"]),
        ("country:TD", ["chadors", "в чаду"]),
        ("organisation:eu", ["eu não sei", "ue"]),
    ],
)
def test_other_words_are_no_such_name(name_id: str, texts: list[str]) -> None:
    """Neighbouring countries and words that begin alike."""
    guard = Guard([names_of(name_id)])
    assert [text for text in texts if guard.lets(text)] == []


def test_an_entity_may_be_an_id() -> None:
    """In the watchlist an id stands for its spellings; an unknown one is refused with what there is."""
    given = StatementConfig.model_validate(
        {"id": "one", "label": "One", "statements": ["Said"], "entities": ["country:MR", {"any_of": ["X"]}]}
    )
    assert "Nouakchott" in given.entities[0].any_of
    assert given.entities[1].any_of == ("X",)
    with pytest.raises(ValidationError, match="there is no name 'country:XQ'"):
        StatementConfig.model_validate(
            {"id": "one", "label": "One", "statements": ["Said"], "entities": ["country:XQ"]}
        )


def test_the_library_is_wide() -> None:
    """At least 15 languages of names, and every listed name has spellings in several scripts."""
    assert len(LANGUAGES) >= 15
    assert len(name_ids()) > 80
    for name_id in name_ids():
        assert len({name[:1] < "\u0370" for name in names_of(name_id)}) == 2, name_id
