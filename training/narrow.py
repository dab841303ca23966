"""Narrows the weights of an int8 file whose fp32 weights are gone: `python -m training.narrow --source FILE --out FILE`.

Processors without VNNI add two byte products in 16 bits, which overflows with weights up to 127.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

#: Largest magnitude of a weight. Lowest cosine, over ten texts, between `late-en-v1`'s pooled vectors with AVX2 (emulated) and VNNI: .990 with 127,
#: .9993 with 96, .99995 with 80. onnxruntime's `reduce_range` takes 64: three times as much drift in `rerank-en-v1`'s logits (mean .20 instead of .06).
LARGEST = 80


def narrow(model: onnx.ModelProto) -> int:
    """Rescale every quantized matrix in place, whether it has one scale per output channel or a single one; return the number of matrices."""
    tensors = {t.name: t for t in model.graph.initializer}
    stems = [name.removesuffix("_quantized") for name in tensors if name.endswith("_quantized")]
    for stem in stems:
        whole, scales = (numpy_helper.to_array(tensors[f"{stem}_{part}"]) for part in ("quantized", "scale"))
        if numpy_helper.to_array(tensors[f"{stem}_zero_point"]).any():
            raise ValueError(f"{stem}: quantized around another number than zero")
        weights = whole.astype(np.float32) * scales
        largest = np.abs(weights).max(0) if scales.size > 1 else np.abs(weights).max()
        new = np.maximum(largest / LARGEST, 1e-12).astype(np.float32).reshape(scales.shape)
        for part, value in (("quantized", np.rint(weights / new).astype(np.int8)), ("scale", new)):
            tensors[f"{stem}_{part}"].CopyFrom(numpy_helper.from_array(value, f"{stem}_{part}"))
    return len(stems)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    model = onnx.load(options.source)
    print(f"{narrow(model)} matrices")
    onnx.save(model, options.out)


if __name__ == "__main__":
    main()
