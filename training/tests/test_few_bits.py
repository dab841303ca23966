"""Weights in a few bits: how they are rounded and stored."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from training import gptq


def product(weights: np.ndarray, zero_point: int = 0) -> onnx.ModelProto:
    """A product of bytes and int8 weights, as in a quantized model."""
    rows, columns = weights.shape
    return helper.make_model(
        helper.make_graph(
            [helper.make_node("MatMulInteger", ["x", "w_quantized"], ["y"])], "product",
            [helper.make_tensor_value_info("x", TensorProto.UINT8, ["n", rows])],
            [helper.make_tensor_value_info("y", TensorProto.INT32, ["n", columns])],
            [
                numpy_helper.from_array(weights, "w_quantized"),
                numpy_helper.from_array(np.ones(columns, np.float32), "w_scale"),
                numpy_helper.from_array(np.full(columns, zero_point, np.int8), "w_zero_point"),
            ],
        ),
        opset_imports=[helper.make_opsetid("", 17)], ir_version=8,
    )


def run(model: onnx.ModelProto, x: np.ndarray) -> np.ndarray:
    return onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"]).run(None, {"x": x})[0]


def test_rounded_weights_replace_the_int8_weights_of_a_model_and_stay_plain_initializers():
    random = np.random.default_rng(1)
    weights = random.integers(-80, 81, (24, 16)).astype(np.int8)
    codes = random.integers(-15, 16, (24, 16)).astype(np.int8)
    scale = random.random(16).astype(np.float32)
    x = random.integers(0, 256, (3, 24)).astype(np.uint8)
    model = product(weights)
    gptq.write(model, {"w": gptq.Rounded(codes, scale)})
    assert [node.op_type for node in model.graph.node] == ["MatMulInteger"]
    held = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    assert held["w_quantized"].dtype == np.int8 and np.array_equal(held["w_scale"], scale)
    assert np.array_equal(run(model, x), x.astype(np.int32) @ codes)


def test_weights_quantized_around_another_number_than_zero_are_refused():
    model = product(np.ones((8, 8), np.int8), zero_point=3)
    with pytest.raises(ValueError, match="w: quantized around another number"):
        gptq.write(model, {"w": gptq.Rounded(np.ones((8, 8), np.int8), np.ones(8, np.float32))})


def test_rounding_errors_make_up_for_each_other():
    random = np.random.default_rng(2)
    # Correlated activations, as in a transformer; otherwise errors could not be compensated.
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
