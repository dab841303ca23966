"""Recovers the weights of a bundled int8 encoder, so that training can continue from the shipped model.

`python -m training.dequantize --model models/rerank-en-v1 --out FOLDER` writes a transformers folder. It undoes what `quantize.py` did:
int8 weights are multiplied by their scales, the fp32 paths of wide channels rejoin the others, and layer norms and the layers after them are unscaled.
`late_encoder` does the same for a late-interaction folder, whose projection transformers has no place for.
"""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn
from transformers import AutoConfig, AutoModel, AutoModelForSequenceClassification

from . import nibbles
from .bundle import INT8
from .encoder import MultiVectorEncoder

Tensors = dict[str, np.ndarray]


@dataclass(frozen=True)
class Names:
    """How the file calls the parts of its BERT: prefixes of the names of weights, and of nodes and their outputs."""

    weights: str
    nodes: str

    def path(self, place: str) -> str:
        """`encoder.layer.0.output` as the path of a node."""
        return self.nodes + re.sub(r"layer/(\d+)", r"layer.\1", place.replace(".", "/"))


CROSS_ENCODER = Names("model.bert.", "/model/bert/")
LATE_INTERACTION = Names("encoder.backbone.", "/backbone/")


def matrix(tensors: Tensors, stem: str) -> np.ndarray:
    """The `[in, out]` weights of one linear operator."""
    return tensors[f"{stem}_quantized"].astype(np.float32) * tensors[f"{stem}_scale"]


def table(tensors: Tensors, name: str) -> np.ndarray:
    """A lookup table: unquantized, or with one scale per row and one number or two (`nibbles.packed`) per byte."""
    if name in tensors:
        return tensors[name]
    held, scale = tensors[f"{name}_int8"], tensors[f"{name}_scale"]
    return nibbles.values(nibbles.unpacked(held), scale) if held.dtype == np.uint8 else held * scale


def linear_stems(model: onnx.ModelProto) -> dict[str, str]:
    """Stems of initializers by the path of the linear operator, such as `/backbone/encoder/layer.0/intermediate`."""
    found = {}
    for node in model.graph.node:
        if node.op_type == "MatMulInteger":
            found[re.sub(r"(/dense)?/MatMul_quant$", "", node.name)] = node.input[1].removesuffix("_quantized")
    return found


