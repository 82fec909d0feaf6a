"""Writes the encoder as an ONNX graph of ONNX Runtime's own fused operators, with 8-bit weights.

The shape was chosen by measurement (2 cores of an AMD EPYC with VNNI, onnxruntime 1.32, 131 tokens, passages
per CPU-second; cosine to the same weights in float32): all in float32 26; SkipLayerNormalization 55, plain
Add and LayerNormalization 77 (cosine 0.997) - this one; MultiHeadAttention for QAttention 73; 4-bit weights
as they are (MatMulNBits) 27, cosine 0.9999.

    hidden (1, L, 384) -> LayerNormalization -> 12 x [ QAttention -> matrix -> + -> LN -> matrix -> Gelu ->
    matrix -> + -> LN ] -> mean (1, 384)

The embedding table stays outside: its rows are taken from the mapped weights file (`e5.py`). Activations are
quantised per call, so a call must hold one passage, or a vector would depend on its neighbours.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.embedding.weights import Weights

GRAPH_VERSION = "1"
"""Changes whenever the same weights could give other vectors."""

INPUT, OUTPUT = "hidden", "mean"
_FUSED = "com.microsoft"


def write_graph(weights: Weights, path: Path, *, reduced_range: bool) -> None:
    """Write the graph of `weights` to `path` (22 MB).

    `reduced_range` keeps 8-bit weights within +-63: processors without VNNI add products in 16 bits, which
    overflow otherwise.
    """
    import onnx

    onnx.save(_Builder(weights, 63 if reduced_range else 127).model(), str(path))


class _Builder:
    """Collects nodes and constants; each method adds one step and returns the name of its result."""

    def __init__(self, weights: Weights, largest: int) -> None:
        self._weights = weights
        self._largest = largest
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def model(self) -> Any:
        """The whole graph as an ONNX model."""
        from onnx import TensorProto, helper

        hidden = self._weights.sizes.hidden
        state = self._norm(INPUT, "emb.ln")
        for layer in range(self._weights.sizes.layers):
            state = self._layer(state, f"l{layer}.")
        self._node("ReduceMean", [state, self._constant("axis", np.array([1]))], OUTPUT, keepdims=0)
        graph = helper.make_graph(
            self._nodes,
            "multilingual-e5-small",
            [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, [1, "tokens", hidden])],
            [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, [1, hidden])],
            self._constants,
        )
        return helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", 18), helper.make_opsetid(_FUSED, 1)], ir_version=9
        )

    def _layer(self, state: str, name: str) -> str:
        """One transformer layer: attention and feed-forward, each added to its input and normalised."""
        attended = self._dense(self._attention(state, name), f"{name}ao", self._weights.sizes.hidden)
        state = self._norm(self._node("Add", [state, attended], f"{name}attended"), f"{name}aln")
        outer = self._feed_forward(state, name)
        return self._norm(self._node("Add", [state, outer], f"{name}fed"), f"{name}oln")

    def _feed_forward(self, state: str, name: str) -> str:
        """Two matrices with a GELU between them."""
        inner = self._dense(state, f"{name}fi", self._weights.sizes.feed_forward)
        activated = self._node("Gelu", [inner], f"{name}gelu", fused=True)
        return self._dense(activated, f"{name}fo", self._weights.sizes.hidden)

    def _attention(self, state: str, name: str) -> str:
        """Query, key and value as one 8-bit product, then self-attention over all heads."""
        hidden = self._weights.sizes.hidden
        kernel = np.concatenate([self._weights.matrix(f"{name}{part}.w", hidden) for part in "qkv"])
        bias = np.concatenate([self._weights.floats(f"{name}{part}.b") for part in "qkv"])
        values, scales, zeros = self._quantised(f"{name}qkv", kernel)
        rounded = [f"{name}rounded", f"{name}scale", f"{name}zero"]
        self._nodes.append(_make_node("DynamicQuantizeLinear", [state], rounded))
        inputs = [
            rounded[0],
            values,
            self._constant(f"{name}qkv.b", bias),
            rounded[1],
            scales,
            "",
            rounded[2],
            zeros,
        ]
        return self._node(
            "QAttention", inputs, f"{name}context", fused=True, num_heads=self._weights.sizes.heads
        )

    def _dense(self, state: str, name: str, rows: int) -> str:
        """`state` times the matrix `name` plus its bias; the state is rounded to 8 bits on the way."""
        inputs = [state, *self._quantised(name, self._weights.matrix(f"{name}.w", rows))]
        inputs.append(self._constant(f"{name}.b", self._weights.floats(f"{name}.b")))
        return self._node("DynamicQuantizeMatMul", inputs, f"{name}.out", fused=True)

    def _norm(self, state: str, name: str) -> str:
        inputs = [
            state,
            *(self._constant(f"{name}.{part}", self._weights.floats(f"{name}.{part}")) for part in "wb"),
        ]
        return self._node(
            "LayerNormalization", inputs, f"{name}.out", axis=-1, epsilon=self._weights.sizes.epsilon
        )

    def _quantised(self, name: str, kernel: npt.NDArray[np.float32]) -> tuple[str, str, str]:
        """The matrix as 8-bit integers with one scale per output; names of values, scales and zero points."""
        scales = np.abs(kernel).max(axis=1) / self._largest
        scales[scales == 0] = 1
        values = np.rint(kernel / scales[:, None]).astype(np.int8).T
        return (
            self._constant(f"{name}.values", values),
            self._constant(f"{name}.scales", scales.astype(np.float32)),
            self._constant(f"{name}.zeros", np.zeros(len(scales), np.int8)),
        )

    def _constant(self, name: str, values: npt.NDArray[Any]) -> str:
        from onnx import numpy_helper

        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def _node(
        self, kind: str, inputs: list[str], output: str, *, fused: bool = False, **attributes: Any
    ) -> str:
        self._nodes.append(_make_node(kind, inputs, [output], fused=fused, **attributes))
        return output


def _make_node(
    kind: str, inputs: list[str], outputs: list[str], *, fused: bool = False, **attributes: Any
) -> Any:
    from onnx import helper

    return helper.make_node(kind, inputs, outputs, domain=_FUSED if fused else "", **attributes)
