"""The exported file in onnxruntime, so that the published file is the one that is measured."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import helper

from .encoder import Encoded, length_sorted_batches

#: Operators whose output channels are measured, because quantization smooths them.
SMOOTHED = ("LayerNormalization", "BiasGelu")


class OnnxEncoder:
    """Encodes texts, given as token ids; one text per forward pass unless `budget` allows more padded tokens."""

    def __init__(self, path: Path | bytes, threads: int = 1, extra_outputs: list[str] | None = None) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.add_session_config_entry("optimization.disable_specified_optimizers", "SkipLayerNormFusion")
        model: str | bytes = path if isinstance(path, bytes) else str(path)
        if extra_outputs:
            graph = onnx.load_from_string(model) if isinstance(model, bytes) else onnx.load(model)
            graph.graph.output.extend(helper.make_empty_tensor_value_info(n) for n in extra_outputs)
            model = graph.SerializeToString()
        self.session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def run(
        self, batch: list[np.ndarray], outputs: list[str], types: list[np.ndarray] | None = None
    ) -> list[np.ndarray]:
        width = max(len(i) for i in batch)
        ids = np.zeros((len(batch), width), dtype=np.int64)
        mask = np.zeros_like(ids)
        kinds = np.zeros_like(ids)
        for row, item in enumerate(batch):
            ids[row, : len(item)] = item
            mask[row, : len(item)] = 1
            if types:
                kinds[row, : len(item)] = types[row]
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": kinds}
        return self.session.run(outputs, feed)

    def encode(self, items: list[np.ndarray], budget: int = 256) -> Encoded:
        tokens: list[np.ndarray] = [np.empty(0)] * len(items)
        pooled: list[np.ndarray] = [np.empty(0)] * len(items)
        for rows in length_sorted_batches([len(i) for i in items], budget):
            vectors, pool = self.run([items[r] for r in rows], ["token_vectors", "sentence_embedding"])
            for position, row in enumerate(rows):
                tokens[row] = vectors[position, : len(items[row])]
                pooled[row] = pool[position]
        return Encoded(tokens, np.stack(pooled))


def channel_ranges(
    path: Path, items: list[np.ndarray], types: list[np.ndarray] | None = None
) -> dict[str, np.ndarray]:
    """Largest magnitude of every channel of the smoothed outputs, over some texts."""
    names = [n.output[0] for n in onnx.load(path).graph.node if n.op_type in SMOOTHED]
    encoder = OnnxEncoder(path, extra_outputs=names)
    ranges = {name: np.zeros(1, dtype=np.float32) for name in names}
    for index, item in enumerate(items):
        values = encoder.run([item], names, [types[index]] if types else None)
        for name, value in zip(names, values, strict=True):
            ranges[name] = np.maximum(ranges[name], np.abs(value).reshape(-1, value.shape[-1]).max(0))
    return ranges
