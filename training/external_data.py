"""Weights in a file next to the graph, which onnxruntime maps into memory instead of copying."""

from __future__ import annotations

from pathlib import Path

import onnx
from onnx import TensorProto, numpy_helper

#: Smaller tensors stay in the graph.
LEAST_BYTES = 1024
#: Tensors start at multiples of this, a memory page.
ALIGNMENT = 4096


def save(model: onnx.ModelProto, path: Path) -> None:
    """Write `path` and, next to it, `<name>_data` with every tensor of at least `LEAST_BYTES`.

    glibc does not return a copy on the heap to the system after the kernels have repacked it: closed sessions held 40 MB more.
    """
    data = bytearray()
    for tensor in model.graph.initializer:
        raw = numpy_helper.to_array(tensor).tobytes()
        if len(raw) < LEAST_BYTES:
            continue
        data += bytes(-len(data) % ALIGNMENT)
        for field in ("raw_data", "float_data", "int32_data", "int64_data", "external_data"):
            tensor.ClearField(field)
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in (("location", f"{path.name}_data"), ("offset", len(data)), ("length", len(raw))):
            tensor.external_data.add(key=key, value=str(value))
        data += raw
    path.with_name(f"{path.name}_data").write_bytes(data)
    path.write_bytes(model.SerializeToString())
