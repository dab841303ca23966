"""Weights in five and six bits: how they are rounded, and that the file gives them back."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from training import gptq, planes


def product(weights: np.ndarray) -> onnx.ModelProto:
    """Bytes times int8 weights, as a quantised model holds them."""
    rows, columns = weights.shape
    return helper.make_model(
        helper.make_graph(
            [helper.make_node("MatMulInteger", ["x", "w_quantized"], ["y"])], "product",
            [helper.make_tensor_value_info("x", TensorProto.UINT8, ["n", rows])],
            [helper.make_tensor_value_info("y", TensorProto.INT32, ["n", columns])],
            [numpy_helper.from_array(weights, "w_quantized")],
        ),
        opset_imports=[helper.make_opsetid("", 17)], ir_version=8,
    )


def run(model: onnx.ModelProto, x: np.ndarray) -> np.ndarray:
    return onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"]).run(None, {"x": x})[0]


@pytest.mark.parametrize(("bits", "bytes_a_row"), [(5, 10), (6, 12)])
def test_planes_hold_the_weights_in_so_many_bits_and_give_the_same_product(bits: int, bytes_a_row: int):
    random = np.random.default_rng(1)
    limit = planes.LARGEST[bits]
    weights = random.integers(-limit, limit + 1, (24, 16)).astype(np.int8)
    weights[0, :2] = -limit, limit
    x = random.integers(0, 256, (3, 24)).astype(np.uint8)
    model = product(weights)
    expected = run(model, x)
    assert planes.store(model) == 1
    held = [t for t in model.graph.initializer if t.name.startswith("w_")]
    assert sum(numpy_helper.to_array(t).nbytes for t in held) == 24 * bytes_a_row
    assert np.array_equal(run(model, x), expected)


@pytest.mark.parametrize("weights", [np.full((8, 8), 32, np.int8), np.ones((8, 12), np.int8)], ids=["too large", "odd width"])
def test_what_six_bits_do_not_hold_stays_as_it_is(weights: np.ndarray):
    model = product(weights)
    assert planes.bits_for(weights) is None and planes.store(model) == 0
    assert np.array_equal(numpy_helper.to_array(model.graph.initializer[0]), weights)


def test_rounding_errors_make_up_for_each_other():
    random = np.random.default_rng(2)
    # Activations that go together, as a transformer's do; without that there is nothing to make up with.
    activations = (random.normal(size=(400, 12)) @ random.normal(size=(12, 48)) + 0.3 * random.normal(size=(400, 48))).astype(np.float32)
    weights = random.normal(0, 0.1, (48, 32)).astype(np.float32)
    found = gptq.round_weights(weights, activations.T @ activations, 15)
    scale = gptq.column_scales(weights, 15)
    nearest = np.clip(np.rint(weights / scale), -15, 15) * scale

    def missed(rounded: np.ndarray) -> float:
        return float(np.square(activations @ (rounded - weights)).mean())

    assert np.abs(found.codes).max() <= 15
    assert missed(found.codes * found.scale) < 0.5 * missed(nearest)


def test_without_correlation_rounding_is_to_the_nearest():
    weights = np.random.default_rng(3).normal(0, 0.1, (16, 8)).astype(np.float32)
    found = gptq.round_weights(weights, np.eye(16), 31)
    scale = gptq.column_scales(weights, 31)
    assert np.array_equal(found.codes, np.clip(np.rint(weights / scale), -31, 31).astype(np.int8))
