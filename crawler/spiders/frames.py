"""What crawl and spider say to each other: messages of plain data with bytes beside them.

    4 bytes length of the message | 4 bytes length of the body | message, JSON | body

Nothing that comes from a spider's process is unpickled.
"""

from __future__ import annotations

import json
import struct
from typing import Any, Final

_LENGTHS: Final = struct.Struct(">II")
HEAD_BYTES: Final = _LENGTHS.size
MOST_MESSAGE_BYTES: Final = 1024 * 1024
"""Of one message from a spider, which holds an address, a title and a summary. Chosen, not measured."""


class BrokenFrame(Exception):
    """The other side does not keep to the format."""


def packed(message: dict[str, Any], body: bytes = b"") -> bytes:
    """A message as it is sent."""
    told = json.dumps(message).encode()
    return _LENGTHS.pack(len(told), len(body)) + told + body


def lengths(head: bytes) -> tuple[int, int]:
    """Bytes of message and body that follow."""
    told, body = _LENGTHS.unpack(head)
    return told, body


def unpacked(told: bytes) -> dict[str, Any]:
    """The message in its bytes.

    Raises:
        BrokenFrame: they hold none.
    """
    try:
        message = json.loads(told)
    except ValueError as error:
        raise BrokenFrame(f"not a message: {error}") from None
    if not isinstance(message, dict):
        raise BrokenFrame(f"not a message: {type(message).__name__}")
    return message
