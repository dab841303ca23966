#!/usr/bin/env bash
# onnxruntime 1.23.2 (PyPI), `quantize_dynamic`: the activations of a dynamically quantized matrix product share one scale per batch, so the
# result for one row depends on the other rows. A reranker's score for a text changes with the texts it is batched with.
# Seen with Python 3.11 on 2026-11-29: one row alone 2.4957, the same row next to a row of large values 2.6079.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install --disable-pip-version-check onnx==1.19.1 onnxruntime==1.23.2 numpy==2.3.5
FOLDER="$folder" "$folder/venv/bin/python" - 2>/dev/null <<'PY'
import os
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

random = np.random.default_rng(0)
weights = numpy_helper.from_array(random.standard_normal((16, 1)).astype(np.float32), "weights")
graph = helper.make_graph(
    [helper.make_node("MatMul", ["x", "weights"], ["y"])],
    "graph",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["rows", 16])],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["rows", 1])],
    [weights],
)
full, quantized = (os.path.join(os.environ["FOLDER"], name) for name in ("full.onnx", "quantized.onnx"))
onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), full)
quantize_dynamic(full, quantized, weight_type=QuantType.QInt8)
row = random.standard_normal((1, 16)).astype(np.float32)
batch = np.vstack([row, np.full((1, 16), 20, np.float32)])

def difference(path):
    session = onnxruntime.InferenceSession(path)
    alone, batched = (float(session.run(None, {"x": x})[0][0, 0]) for x in (row, batch))
    print(f"{os.path.basename(path)}: alone {alone:.4f}, in a batch of two {batched:.4f}")
    return abs(alone - batched)

assert difference(full) < 1e-5 and difference(quantized) > 0.01, "the behavior changed"
PY
