"""Where sentences end, in the scripts of the world's press.

Deliberately careful: a missed end only makes one sentence longer, a wrong one tears a name or a number apart,
so whatever may be an abbreviation, an initial or an ordinal does not end a sentence. Pure functions over one
text; all offsets are into that text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

_LINE_BREAKS = re.compile(r"[\n\r\x0b\x0c\x85\u2028\u2029]+")
# French sets a space before », German opens a quotation with it: only a » that a space or the end follows
# belongs to what stands before.
_CLOSERS = r"[\"'»”’›)\]」』）】》〉]*(?:[ \u00a0\u202f][»›](?=\s|$))?"
_FULL_WIDTH = "。！？｡"
# . ! ? … Arabic ؟ ۔, Devanagari । ॥, Armenian ։, Ethiopic ። ፧ ፨, Myanmar ။, Khmer ។ ៕, Tibetan ། need a space
# after them; 。！？ do not. A run of marks is tried from its first mark only and given back whole: else a page
# of a hundred thousand dots takes hours.
_SPACED = ".!?…؟۔।॥։።፧፨။។៕།"
_END = re.compile(rf"(?<![{_SPACED}])([{_SPACED}]++){_CLOSERS}(?=\s|$)|([{_FULL_WIDTH}]+){_CLOSERS}")
_CASED_ENDS = frozenset(".!?…")
_WORD_BEFORE = re.compile(r"[^\s(\[{\"'«“‘„—–-]*$")
_DOTTED_LETTERS = re.compile(r"(?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,2}")
_LONGEST_SHORT_FORM = 24
"""Characters before a full stop that may be an abbreviation. Decides cost only."""
# Spanish doubles the letters of a plural and sets a space: EE. UU., FF. AA., JJ. OO. One alone may be a Roman
# numeral.
_DOUBLED_FIRST, _DOUBLED_SECOND = (
    re.compile(r"(?<!\w)([A-ZÑ])\1$"),
    re.compile(r"(?<!\w)([A-ZÑ])\1\. ?([A-ZÑ])\2$"),
)
_DOUBLED_NEXT = re.compile(r"([A-ZÑ])\1\.")
# English writes the day behind the month, where it is no ordinal: "on Jan. 5. They".
_DAY_OF_MONTH = re.compile(
    r"(?<!\w)(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\. \d\d?$"
    r"|(?<!\w)(?:january|february|march|april|may|june|july|august|september|october|november|december)"
    r" \d\d?$",
    re.IGNORECASE,
)

_SHORT_FORMS = """
adm approx apr aug ave bldg brig bros capt cf cmdr co col corp dec dept det dr est etc feb ft gen gov hon hr
inc jan jr jul jun lt ltd maj messrs mr mrs ms mt nov oct prof pvt rep rev sen sep sept sgt sr st ste supt
thu tue univ vs wed bzw usw ggf inkl bspw evtl mio mrd tel str abs hrsg jh verf vgl zzgl mm mme mmes mlle
mlles env éd tél boul chap hab av dra sra sras srta sres srs ud uds exmo exma sig dott avv doç alb tuğg mgr
tzw tzn inż woj гг ул им стр млн млрд тыс руб др просп пер св ред акад проф гос зам см напр коп кв чл корр
грн вул зб डॉ श्री प्रो
"""
_BEFORE_NUMBERS = "no nos nr art p pp pág págs núm fig vol op ca рис обл ст №"

SHORT_FORMS = frozenset(_SHORT_FORMS.split())
"""Words that a full stop follows without ending the sentence, casefolded; single letters are always taken as
such."""
BEFORE_NUMBERS = frozenset(_BEFORE_NUMBERS.split())
"""The same, where a number follows."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: `text[start:end]`, without space around it."""

    start: int
    end: int
    ends_paragraph: bool


def sentences(text: str) -> list[Sentence]:
    """Cut `text` into sentences; every character that is not space lies in exactly one of them.

    A line break always ends a sentence: cleaning puts one between paragraphs.
    """
    return list(_sentences(text))


def first_sentences(text: str, count: int) -> list[str]:
    """The first sentences of `text` as strings; what follows them is not looked at."""
    return [text[sentence.start : sentence.end] for sentence in islice(_sentences(text), count)]


def _sentences(text: str) -> Iterator[Sentence]:
    position = 0
    for line in _LINE_BREAKS.finditer(text):
        yield from _of_paragraph(text, *_trimmed(text, position, line.start()))
        position = line.end()
    yield from _of_paragraph(text, *_trimmed(text, position, len(text)))


def _of_paragraph(text: str, start: int, stop: int) -> Iterator[Sentence]:
    """Sentences of the paragraph `text[start:stop]`, which has no space at its borders."""
    begin = start
    for match in _END.finditer(text, start, stop):
        end = match.end()
        if end < stop and _ends_here(text, begin, match, stop):
            yield Sentence(begin, end, False)
            begin = _trimmed(text, end, stop)[0]
    if begin < stop:
        yield Sentence(begin, stop, True)


def _ends_here(text: str, begin: int, match: re.Match[str], stop: int) -> bool:
    """Whether the marks of `match` end the sentence that began at `begin`.

    There is more text before `stop`.
    """
    marks = match[1] or match[2]
    if marks[-1] not in _CASED_ENDS:
        return True
    following = _trimmed(text, match.end(), stop)[0]
    if text[following].islower():
        return False
    before = text[max(begin, match.start() - _LONGEST_SHORT_FORM) : match.start()]
    if marks != ".":
        return True
    return not (
        _is_short_form(before, text[following]) or _is_doubled(before, text[following : following + 3])
    )


def _is_short_form(before: str, following: str) -> bool:
    """Whether a full stop between `before` and `following` belongs to the word.

    An initial, an ordinal, dotted letters or a listed form.
    """
    found = _WORD_BEFORE.search(before)
    word = found[0].casefold() if found else ""
    if word.isdigit():
        return len(word) <= 2 and _DAY_OF_MONTH.search(before) is None
    if word in BEFORE_NUMBERS:
        return following.isdigit()
    return len(word) == 1 or word in SHORT_FORMS or _DOTTED_LETTERS.fullmatch(word) is not None


def _is_doubled(before: str, following: str) -> bool:
    """Whether a full stop belongs to one of two abbreviations of doubled letters that stand together."""
    if _DOUBLED_FIRST.search(before) is None:
        return False
    return _DOUBLED_NEXT.match(following) is not None or _DOUBLED_SECOND.search(before) is not None


def _trimmed(text: str, start: int, stop: int) -> tuple[int, int]:
    """Borders of `text[start:stop]` without the space at either end; equal where there is only space."""
    while start < stop and text[start].isspace():
        start += 1
    while stop > start and text[stop - 1].isspace():
        stop -= 1
    return start, stop
