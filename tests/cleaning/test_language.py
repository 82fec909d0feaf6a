"""Languages: scripts, classifiers, spelling, declarations, and the courage to abstain."""

from __future__ import annotations

import pytest

from config.undetermined import UNDETERMINED
from crawler.cleaning.language import identify, normalise_tag
from crawler.cleaning.scripts import fits, main_script

TEXTS = {
    "en": "The minister opened the long bridge over the river on Monday and praised the workers who had built it.",
    "fr": "Le ministre a inauguré lundi le long pont sur le fleuve et a remercié les ouvriers qui l'ont construit.",
    "ar": "افتتح الوزير الجسر الطويل فوق النهر يوم الاثنين وأشاد بالعمال الذين بنوه خلال ست سنوات.",
    "fa": "وزیر روز دوشنبه پل بلند روی رودخانه را افتتاح کرد و از کارگرانی که آن را ساخته بودند قدردانی کرد.",
    "ru": "Министр открыл в понедельник длинный мост через реку и похвалил рабочих, которые его построили.",
    "uk": "Міністр відкрив у понеділок довгий міст через річку і похвалив робітників, які його збудували.",
    "ha": "Ministan ya buɗe doguwar gadar da ke kan kogin ranar Litinin kuma ya yaba wa ma'aikatan da suka gina ta.",
    "sw": "Waziri alifungua daraja refu juu ya mto siku ya Jumatatu na kuwasifu wafanyakazi waliolijenga.",
    "am": "ሚኒስትሩ ሰኞ ዕለት በወንዙ ላይ ያለውን ረጅም ድልድይ ከፍተው የገነቡትን ሠራተኞች አመሰገኑ።",
    "ti": "እቲ ሚኒስተር ነቲ ኣብ ልዕሊ ሩባ ዝተሃነጸ ነዊሕ ድልድል ብሰኑይ መሪቑ፡ ነቶም ዝሃነጽዎ ሰራሕተኛታት ድማ ኣመስጊኑ።",
    "zh": "部长星期一为横跨河流的长桥揭幕，并赞扬了建造它的工人。",
    "ja": "大臣は月曜日に川にかかる長い橋を開通させ、建設した労働者をたたえた。",
    "ko": "장관은 월요일에 강을 가로지르는 긴 다리를 개통하고 건설 노동자들을 칭찬했다.",
    "bm": "Minisiri ye pɔnkan jan dayɛlɛ ba kan ntɛnɛn don, ka baarakɛlaw fo minnu y'a jɔ ɲɛ na.",
    "wo": "Jawriñ ji ubbi na pom bu gudd bi ci kaw dex gi altine, di gërëm liggéeykat yi ko tabax ci lu yàgg.",
}


@pytest.mark.parametrize("language", TEXTS)
def test_one_sentence_is_enough(language: str) -> None:
    """A sentence of news is told, languages that langdetect throws at or mistakes included."""
    assert identify(TEXTS[language]).language == language


def test_the_same_text_gives_the_same_answer() -> None:
    """langdetect's sampling is seeded: a doubtful text is decided alike every time."""
    text = "Bridge pont most ponte puente river fleuve reka rio"
    assert len({identify(text, seed=0) for _ in range(5)}) == 1


def test_a_template_does_not_beat_the_text() -> None:
    """`lang="en"` on every page of a Hausa, Russian or Arabic site changes nothing."""
    declared = [("html", "en-US"), ("meta", "en_GB"), ("jsonld", "en")]
    assert [identify(TEXTS[name], declared=declared).language for name in ("ha", "ru", "ar")] == [
        "ha",
        "ru",
        "ar",
    ]


def test_declarations_decide_between_close_relatives() -> None:
    """Where the text leaves two languages open, page and feed settle it."""
    text = "Berita terkini hari ini dari pusat kota."
    answers = {
        identify(text, declared=[("html", tag), ("feed", tag), ("source", tag)]).best for tag in ("id", "ms")
    }
    assert answers == {"id", "ms"}


def test_habit_is_asked_only_in_doubt() -> None:
    """An outlet's habit decides an open case and leaves a clear one alone."""
    habit = {"sr": 48, "hr": 2}
    assert identify(TEXTS["fr"], habit=habit).language == "fr"
    assert identify("Predsednik vlade je danas otvorio most.", habit=habit).source == "text+habit"


@pytest.mark.parametrize("text", ["", "   ", "12:30 - 14:45", "?!", "a"])
def test_nothing_to_go_by_is_undetermined(text: str) -> None:
    """Numbers, signs and single letters have no language."""
    assert identify(text).language == UNDETERMINED


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("ᱢᱟᱱᱛᱨᱤ ᱫᱚ ᱥᱚᱢᱵᱟᱨ ᱢᱟᱦᱟᱸ ᱜᱟᱰᱟ ᱪᱮᱛᱟᱱ ᱨᱮ ᱡᱮᱞᱮᱧ ᱯᱩᱞ ᱮ ᱡᱷᱤᱡ ᱠᱮᱫᱟ ᱾", "sat"),
        ("𞤃𞤭𞤲𞤭𞤧𞤼𞤭𞤪 𞤮𞤲 𞤵𞤣𞤣𞤭𞤼𞤭𞥅 𞤲𞤣𞤫𞤥 𞤨𞤮𞤲 𞤶𞤵𞥅𞤼𞤵𞤲 𞤢𞤤𞤼𞤭𞤲𞤫", UNDETERMINED),
        ("ᨆᨑᨗᨀ ᨔᨗᨄᨈᨚ ᨆᨙᨒᨚ ᨄᨘᨂ ᨑᨗ ᨈᨊ ᨕᨘᨁᨗ", UNDETERMINED),
    ],
)
def test_a_language_must_be_written_in_the_script(text: str, language: str) -> None:
    """Scripts that no classifier knows are not given a language of another script, whatever is declared."""
    assert identify(text, declared=[("html", "am"), ("meta", "en")]).language == language


def test_every_answer_fits_the_script_of_its_text() -> None:
    """The languages of the examples are written in their scripts; others are not."""
    for language, text in TEXTS.items():
        assert fits(language, main_script(text) or "")
    assert not fits("am", "latin")
    assert not fits("ru", "arabic")
    assert fits("sr", "latin") and fits("sr", "cyrillic") and fits("qqq", "latin")


def test_scripts_are_told_apart() -> None:
    """Quotations in another script do not outweigh the text; kana make Han Japanese."""
    assert main_script(TEXTS["ru"] + " (NASA, BBC)") == "cyrillic"
    assert (main_script(TEXTS["zh"]), main_script(TEXTS["ja"]), main_script("123")) == (
        "han",
        "japanese",
        None,
    )


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("ru-RU", "ru"),
        ("zh_Hant_TW", "zh"),
        ("nb", "no"),
        ("iw", "he"),
        ("und", None),
        ("x-default", None),
        ("", None),
    ],
)
def test_tags_are_normalised(tag: str, language: str | None) -> None:
    """Locales, old codes and macrolanguages come to our codes."""
    assert normalise_tag(tag) == language
