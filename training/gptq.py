"""Few-bit weights whose rounding errors compensate for each other on real activations (GPTQ, Frantar 2023, arXiv:2210.17323)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import onnx
from onnx import numpy_helper

from .onnx_encoder import OnnxEncoder

#: Damping: this share of the mean diagonal of the second moments is added to the diagonal.
DAMPING = 0.01
#: Scales to try for each output channel, as the level of its largest weight.
REACHES = np.linspace(0.6, 1.0, 17, dtype=np.float32)


@dataclass(frozen=True)
class Rounded:
    """`codes`, int8 `[inputs, outputs]`, to be multiplied by `scale`, `[outputs]`."""

    codes: np.ndarray
    scale: np.ndarray


@dataclass(frozen=True)
class Limits:
    """Largest magnitude of a code in the two matrices next to a GELU, and in all others."""

    feed_forward: int
    others: int


FIVE_AND_SIX_BITS = Limits(feed_forward=15, others=31)
#: 1.7 MB more in a package, for .9989 instead of .992 correlation with fp32 scores of the everyday stage. Products of bytes and weights up to 63 cannot saturate 16 bits.
SIX_AND_SEVEN_BITS = Limits(feed_forward=31, others=63)
#: 1.2 MB more than that, for .9992 instead of .9985: half the largest error of a score.
SEVEN_BITS = Limits(feed_forward=63, others=63)


def column_scales(weights: np.ndarray, limit: int) -> np.ndarray:
    """`[outputs]` scales, each from the element of `REACHES` with the smallest squared error."""
    largest = np.maximum(np.abs(weights).max(0), 1e-12)
    best, error = largest / limit, np.full(weights.shape[1], np.inf)
    for reach in REACHES:
        scale = largest * reach / limit
        missed = np.square(np.clip(np.rint(weights / scale), -limit, limit) * scale - weights).sum(0)
        best, error = np.where(missed < error, scale, best), np.minimum(missed, error)
    return best.astype(np.float32)


def round_weights(weights: np.ndarray, moments: np.ndarray, limit: int) -> Rounded:
    """Round `[inputs, outputs]` weights one input after another, spreading each error over the remaining inputs.

    `moments` is the second moment of the activations, `[inputs, inputs]`.
    """
    rest = weights.astype(np.float64)
    scale = column_scales(weights, limit)
    damped = moments.astype(np.float64) + np.eye(len(moments)) * max(DAMPING * np.diag(moments).mean(), 1e-12)
    # The inputs with the most energy go first, while others remain that can compensate for their errors.
    order = np.argsort(-np.diag(damped))
    rest = rest[order]
    factor = np.linalg.cholesky(np.linalg.inv(damped[np.ix_(order, order)])).T
    codes = np.zeros(weights.shape, dtype=np.int8)
    for row in range(len(rest)):
        code = np.clip(np.rint(rest[row] / scale), -limit, limit)
        codes[order[row]] = code
        error = (rest[row] - code * scale) / factor[row, row]
        rest[row + 1 :] -= np.outer(factor[row, row + 1 :], error)
    return Rounded(codes, scale)


def second_moments(model: onnx.ModelProto, names: list[str], items: list[np.ndarray]) -> dict[str, np.ndarray]:
    """Second moment of each named activation, `[channels, channels]`, over all tokens of `items`."""
    encoder = OnnxEncoder(model.SerializeToString(), extra_outputs=names)
    moments: dict[str, np.ndarray] = {}
    for item in items:
        for name, value in zip(names, encoder.run([item], names), strict=True):
            flat = value.reshape(-1, value.shape[-1]).astype(np.float32)
            moments[name] = moments.get(name, 0) + flat.T @ flat
    return moments


def feed_forward(graph: onnx.GraphProto) -> set[str]:
    """Weights of the matrix products directly before and after a GELU."""
    gelus = [n for n in graph.node if n.op_type == "BiasGelu"]
    ins, outs = {n.input[0] for n in gelus}, {n.output[0] for n in gelus}
    return {n.input[1] for n in graph.node if n.op_type == "MatMul" and (n.output[0] in ins or n.input[0] in outs)}


def round_model(
    model: onnx.ModelProto, linear: list[onnx.NodeProto], items: list[np.ndarray], limits: Limits
) -> dict[str, Rounded]:
    """Codes of the weights of all `linear` nodes, by the names of the weights."""
    weights = {t.name: t for t in model.graph.initializer}
    moments = second_moments(model, sorted({n.input[0] for n in linear}), items)
    narrower = feed_forward(model.graph)
    return {
        node.input[1]: round_weights(
            numpy_helper.to_array(weights[node.input[1]]), moments[node.input[0]],
            limits.feed_forward if node.input[1] in narrower else limits.others,
        )
        for node in linear
    }


def write(model: onnx.ModelProto, rounded: dict[str, Rounded]) -> None:
    """Replace the codes and scales of an int8 model by these."""
    tensors = {t.name: t for t in model.graph.initializer}
    for name, found in rounded.items():
        if numpy_helper.to_array(tensors[f"{name}_zero_point"]).any():
            raise ValueError(f"{name}: quantized around another number than zero")
        for part, value in (("quantized", found.codes), ("scale", found.scale)):
            held = tensors[f"{name}_{part}"]
            held.CopyFrom(numpy_helper.from_array(value.reshape(tuple(held.dims)), held.name))
