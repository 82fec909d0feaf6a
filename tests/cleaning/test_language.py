"""Languages: scripts, classifiers, spelling, declarations, and the courage to abstain."""

from __future__ import annotations

import pytest

from config.undetermined import UNDETERMINED
from crawler.cleaning.language import identify, normalise_tag
from crawler.cleaning.scripts import fits, main_script

TEXTS = {
    "en": "The minister opened the long bridge over the river on Monday and praised the workers who had "
    "built it.",
    "fr": "Le ministre a inauguré lundi le long pont sur le fleuve et a remercié les ouvriers qui l'ont "
    "construit.",
    "ar": "افتتح الوزير الجسر الطويل فوق النهر يوم الاثنين وأشاد بالعمال الذين بنوه خلال ست سنوات.",
    "fa": "وزیر روز دوشنبه پل بلند روی رودخانه را افتتاح کرد و از کارگرانی که آن را ساخته بودند قدردانی کرد.",
    "ru": "Министр открыл в понедельник длинный мост через реку и похвалил рабочих, которые его построили.",
    "uk": "Міністр відкрив у понеділок довгий міст через річку і похвалив робітників, які його збудували.",
    "ha": "Ministan ya buɗe doguwar gadar da ke kan kogin ranar Litinin kuma ya yaba wa ma'aikatan da suka "
    "gina ta.",
    "sw": "Waziri alifungua daraja refu juu ya mto siku ya Jumatatu na kuwasifu wafanyakazi waliolijenga.",
    "am": "ሚኒስትሩ ሰኞ ዕለት በወንዙ ላይ ያለውን ረጅም ድልድይ ከፍተው የገነቡትን ሠራተኞች አመሰገኑ።",
    "ti": "እቲ ሚኒስተር ነቲ ኣብ ልዕሊ ሩባ ዝተሃነጸ ነዊሕ ድልድል ብሰኑይ መሪቑ፡ ነቶም ዝሃነጽዎ ሰራሕተኛታት ድማ ኣመስጊኑ።",
    "zh": "部长星期一为横跨河流的长桥揭幕，并赞扬了建造它的工人。",
    "ja": "大臣は月曜日に川にかかる長い橋を開通させ、建設した労働者をたたえた。",
    "ko": "장관은 월요일에 강을 가로지르는 긴 다리를 개통하고 건설 노동자들을 칭찬했다.",
    "bm": "Minisiri ye pɔnkan jan dayɛlɛ ba kan ntɛnɛn don, ka baarakɛlaw fo minnu y'a jɔ ɲɛ na.",
    "wo": "Jawriñ ji ubbi na pom bu gudd bi ci kaw dex gi altine, di gërëm liggéeykat yi ko tabax ci lu "
    "yàgg.",
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


RELATIVES = {
    "sr": "Predsednik opštine je u nedelju rekao da su reka i deca važniji od cene novog mosta u mestu.",
    "ny": "Nduna anatsegula mlatho wautali pa mtsinje Lolemba ndipo anathokoza anthu amene anaumanga, koma "
    "chifukwa "
    "cha mvula ndi madzi ambiri.",
    "rn": "Umushikiranganji yuguruye ikiraro kirekire ku wambere arakengurukira abakozi bacubatse, canke "
    "abandi "
    "bose bafise vyinshi bakoze.",
    "ti": "እቲ ሚኒስተር ነቲ ነዊሕ ድልድል ናብ ህዝቢ ከፊቱ እዩ። ካብ ዓመታት ዝነበረ ስራሕ ድማ ተዛዚሙ።",
    "yi": "דער מיניסטער האט געעפנט די לאנגע בריק איבער דעם טייך און ער האט געדאנקט די ארבעטער וואס האבן עס "
    "געבויט.",
    "bo": "བློན་ཆེན་གྱིས་གཟའ་ཟླ་བའི་ཉིན་གཙང་པོའི་ཐོག་གི་ཟམ་པ་རིང་པོ་ཞིག་སྒོ་ཕྱེས་པ་རེད།",
    "sd": "وزير سومر جي ڏينهن درياهه تي ڊگهي پل جو افتتاح ڪيو ۽ ان کي ٺاهڻ وارن مزدورن جي ساراهه ڪئي ۽ "
    "انعام ڏنا.",
    "ms": "منتري ممبوک جمبتن ڤنجڠ دأتس سوڠاي ڤد هاري اثنين دان ممبري ڤڠهرݢاءن کڤد ڤکرج يڠ ممبيناڽ.",
    "ks": "वज़ीर छु शहर मंज़ नव कदल पेठ आमुत, अख बोड पुल छु बनान।",
    "ace": "منتري ممبوک جمبتن ڽڠ ڤنجڠ ڠن ڤکرج ڽڠ ممبيناڽ ڠن دأتس سوڠاي ڤد هاري اثنين.",
}


@pytest.mark.parametrize("language", RELATIVES)
def test_relatives_are_told_by_their_particles_and_letters(language: str) -> None:
    """A sentence in a language that the classifier takes for its neighbour is told by words or letters that
    the neighbour does not have."""
    assert identify(RELATIVES[language]).language == language


@pytest.mark.parametrize("language", ["hr", "bs"])
def test_the_western_forms_are_not_called_serbian(language: str) -> None:
    """What is written with `ije` and `je` stays Croatian or Bosnian, whatever was near."""
    text = (
        "Predsjednik općine rekao je u nedjelju da su rijeka i djeca važniji od cijene novog mosta u mjestu."
    )
    assert identify(text, declared=[("html", language)]).language != "sr"


@pytest.mark.parametrize("neighbour", ["ur", "ps", "sl", "sw", "am", "he", "hi"])
def test_the_neighbours_keep_their_own(neighbour: str) -> None:
    """Words that two languages share do not turn the larger one into the smaller."""
    texts = {
        "ur": "وزیر نے پیر کو دریا پر لمبے پل کا افتتاح کیا اور ان مزدوروں کی تعریف کی جنہوں نے اسے بنایا "
        "تھا۔",
        "ps": "وزیر د دوشنبې په ورځ پر سیند باندې اوږد پل پرانیست او د هغو کارګرانو ستاینه یې وکړه چې جوړ "
        "کړی یې و.",
        "sl": "Minister je v ponedeljek odprl dolg most čez reko in letos pohvalil delavce, ki so ga "
        "zgradili to leto.",
        "sw": TEXTS["sw"],
        "am": TEXTS["am"],
        "hi": "मंत्री ने सोमवार को नदी पर लंबे पुल का उद्घाटन किया और मज़दूरों की प्रशंसा की।",
        "he": "השר פתח ביום שני את הגשר הארוך מעל הנהר ושיבח את הפועלים שבנו אותו במשך שש שנים.",
    }
    assert identify(texts[neighbour]).language == neighbour
