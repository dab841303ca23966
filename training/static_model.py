"""Static embeddings: one vector per vocabulary token. A text is the sum of its vectors (Model2Vec, van Dongen 2024), or all of them (MaxSim)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

from .encoder import Encoded, MultiVectorEncoder, encode, load_backbone

_UNUSED = re.compile(r"^\[unused\d+\]$")


@dataclass
class StaticModel:
    """Rows of `vectors` and `weights` belong to `vocabulary`; `UNKNOWN` and special tokens have none.

    `weights` are the weights of a question's tokens in MaxSim, and `maxsim_share` is the weight of MaxSim against the cosine of the sums.
    """

    vocabulary: list[str]
    vectors: np.ndarray
    weights: np.ndarray
    maxsim_share: float = 0.5

    def embed(self, ids: list[np.ndarray]) -> np.ndarray:
        """Unit vectors `[texts, dimensions]`; zeros for a text without a known token."""
        sums = np.stack([self.vectors[i].sum(0) if len(i) else np.zeros(self.vectors.shape[1]) for i in ids])
        return unit(sums).astype(np.float32)

    def read(self, ids: list[np.ndarray], is_question: bool) -> Encoded:
        """Both scores. A question's token vectors are scaled by their weights, so that the mean of their best products is MaxSim."""
        directions = unit(self.vectors)
        tokens = []
        for rows in ids:
            own = directions[rows] if len(rows) else np.zeros((1, self.vectors.shape[1]), dtype=np.float32)
            if is_question and len(rows):
                own = own * (len(rows) * self.weights[rows] / self.weights[rows].sum())[:, None]
            tokens.append(own)
        return Encoded(tokens, self.embed(ids))


def unit(vectors: np.ndarray) -> np.ndarray:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(norms > 0, norms, 1)


def importance(vectors: np.ndarray) -> np.ndarray:
    """Initial weights: a power of a vector's length, which is its influence on a sum. Of the powers 1, 1.5, 2, 2.5 and 3, those from 2 to 3 are best on held-out lists."""
    return np.linalg.norm(vectors, axis=1) ** 2.5


def kept_tokens(vocabulary: dict[str, int]) -> list[str]:
    """The tokenizer's vocabulary without special and unused tokens, in its order."""
    names = sorted(vocabulary, key=vocabulary.__getitem__)
    return [n for n in names if not _UNUSED.match(n) and not re.fullmatch(r"\[[A-Z]+\]", n)]


class StaticTokenizer:
    """Word pieces of the encoder's tokenizer, renumbered to the kept tokens."""

    def __init__(self, tokenizer, vocabulary: list[str]) -> None:
        self.tokenizer = tokenizer
        self.renumber = np.full(len(tokenizer), -1, dtype=np.int64)
        for row, name in enumerate(vocabulary):
            self.renumber[tokenizer.convert_tokens_to_ids(name)] = row

    def __call__(self, texts: list[str]) -> list[np.ndarray]:
        found = self.tokenizer(texts, add_special_tokens=False, truncation=False, verbose=False)["input_ids"]
        rows = [self.renumber[np.asarray(i, dtype=np.int64)] for i in found]
        return [r[r >= 0] for r in rows]


def distil(model: str, texts: list[str], dimensions: int) -> tuple[StaticModel, StaticTokenizer]:
    """Encode every token, project on the principal axes, and weight by the square root of the inverse document frequency.

    Axes are divided by the fourth root of their variance, halfway to whitening, which separates unrelated
    words. On held-out lists this was better than plain PCA with SIF weights.
    """
    backbone, tokenizer = load_backbone(model)
    vocabulary = kept_tokens(tokenizer.get_vocab())
    start, end = tokenizer.cls_token_id, tokenizer.sep_token_id
    ids = [np.asarray([start, tokenizer.convert_tokens_to_ids(n), end]) for n in vocabulary]
    vectors = encode(MultiVectorEncoder(backbone, None), ids).pooled
    vectors = vectors - vectors.mean(0)
    variance, axes = np.linalg.eigh(vectors.T.astype(np.float64) @ vectors / len(vectors))
    kept = slice(-dimensions, None)
    basis = axes[:, kept] / np.maximum(variance[kept], 1e-9) ** 0.25
    static_tokenizer = StaticTokenizer(tokenizer, vocabulary)
    found = np.concatenate([np.unique(i) for i in static_tokenizer(texts)])
    holding = np.bincount(found, minlength=len(vocabulary))
    weights = np.sqrt(np.maximum(np.log((len(texts) + 1) / (holding + 0.5)), 0.01))
    table = (vectors @ basis) * weights[:, None]
    return StaticModel(vocabulary, table.astype(np.float32), importance(table)), static_tokenizer


def quantize(vectors: np.ndarray, levels: int = 15, clip: float = 99.9) -> tuple[np.ndarray, np.ndarray]:
    """Signed bytes with one scale per dimension, so that sums are exact integers.

    Fifteen levels on either side of zero, not 127: no worse on held-out lists, and a third smaller when compressed.
    """
    scales = np.maximum(np.percentile(np.abs(vectors), clip, axis=0) / levels, 1e-12).astype(np.float32)
    return np.clip(np.rint(vectors / scales), -levels, levels).astype(np.int8), scales


#: Weights are stored as steps of 2^(-1/16) below the largest.
WEIGHT_STEPS = 16


def save(model: StaticModel, path: Path) -> None:
    """One safetensors file: `embeddings` int8 `[tokens, dimensions]`, `scales`, `weights` as bytes, and the vocabulary and share in its metadata."""
    table, scales = quantize(model.vectors)
    steps = WEIGHT_STEPS * np.log2(model.weights / model.weights.max())
    weights = np.clip(np.rint(255 + steps), 0, 255).astype(np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    metadata = {"format": "pt", "vocabulary": "\n".join(model.vocabulary), "maxsim_share": f"{model.maxsim_share:g}"}
    save_file({"embeddings": table, "scales": scales, "weights": weights}, path, metadata)


def load(path: Path) -> StaticModel:
    raw = path.read_bytes()
    metadata = json.loads(raw[8 : 8 + int.from_bytes(raw[:8], "little")])["__metadata__"]
    tensors = load_file(path)
    vectors = tensors["embeddings"].astype(np.float32) * tensors["scales"]
    weights = 2 ** ((tensors["weights"].astype(np.float64) - 255) / WEIGHT_STEPS) if "weights" in tensors else importance(vectors)
    return StaticModel(metadata["vocabulary"].split("\n"), vectors, weights, float(metadata.get("maxsim_share", 0.5)))
