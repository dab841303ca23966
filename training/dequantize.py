"""Recovers the weights of a bundled int8 cross-encoder, so that training can continue from the shipped model.

`python -m training.dequantize --model models/rerank-en-v1 --out FOLDER` writes a transformers folder. It undoes what `quantize.py` did:
int8 weights are multiplied by their scales, the fp32 paths of wide channels rejoin the others, and layer norms and the layers after them are unscaled.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from transformers import AutoConfig, AutoModelForSequenceClassification

from .bundle import INT8

Tensors = dict[str, np.ndarray]


def matrix(tensors: Tensors, stem: str) -> np.ndarray:
    """The `[in, out]` weights of one linear operator."""
    return tensors[f"{stem}_quantized"].astype(np.float32) * tensors[f"{stem}_scale"]


def table(tensors: Tensors, name: str) -> np.ndarray:
    """A lookup table, stored as bytes with one scale per row, or unquantized."""
    return tensors[name] if name in tensors else tensors[f"{name}_int8"] * tensors[f"{name}_scale"]


def linear_stems(model: onnx.ModelProto) -> dict[str, str]:
    """Stems of initializers by the linear operator's name in the network, such as `layer.0.intermediate`."""
    found = {}
    for node in model.graph.node:
        if node.op_type == "MatMulInteger":
            place = re.sub(r"^/model/|/dense/MatMul_quant$|/MatMul_quant$", "", node.name).replace("/", ".")
            found[place] = node.input[1].removesuffix("_quantized")
    return found


def norm(tensors: Tensors, place: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The original weight and bias of a layer norm, and the scale by which the weights of the layers after it were multiplied."""
    output = f"/model/{place.replace('.LayerNorm', '/LayerNorm')}/LayerNormalization_output_0"
    output = re.sub(r"(?<=bert|oder)\.|(?<=layer\.\d)\.|(?<=attention)\.", "/", output)
    scale = tensors.get(f"{output}_scaled_by")
    if scale is None:
        weight, bias = (tensors[f"model.{place}.{part}"] for part in ("weight", "bias"))
        return weight, bias, np.ones_like(weight)
    return tensors[f"{output}_smoothed_1"] * scale, tensors[f"{output}_smoothed_2"] * scale, scale


def state_dict(model: onnx.ModelProto, layers: int) -> Tensors:
    """Weights by their names in transformers."""
    tensors = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    stems = linear_stems(model)
    state = {
        **{f"bert.embeddings.{kind}.weight": table(tensors, f"model.bert.embeddings.{kind}.weight")
           for kind in ("word_embeddings", "position_embeddings", "token_type_embeddings")},
        "bert.pooler.dense.weight": matrix(tensors, "model.bert.pooler.dense.weight").T
        if "model.bert.pooler.dense.weight_quantized" in tensors else matrix(tensors, stems["bert.pooler"]).T,
        "bert.pooler.dense.bias": tensors["model.bert.pooler.dense.bias"],
        "classifier.weight": matrix(tensors, "model.classifier.weight").T,
        "classifier.bias": tensors["model.classifier.bias"],
    }

    def add_norm(place: str) -> np.ndarray:
        state[f"{place}.weight"], state[f"{place}.bias"], scale = norm(tensors, place)
        return scale[:, None]

    scale = add_norm("bert.embeddings.LayerNorm")
    for layer in range(layers):
        place = f"bert.encoder.layer.{layer}"
        attention = np.split(matrix(tensors, f"Attention_{layer}_qkv_weight") / scale, 3, axis=1)
        biases = np.split(tensors[f"Attention_{layer}_qkv_bias"], 3)
        for kind, weight, bias in zip(("query", "key", "value"), attention, biases, strict=True):
            state[f"{place}.attention.self.{kind}.weight"] = weight.T
            state[f"{place}.attention.self.{kind}.bias"] = bias
        state[f"{place}.attention.output.dense.weight"] = matrix(tensors, stems[f"{place}.attention.output"]).T
        state[f"{place}.attention.output.dense.bias"] = tensors[f"model.{place}.attention.output.dense.bias"]
        scale = add_norm(f"{place}.attention.output.LayerNorm")
        wide, narrow = stems[f"{place}.intermediate"], stems[f"{place}.output"]
        inner = np.concatenate([matrix(tensors, wide), tensors[f"{wide}_wide"]], axis=1)
        state[f"{place}.intermediate.dense.weight"] = (inner / scale).T
        bias = f"model.{place}.intermediate.dense.bias"
        state[f"{place}.intermediate.dense.bias"] = np.concatenate([tensors[bias], tensors[f"{bias}_wide"]])
        outer = np.concatenate([matrix(tensors, narrow), tensors[f"{narrow}_wide"]])
        state[f"{place}.output.dense.weight"] = outer.T
        state[f"{place}.output.dense.bias"] = tensors[f"model.{place}.output.dense.bias"]
        scale = add_norm(f"{place}.output.LayerNorm")
    return state


def dequantize(folder: Path) -> torch.nn.Module:
    """The cross-encoder of a bundled folder as an fp32 transformers model with one logit."""
    config = AutoConfig.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_config(config, attn_implementation="eager").float().eval()
    state = state_dict(onnx.load(folder / INT8), config.num_hidden_layers)
    missing, unexpected = model.load_state_dict(
        {name: torch.from_numpy(np.array(value, dtype=np.float32)) for name, value in state.items()}, strict=False
    )
    if unexpected or [name for name in missing if "position_ids" not in name]:
        raise ValueError(f"{folder}: not a file that training/quantize.py wrote (missing {missing}, unexpected {unexpected})")
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="bundled folder with onnx/model_int8.onnx")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    dequantize(options.model).save_pretrained(options.out)


if __name__ == "__main__":
    main()
