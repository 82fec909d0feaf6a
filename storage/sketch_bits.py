"""What a sketch is: the sign of each value of a centred unit vector, and whether it is large. Pure."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Bits = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]

_EVERY: Final = np.uint64(2**64 - 1)
LARGE: Final = 0.9816
_VALUES: Final = np.array([-0.4528, -1.510, 0.4528, 1.510], np.float32)
"""The best four levels for a normal distribution, and where they part (Max 1960, "Quantizing for minimum
distortion", table I).
"""


def sketch_of(vectors: npt.NDArray[np.float32]) -> Bits:
    """Sketches of centred unit vectors, shape (n, dimensions) -> (n, 2 * words of 64 bits); what is missing
    to a whole word is 0.
    """
    is_large = np.abs(vectors) > LARGE / vectors.shape[1] ** 0.5
    return np.concatenate([_packed(vectors > 0), _packed(is_large)], axis=1)


def _packed(bits: Mask) -> Bits:
    packed = np.packbits(bits, axis=1)
    spare = -packed.shape[1] % 8
    padded = np.pad(packed, ((0, 0), (0, spare))) if spare else packed
    return np.ascontiguousarray(padded).view("<u8")


def unpacked(bits: Bits, dimensions: int) -> npt.NDArray[np.float32]:
    """The value that each pair of bits stands for, in units of 1 / sqrt(dimensions),
    shape (n, dimensions).
    """
    words = bits.shape[1] // 2
    signs, sizes = (
        np.unpackbits(np.ascontiguousarray(half).view(np.uint8), axis=1, count=dimensions)
        for half in (bits[:, :words], bits[:, words:])
    )
    values: npt.NDArray[np.float32] = _VALUES[2 * signs + sizes]
    return values


def alikeness(bits: Bits, query: Bits) -> npt.NDArray[np.float32]:
    """The product of each sketch with a query's sketch, in bits: shape (n, 2 * words), (2 * words) -> (n).

    With values that are (small + more * is_large) * sign, the product is a sum of four counts of agreeing
    signs: over all dimensions, over the large ones of either, and of both.
    """
    words = len(query) // 2
    differs, large, query_large = bits[:, :words] ^ query[:words], bits[:, words:], query[words:]
    small, more = float(_VALUES[2]), float(_VALUES[3] - _VALUES[2])
    total = np.zeros(len(bits), np.float32)
    for word in range(words):
        of_either = (large[:, word], np.broadcast_to(query_large[word], len(bits)))
        for weight, mask in (
            (small * small, np.broadcast_to(_EVERY, len(bits))),
            (small * more, of_either[0]),
            (small * more, of_either[1]),
            (more * more, of_either[0] & of_either[1]),
        ):
            agreeing = np.bitwise_count(mask & ~differs[:, word]).astype(np.float32)
            disagreeing = np.bitwise_count(mask & differs[:, word]).astype(np.float32)
            total += np.float32(weight) * (agreeing - disagreeing)
    return total
