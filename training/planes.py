"""int8 weights kept in six or five bits: a plane of low nibbles, two a byte, and one of the bits above them, four or eight a byte.

The graph puts them together again with plain operators on constants, which onnxruntime folds once when it opens the file; what runs is the same int8
product as before. The planes lie apart because the high bits are far from evenly used, and pack well.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

#: Largest magnitude that so many bits hold evenly around zero.
LARGEST = {5: 15, 6: 31}
NIBBLE = 4


def bits_for(weights: np.ndarray) -> int | None:
    """The fewest bits that hold these weights, None where six are too few or the columns do not fill whole bytes."""
    largest = int(np.abs(weights.astype(np.int16)).max())
    return next((bits for bits, limit in LARGEST.items() if largest <= limit and weights.shape[1] % 8 == 0), None)


def packed(weights: np.ndarray, bits: int) -> tuple[np.ndarray, np.ndarray]:
    """`int8` `[rows, columns]` as two `uint8` planes, `[rows, columns / 2]` and the high bits; each byte holds one number of every equal part of the columns."""
    codes = (weights.astype(np.int16) + LARGEST[bits] + 1).astype(np.uint8)
    return _plane(codes & ((1 << NIBBLE) - 1), NIBBLE), _plane(codes >> NIBBLE, bits - NIBBLE)


def _plane(fields: np.ndarray, width: int) -> np.ndarray:
    parts = np.split(fields, 8 // width, axis=1)
    return np.bitwise_or.reduce([part << (width * place) for place, part in enumerate(parts)]).astype(np.uint8)


def store(model: onnx.ModelProto) -> int:
    """Replace every quantised matrix that five or six bits hold by its planes and the nodes that put it together; returns how many there were."""
    graph = model.graph
    tensors = {t.name: t for t in graph.initializer if t.name.endswith("_quantized")}
    nodes: list[onnx.NodeProto] = []
    done = 0
    for name, tensor in tensors.items():
        weights = numpy_helper.to_array(tensor)
        bits = bits_for(weights)
        if bits is None:
            continue
        planes = dict(zip((f"{name}_low", f"{name}_high"), packed(weights, bits), strict=True))
        graph.initializer.remove(tensor)
        graph.initializer.extend(numpy_helper.from_array(plane, key) for key, plane in planes.items())
        nodes += _unpack(name, bits)
        done += 1
    graph.initializer.extend(
        [numpy_helper.from_array(np.uint8(shift), _shift(shift)) for shift in range(1, 8)]
        + [numpy_helper.from_array(np.float32(value), _number(value)) for value in {1 << NIBBLE, *(limit + 1 for limit in LARGEST.values())}]
    )
    for position, node in enumerate(nodes):
        graph.node.insert(position, node)
    return done


def _shift(places: int) -> str:
    return f"planes_shift_{places}"


def _number(value: int) -> str:
    return f"planes_number_{value}"


def _unpack(name: str, bits: int) -> list[onnx.NodeProto]:
    nodes: list[onnx.NodeProto] = []

    def add(operator: str, inputs: list[str], **attributes) -> str:
        output = f"{name}_{len(nodes)}"
        nodes.append(helper.make_node(operator, inputs, [output], output, **attributes))
        return output

    def field(plane: str, width: int, place: int) -> str:
        """Moved to the upper end of the byte, which drops what is above it, then down to the lower end."""
        left = 8 - width * (place + 1)
        held = add("BitShift", [plane, _shift(left)], direction="LEFT") if left else plane
        return add("BitShift", [held, _shift(8 - width)], direction="RIGHT")

    def numbers(plane: str, width: int) -> str:
        fields = [field(plane, width, place) for place in range(8 // width)]
        return add("Cast", [add("Concat", fields, axis=1)], to=TensorProto.FLOAT)

    low = numbers(f"{name}_low", NIBBLE)
    raised = add("Mul", [numbers(f"{name}_high", bits - NIBBLE), _number(1 << NIBBLE)])
    centred = add("Sub", [add("Add", [low, raised]), _number(LARGEST[bits] + 1)])
    nodes.append(helper.make_node("Cast", [centred], [name], f"{name}_cast", to=TensorProto.INT8))
    return nodes
