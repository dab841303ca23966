"""Makes an int8 file from an fp32 file: activations are smoothed, weights quantized per output channel, and embeddings per row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from . import external_data, gptq, nibbles
from .narrow import narrow
from .onnx_encoder import SMOOTHED

#: Quantization levels of word embeddings on either side of zero; 5 bits with the sign.
LEVELS = 15
#: The same for all other tables, which have few rows.
POSITION_LEVELS = 127
LEAST_WORDS = 1000
LEAST_ROWS = 500
LINEAR = ("MatMul", "Attention")
#: SmoothQuant's migration strength, from activations to weights, by the operator that produces the activation.
STRENGTHS = {"LayerNormalization": 0.8}
#: The same with weights of five and six bits. Correlations (MaxSim and cosine, bge-small's twelve layers): .9963 with .8, .9978 with .5; without an fp32 path .9969.
FEW_BITS_STRENGTHS = {"LayerNormalization": 0.5}
FEW_BITS_OUTLIERS = 8


def initializers(model: onnx.ModelProto) -> dict[str, onnx.TensorProto]:
    return {t.name: t for t in model.graph.initializer}


def _replace(model: onnx.ModelProto, name: str, value: np.ndarray) -> None:
    tensor = initializers(model)[name]
    tensor.CopyFrom(numpy_helper.from_array(value.astype(np.float32), name))


def smooth(
    model: onnx.ModelProto, ranges: dict[str, np.ndarray], strengths: dict[str, float] = STRENGTHS
) -> int:
    """Move outlier channels of activations into the weights that consume them (SmoothQuant, Xiao 2023).

    `ranges` has the largest magnitude per channel of each layer norm's and each GELU's output. A layer
    norm absorbs the scale into its weights, and a `Mul` undoes it for other consumers of its output;
    after a GELU nothing can absorb it, so a `Mul` is inserted. Returns the number of smoothed outputs.
    """
    graph, weights = model.graph, initializers(model)
    done = 0
    for node in [n for n in graph.node if n.op_type in SMOOTHED]:
        output = node.output[0]
        readers = [n for n in graph.node if output in n.input]
        linear = [n for n in readers if n.op_type in LINEAR and n.input[1] in weights]
        if output not in ranges or not linear or node.op_type not in strengths:
            continue
        used = [numpy_helper.to_array(weights[n.input[1]]) for n in linear]
        scale = _channel_scale(ranges[output], used, strengths[node.op_type])
        for reader, weight in zip(linear, used, strict=True):
            _replace(model, reader.input[1], weight * scale[:, None])
        if node.op_type == "LayerNormalization":
            _scale_layer_norm(graph, weights, node, 1 / scale)
            _insert_mul(graph, node, [n for n in readers if n not in linear], scale)
        else:
            _insert_mul(graph, node, linear, 1 / scale)
        done += 1
    return done


def _channel_scale(activation: np.ndarray, weights: list[np.ndarray], strength: float) -> np.ndarray:
    weight = np.max([np.abs(w).max(1) for w in weights], axis=0)
    scale = np.maximum(activation, 1e-5) ** strength / np.maximum(weight, 1e-5) ** (1 - strength)
    return (scale / np.exp(np.log(scale).mean())).astype(np.float32)


def _scale_layer_norm(graph, weights: dict[str, onnx.TensorProto], node, factor: np.ndarray) -> None:
    for index in (1, 2):
        value = numpy_helper.to_array(weights[node.input[index]]) * factor
        name = f"{node.output[0]}_smoothed_{index}"
        graph.initializer.append(numpy_helper.from_array(value.astype(np.float32), name))
        node.input[index] = name


def _insert_mul(graph, node, readers: list, factor: np.ndarray) -> None:
    """Multiply the output of `node` by `factor` for its `readers`."""
    if not readers:
        return
    output = node.output[0]
    scaled = f"{output}_scaled"
    graph.initializer.append(numpy_helper.from_array(factor.astype(np.float32), f"{scaled}_by"))
    for reader in readers:
        for position, name in enumerate(reader.input):
            if name == output:
                reader.input[position] = scaled
    at = list(graph.node).index(node) + 1
    graph.node.insert(at, helper.make_node("Mul", [output, f"{scaled}_by"], [scaled], name=scaled))


def split_outliers(model: onnx.ModelProto, ranges: dict[str, np.ndarray], channels: int) -> list[str]:
    """Give the `channels` widest channels of each GELU a separate small fp32 path (as LLM.int8(), Dettmers 2022).

    An activation has a single scale, and one channel of 1,536 is often four times as wide as
    all others. Returns the names of the linear nodes to keep in fp32.
    """
    graph, weights = model.graph, initializers(model)
    kept: list[str] = []
    for gelu in [n for n in graph.node if n.op_type == "BiasGelu" and n.output[0] in ranges]:
        wide = np.argsort(-ranges[gelu.output[0]])[:channels]
        rest = np.setdiff1d(np.arange(len(ranges[gelu.output[0]])), wide)
        before = next(n for n in graph.node if gelu.input[0] in n.output)
        after = next(n for n in graph.node if gelu.output[0] in n.input)
        parts = {before.input[1]: 1, gelu.input[1]: 0, after.input[1]: 0}
        for name, axis in parts.items():
            value = numpy_helper.to_array(weights[name])
            apart = np.ascontiguousarray(np.take(value, wide, axis))
            graph.initializer.append(numpy_helper.from_array(apart, f"{name}_wide"))
            _replace(model, name, np.ascontiguousarray(np.take(value, rest, axis)))
        stem = gelu.output[0]
        nodes = [
            helper.make_node("MatMul", [before.input[0], f"{before.input[1]}_wide"], [f"{stem}_w1"], f"{stem}_w1"),
            helper.make_node(
                "BiasGelu", [f"{stem}_w1", f"{gelu.input[1]}_wide"], [f"{stem}_w2"], f"{stem}_w2",
                domain="com.microsoft",
            ),
            helper.make_node("MatMul", [f"{stem}_w2", f"{after.input[1]}_wide"], [f"{stem}_w3"], f"{stem}_w3"),
            helper.make_node("Add", [f"{stem}_main", f"{stem}_w3"], [after.output[0]], f"{stem}_sum"),
        ]
        after.output[0] = f"{stem}_main"
        at = list(graph.node).index(after) + 1
        for offset, node in enumerate(nodes):
            graph.node.insert(at + offset, node)
        kept += [f"{stem}_w1", f"{stem}_w3"]
    return kept


def quantize_embeddings(model: onnx.ModelProto, levels: int = LEVELS, least_rows: int = LEAST_ROWS) -> None:
    """Store lookup tables of at least `least_rows` rows as bytes with one scale per row, which is applied after the lookup.

    Words get `levels` levels on either side of zero, fewer than a byte holds, so that the packed file is smaller. A table that four bits
    represent without loss (`shallow.py`) gets two numbers per byte. Tables that are already bytes are unchanged.
    """
    graph, weights = model.graph, initializers(model)
    for node in [n for n in graph.node if n.op_type == "Gather" and n.input[0] in weights]:
        table = numpy_helper.to_array(weights[node.input[0]])
        if table.ndim != 2 or table.shape[0] < least_rows or table.shape[1] == 1 or table.dtype != np.float32:
            continue
        base, ids, output = node.input[0], node.input[1], node.output[0]
        scale = nibbles.row_scales(table)
        if not nibbles.held_by(table, scale):
            steps = levels if len(table) >= LEAST_WORDS else POSITION_LEVELS
            scale = np.maximum(np.abs(table).max(1, keepdims=True) / steps, 1e-12).astype(np.float32)
            held, codes, unpack = np.rint(table / scale).astype(np.int8), f"{output}_float", []
        else:
            held, codes = nibbles.packed(nibbles.codes(table, scale)), f"{output}_codes"
            unpack = _unpack_nibbles(graph, f"{output}_float", codes)
        graph.initializer.extend(
            [numpy_helper.from_array(held, f"{base}_int8"), numpy_helper.from_array(scale, f"{base}_scale")]
        )
        nodes = [
            helper.make_node("Gather", [f"{base}_int8", ids], [f"{output}_int8"]),
            helper.make_node("Cast", [f"{output}_int8"], [f"{output}_float"], to=TensorProto.FLOAT),
            *unpack,
            helper.make_node("Gather", [f"{base}_scale", ids], [f"{output}_scale"]),
            helper.make_node("Mul", [codes, f"{output}_scale"], [output]),
        ]
        at = list(graph.node).index(node)
        graph.node.remove(node)
        for offset, new in enumerate(nodes):
            graph.node.insert(at + offset, new)
        graph.initializer.remove(weights[base])


def _unpack_nibbles(graph, held: str, codes: str) -> list:
    """Nodes that turn bytes, as floats, into codes around zero, with basic operators that every runtime has."""
    constants = {"sixteen": 16.0, "sixteenth": 1 / 16, "middle": nibbles.MIDDLE}
    for name, value in constants.items():
        graph.initializer.append(numpy_helper.from_array(np.float32(value), f"{codes}_{name}"))
    return [
        helper.make_node("Mul", [held, f"{codes}_sixteenth"], [f"{codes}_shifted"]),
        helper.make_node("Floor", [f"{codes}_shifted"], [f"{codes}_high"]),
        helper.make_node("Mul", [f"{codes}_high", f"{codes}_sixteen"], [f"{codes}_raised"]),
        helper.make_node("Sub", [held, f"{codes}_raised"], [f"{codes}_low"]),
        helper.make_node("Concat", [f"{codes}_low", f"{codes}_high"], [f"{codes}_all"], axis=-1),
        helper.make_node("Sub", [f"{codes}_all", f"{codes}_middle"], [codes]),
    ]


@dataclass(frozen=True)
class FewBits:
    """Weights rounded to five, six or seven bits and stored as int8.

    Compressed, the file is no larger than with bit planes (gzip finds the unused bits), and onnxruntime opens it without folding
    constants, which would leave hundreds of megabytes allocated.

    `items` are the texts, as token ids, on which rounding errors are compensated.
    """

    items: list[np.ndarray]
    limits: gptq.Limits


def linear_nodes(model: onnx.ModelProto, kept: Iterable[str]) -> list[onnx.NodeProto]:
    """Products with a constant matrix, which become int8."""
    weights = initializers(model)
    return [n for n in model.graph.node if n.op_type in LINEAR and n.input[1] in weights and n.name not in set(kept)]


def quantize(
    source: Path,
    target: Path,
    ranges: dict[str, np.ndarray] | None = None,
    strengths: dict[str, float] = STRENGTHS,
    outliers: int = 16,
    keep: Iterable[str] = (),
    levels: int = LEVELS,
    few_bits: FewBits | None = None,
) -> None:
    """Write the int8 file. `keep` has the names of linear nodes that stay fp32."""
    model = onnx.load(source)
    kept = list(keep)
    if ranges:
        kept += split_outliers(model, ranges, outliers) if outliers else []
        smooth(model, ranges, strengths)
    rounded = gptq.round_model(model, linear_nodes(model, kept), few_bits.items, few_bits.limits) if few_bits else None
    quantize_embeddings(model, levels)
    prepared = target.with_suffix(".prepared.onnx")
    onnx.save(model, prepared)
    quantize_dynamic(
        prepared, target, op_types_to_quantize=["MatMul", "Attention"], per_channel=True,
        weight_type=QuantType.QInt8, nodes_to_exclude=kept,
        extra_options={"MatMulConstBOnly": True, "DefaultTensorType": TensorProto.FLOAT},
    )
    prepared.unlink()
    made = onnx.load(target)
    if rounded is None:
        narrow(made)
    else:
        gptq.write(made, rounded)
    external_data.save(made, target)
