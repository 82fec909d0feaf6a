"""Cosines of many unit rows with many others, nearly, in whole numbers of eight bits.

    rows -> turned, so that no component stands out -> each component one of 127 whole numbers
         -> ONNX Runtime multiplies them

Processors have instructions for such products: 318 to 332 thousand million multiplications and additions a
processor-second, 83 to 92 with float32 in numpy (rows of 384, one core of an AMD EPYC with VNNI, same run).
What coding leaves out of a row is known (`missed`), so that who needs an exact answer can say which rows must
be asked exactly.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.arrays import Vectors

Codes = npt.NDArray[np.uint8]
"""Coded rows, shape (n, d)."""
Columns = npt.NDArray[np.int8]
"""Coded rows side by side, shape (d, n)."""
WholeNumbers = npt.NDArray[np.int32]
"""Products of coded rows."""
_HALF = 63
"""Components are -63 to 63. Without VNNI the sum of two products is kept in 16 bits, by definition, and those
of wider ones would not fit.
"""
_ZERO = 64
"""The code of 0, by definition."""
_WIDEST = 5.0
"""Standard deviations of a component of a random direction that have a code. Chosen, not measured: one in two
million lies beyond.
"""
_DEVIATIONS = 8.0
"""Standard deviations by which products of codes are taken to be off at most: a product lies beyond once in
10^15. Measured on 2,048 passages and 5,000 vectors mixed from passages: the standard deviation of what they
are off by is 1.000 of this, the largest of ten million 5.3.
"""
_SEED = 20240101  # of the turn; chosen, not measured: any other would do
_BLOCK = 8192  # rows coded at a time; decides memory only


@dataclass(frozen=True, slots=True)
class Coded:
    """Unit rows in whole numbers."""

    codes: Codes
    missed: Vectors
    """The length of what coding left out of each row."""

    def part(self, rows: slice) -> Coded:
        """Some of them."""
        return Coded(self.codes[rows], self.missed[rows])

    def columns(self) -> Columns:
        """The codes as the second side of products."""
        return np.ascontiguousarray((self.codes.view(np.int8) - np.int8(_ZERO)).T)


def coded(rows: npt.NDArray[Any], *, to_multiple_of: int = 1) -> Coded:
    """The code of each row; rows of zeros are added up to a multiple of something."""
    count, size = rows.shape
    padded = count + -count % to_multiple_of
    found = Coded(np.full((padded, size), _ZERO, np.uint8), np.zeros(padded, np.float32))
    for start in range(0, count, _BLOCK):
        part = slice(start, min(start + _BLOCK, count))
        found.codes[part], found.missed[part] = _coded(np.asarray(rows[part], np.float32))
    return found


def _coded(rows: Vectors) -> tuple[Vectors, Vectors]:
    """The code of each row, and the length of what it leaves out."""
    size = rows.shape[1]
    scale = np.float32(math.sqrt(whole(size)))
    turned = rows @ _turn(size) * scale
    found = np.rint(np.clip(turned, -_HALF, _HALF))
    return found + np.float32(_ZERO), np.linalg.norm(turned - found, axis=1) / scale


def farthest_off(ones: Vectors, others: Vectors | float, size: int) -> Vectors:
    """How far, in whole numbers, products of coded rows may lie from those of the rows, from what coding left
    out of both.

    What is left out points anywhere, for the space is turned: its product with a unit row has a standard
    deviation of its length by the root of `size`.
    """
    lengths = np.hypot(ones, others)
    return np.asarray(_DEVIATIONS * lengths * (whole(size) / math.sqrt(size)), np.float32)


def whole(size: int) -> float:
    """What a cosine of 1 is in products of coded rows of `size` components."""
    widest = min(1.0, _WIDEST / math.sqrt(size))
    return (_HALF / widest) ** 2


class Products:
    """Products of coded rows, by so many threads; for one asker at a time."""

    def __init__(self, threads: int = 1) -> None:
        self._session = _session(threads)
        self._found = np.zeros((0, 0), np.int32)

    def between(self, ones: Codes, columns: Columns) -> WholeNumbers:
        """Of each of `ones` with each of the `columns`, in this shape; the next call overwrites it."""
        shape = (len(ones), columns.shape[1])
        if self._found.shape != shape:
            self._found = np.empty(shape, np.int32)
        binding = self._session.io_binding()
        binding.bind_cpu_input("ones", np.ascontiguousarray(ones))
        binding.bind_cpu_input("others", columns)
        binding.bind_cpu_input("zero", np.array(_ZERO, np.uint8))
        binding.bind_output("products", "cpu", 0, np.int32, shape, self._found.ctypes.data)
        self._session.run_with_iobinding(binding)
        return self._found


@functools.cache
def _turn(size: int) -> Vectors:
    """A turn of the space, the same always, shape (size, size); it changes no cosine."""
    drawn = np.random.default_rng(_SEED).normal(size=(size, size))
    return np.asarray(np.linalg.qr(drawn)[0], np.float32)


def _session(threads: int) -> Any:
    """One product, as ONNX Runtime runs it."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    # Between two products its threads would wait by counting.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(_graph(), options, providers=["CPUExecutionProvider"])


def _graph() -> bytes:
    import onnx
    from onnx import TensorProto, helper

    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["ones", "others", "zero"], ["products"])],
        "products",
        [
            value("ones", TensorProto.UINT8, ["m", "d"]),
            value("others", TensorProto.INT8, ["d", "n"]),
            value("zero", TensorProto.UINT8, []),
        ],
        [value("products", TensorProto.INT32, ["m", "n"])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    assert isinstance(model, onnx.ModelProto)
    return bytes(model.SerializeToString())
