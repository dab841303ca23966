"""Weights in a file next to the graph, where onnxruntime maps them into memory instead of copying them."""

from __future__ import annotations

from pathlib import Path

import onnx
from onnx import TensorProto, numpy_helper

#: Smaller tensors stay in the graph.
LEAST_BYTES = 1024
#: Start of a tensor in the file, a multiple of a memory page.
ALIGNMENT = 4096


def save(model: onnx.ModelProto, path: Path) -> None:
    """Write `path` and, next to it, `<name>_data` with every tensor of at least `LEAST_BYTES`.

    A copy on the heap, freed once the kernels have repacked it, is what glibc keeps for itself: sessions that were closed held 40 MB more.
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
