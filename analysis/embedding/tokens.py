"""The model's own tokenizer (XLM-RoBERTa's SentencePiece Unigram), rebuilt from the weights file with
`tokenizers`.
"""

from __future__ import annotations

import re
import unicodedata

from analysis.embedding.base import QUERY_PREFIX
from analysis.embedding.weights import Vocabulary

_SPACE_MARK = "\u2581"
_SPACES = re.compile(" {2,}")
_SURROGATES = range(0xD800, 0xE000)
"""Unicode's surrogates."""


class Tokenizer:
    """Text to token ids, `query: ` before it, begin and end marks around it, cut at the model's longest
    input.
    """

    def __init__(self, vocabulary: Vocabulary, longest: int) -> None:
        from tokenizers import Tokenizer as Engine
        from tokenizers.models import Unigram
        from tokenizers.pre_tokenizers import Metaspace

        special = {vocabulary.begin, vocabulary.end, vocabulary.padding, vocabulary.unknown}
        # A text that spells out "</s>" must not become the mark itself: \x01 never survives normalisation, so
        # such a piece cannot match.
        pieces = [
            (f"\x01{piece}" if number in special or piece == "<mask>" else piece, score)
            for number, (piece, score) in enumerate(vocabulary.pieces)
        ]
        self._engine = Engine(Unigram(pieces, unk_id=vocabulary.unknown, byte_fallback=False))
        self._engine.pre_tokenizer = Metaspace(replacement=_SPACE_MARK, prepend_scheme="always", split=False)
        self._normal_forms: dict[int, str] = vocabulary.normal_forms | dict.fromkeys(_SURROGATES, " ")
        self._begin, self._end, self._room = vocabulary.begin, vocabulary.end, longest - 2

    def ids(self, text: str) -> list[int]:
        """Token ids of `text`, at most the model's longest input."""
        normal = unicodedata.normalize("NFC", QUERY_PREFIX + text).translate(self._normal_forms)
        tokens = self._engine.encode(_SPACES.sub(" ", normal), add_special_tokens=False).ids
        return [self._begin, *tokens[: self._room], self._end]
