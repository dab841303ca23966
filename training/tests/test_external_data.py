"""Weights next to the graph: the two files compute what the original model computes."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from training import external_data


def test_a_model_with_external_weights_gives_the_same_product(tmp_path: Path):
    weights = np.random.default_rng(1).normal(size=(24, 16)).astype(np.float32)
    model = helper.make_model(
        helper.make_graph(
            [helper.make_node("MatMul", ["x", "w"], ["p"]), helper.make_node("Add", ["p", "b"], ["y"])], "linear",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 24])],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 16])],
            [numpy_helper.from_array(weights, "w"), numpy_helper.from_array(np.ones(16, np.float32), "b")],
        ),
        opset_imports=[helper.make_opsetid("", 17)], ir_version=8,
    )
    path = tmp_path / "model_int8.onnx"
    external_data.save(model, path)
    assert (tmp_path / "model_int8.onnx_data").read_bytes() == weights.tobytes()
    assert path.stat().st_size < 600
    x = np.random.default_rng(2).normal(size=(3, 24)).astype(np.float32)
    assert np.allclose(onnxruntime.InferenceSession(str(path)).run(None, {"x": x})[0], x @ weights + 1)
    # The reader that the other steps use follows the reference as well.
    assert np.array_equal(numpy_helper.to_array(onnx.load(path).graph.initializer[0]), weights)
