"""Headers as they go over the wire: what a mail program shows is what was meant, space for space.

The standard library folds a long header between two encoded words and puts the space between them outside of
both, where RFC 2047 (section 6.2) has it dropped; and it takes `=?` in a text for the beginning of an encoded
word. So headers that hold text are written here: in the clear where every word can stand so, else wholly as
encoded words with their spaces inside.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from email.headerregistry import Address
from email.policy import EmailPolicy
from typing import Any

LINE = 76
"""Characters of a line without its end (RFC 2047, section 2)."""
CHUNK = 42
"""Bytes of text in an encoded word: 56 of base64, 12 of frame, and room for the header's name before it."""
_CLEAR = re.compile(r"[\x21-\x7e]+(?: [\x21-\x7e]+)*")
_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
"""What may stand as a name before an address without quotes (RFC 5322, section 3.2.3)."""


class WirePolicy(EmailPolicy):
    """SMTP's policy with headers of text written by this module."""

    def fold(self, name: str, value: Any) -> str:
        """The header with its name and line ends."""
        lines = _lines(name, value)
        if lines is None:
            return str(super().fold(name, value))
        return f"{name}: " + "\r\n ".join(lines) + "\r\n"

    def fold_binary(self, name: str, value: Any) -> bytes:
        """The same as bytes."""
        if _lines(name, value) is None:
            return super().fold_binary(name, value)
        return self.fold(name, value).encode("ascii")


WIRE = WirePolicy(linesep="\r\n", cte_type="7bit")
"""How every mail is written."""


def unread(text: str) -> str:
    """The text for assigning to a header, which decodes what it is given: `=?` stays two characters."""
    return text if _is_clear(text) else " ".join(_encoded_words(text))


def _lines(name: str, value: Any) -> list[str] | None:
    """The lines of a header that this module writes; None: the standard library does."""
    kind = name.lower()
    if kind == "subject":
        return _unstructured(str(value), room=LINE - len("Subject: "))
    if kind in ("from", "to"):
        return [line for address in value.addresses for line in _address(address)]
    return None


def _unstructured(text: str, *, room: int) -> list[str]:
    if _is_clear(text) and max(map(len, text.split(" "))) <= room:
        return list(_folded(text, room))
    return list(_encoded_words(text))


def _address(address: Address) -> list[str]:
    """`Name <name@example.org>`, the name in encoded words if it is not plain ASCII."""
    name, spec = address.display_name, address.addr_spec
    if not name:
        return [spec]
    if _is_clear(name) and _ATOM.fullmatch(name) and len(name) <= LINE // 2:
        return [f"{name} <{spec}>"] if len(name) + len(spec) <= LINE - 10 else [name, f"<{spec}>"]
    return [*_encoded_words(name), f"<{spec}>"]


def _is_clear(text: str) -> bool:
    """Whether a text reads the same in the clear: printable ASCII, single spaces, no encoded word."""
    return "=?" not in text and (not text or _CLEAR.fullmatch(text) is not None)


def _folded(text: str, room: int) -> Iterator[str]:
    """Lines that end between words."""
    line = ""
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > room:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield line


def _encoded_words(text: str) -> Iterator[str]:
    """The text as encoded words, none of them ending within a character."""
    part = b""
    for character in text:
        piece = character.encode("utf-8", "replace")
        if len(part) + len(piece) > CHUNK:
            yield _encoded_word(part)
            part = b""
        part += piece
    yield _encoded_word(part)


def _encoded_word(part: bytes) -> str:
    return f"=?utf-8?b?{b64encode(part).decode('ascii')}?="