def norm(tensors: Tensors, names: Names, place: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The original weight and bias of a layer norm, and the scale by which the weights of the layers after it were multiplied."""
    output = f"{names.path(place)}/LayerNormalization_output_0"
    scale = tensors.get(f"{output}_scaled_by")
    if scale is None:
        weight, bias = (tensors[f"{names.weights}{place}.{part}"] for part in ("weight", "bias"))
        return weight, bias, np.ones_like(weight)
    return tensors[f"{output}_smoothed_1"] * scale, tensors[f"{output}_smoothed_2"] * scale, scale


def encoder_state(tensors: Tensors, stems: dict[str, str], names: Names, layers: int) -> tuple[Tensors, np.ndarray]:
    """Weights of the BERT by their names in transformers, and the `[hidden, 1]` scale by which the weights after its last layer were multiplied."""
    state: Tensors = {
        f"embeddings.{kind}.weight": table(tensors, f"{names.weights}embeddings.{kind}.weight")
        for kind in ("word_embeddings", "position_embeddings", "token_type_embeddings")
    }

    def add_norm(place: str) -> np.ndarray:
        state[f"{place}.weight"], state[f"{place}.bias"], scale = norm(tensors, names, place)
        return scale[:, None]

    scale = add_norm("embeddings.LayerNorm")
    for layer in range(layers):
        place = f"encoder.layer.{layer}"
        attention = np.split(matrix(tensors, f"Attention_{layer}_qkv_weight") / scale, 3, axis=1)
        biases = np.split(tensors[f"Attention_{layer}_qkv_bias"], 3)
        for kind, weight, bias in zip(("query", "key", "value"), attention, biases, strict=True):
            state[f"{place}.attention.self.{kind}.weight"] = weight.T
            state[f"{place}.attention.self.{kind}.bias"] = bias
        state[f"{place}.attention.output.dense.weight"] = matrix(tensors, stems[names.path(f"{place}.attention.output")]).T
        state[f"{place}.attention.output.dense.bias"] = tensors[f"{names.weights}{place}.attention.output.dense.bias"]
        scale = add_norm(f"{place}.attention.output.LayerNorm")
        wide, narrow = stems[names.path(f"{place}.intermediate")], stems[names.path(f"{place}.output")]
        inner = np.concatenate([matrix(tensors, wide), tensors[f"{wide}_wide"]], axis=1)
        state[f"{place}.intermediate.dense.weight"] = (inner / scale).T
        bias = f"{names.weights}{place}.intermediate.dense.bias"
        state[f"{place}.intermediate.dense.bias"] = np.concatenate([tensors[bias], tensors[f"{bias}_wide"]])
        outer = np.concatenate([matrix(tensors, narrow), tensors[f"{narrow}_wide"]])
        state[f"{place}.output.dense.weight"] = outer.T
        state[f"{place}.output.dense.bias"] = tensors[f"{names.weights}{place}.output.dense.bias"]
        scale = add_norm(f"{place}.output.LayerNorm")
    return state, scale


def read(folder: Path) -> tuple[Tensors, dict[str, str]]:
    """All tensors of a bundled file by name, and the stems of its linear operators."""
    model = onnx.load(folder / INT8)
    return {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}, linear_stems(model)


def load(model: nn.Module, state: Tensors, folder: Path) -> None:
    missing, unexpected = model.load_state_dict(
        {name: torch.from_numpy(np.array(value, dtype=np.float32)) for name, value in state.items()}, strict=False
    )
    if unexpected or [name for name in missing if "position_ids" not in name]:
        raise ValueError(f"{folder}: not a file that training/quantize.py wrote (missing {missing}, unexpected {unexpected})")


def dequantize(folder: Path) -> nn.Module:
    """The cross-encoder of a bundled folder as an fp32 transformers model with one logit."""
    config = AutoConfig.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_config(config, attn_implementation="eager").float().eval()
    tensors, stems = read(folder)
    state, _ = encoder_state(tensors, stems, CROSS_ENCODER, config.num_hidden_layers)
    pooler = "model.bert.pooler.dense.weight"
    load(model, {
        **{f"bert.{name}": value for name, value in state.items()},
        "bert.pooler.dense.weight": matrix(tensors, pooler if f"{pooler}_quantized" in tensors else stems["/model/bert/pooler"]).T,
        "bert.pooler.dense.bias": tensors["model.bert.pooler.dense.bias"],
        "classifier.weight": matrix(tensors, "model.classifier.weight").T,
        "classifier.bias": tensors["model.classifier.bias"],
    }, folder)
    return model


def late_encoder(folder: Path, pooling: str = "cls") -> MultiVectorEncoder:
    """The encoder of a bundled late-interaction folder in fp32, with its projection."""
    config = AutoConfig.from_pretrained(folder)
    backbone = AutoModel.from_config(config, attn_implementation="eager").float()
    backbone.pooler = None
    tensors, stems = read(folder)
    state, scale = encoder_state(tensors, stems, LATE_INTERACTION, config.num_hidden_layers)
    load(backbone, state, folder)
    weight = matrix(tensors, stems["/projection"]) / scale
    projection = nn.Linear(*weight.shape, bias=False)
    projection.weight.data = torch.from_numpy(np.ascontiguousarray(weight.T, dtype=np.float32))
    return MultiVectorEncoder(backbone, projection, pooling).eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="bundled folder with onnx/model_int8.onnx")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    dequantize(options.model).save_pretrained(options.out)


if __name__ == "__main__":
    main()
