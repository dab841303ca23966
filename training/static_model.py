"""Static embeddings: one vector a vocabulary token, a text is their sum (Model2Vec, van Dongen 2024)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file, save_file
from torch import nn
from torch.nn.functional import embedding_bag, normalize

from . import losses
from .config import StaticConfig
from .encoder import MultiVectorEncoder, encode, load_backbone

_UNUSED = re.compile(r"^\[unused\d+\]$")


@dataclass
class StaticModel:
    """Rows of `vectors` belong to `vocabulary`; `UNKNOWN` and special tokens have none."""

    vocabulary: list[str]
    vectors: np.ndarray

    def embed(self, ids: list[np.ndarray]) -> np.ndarray:
        """Unit vectors `[texts, dimensions]`; zero for a text without a known token."""
        sums = np.stack([self.vectors[i].sum(0) if len(i) else np.zeros(self.vectors.shape[1]) for i in ids])
        norms = np.linalg.norm(sums, axis=1, keepdims=True)
        return (sums / np.where(norms > 0, norms, 1)).astype(np.float32)


def kept_tokens(vocabulary: dict[str, int]) -> list[str]:
    """The tokenizer's vocabulary without special and unused tokens, in its order."""
    names = sorted(vocabulary, key=vocabulary.__getitem__)
    return [n for n in names if not _UNUSED.match(n) and not re.fullmatch(r"\[[A-Z]+\]", n)]


class StaticTokenizer:
    """Word pieces of the encoder's own tokenizer, renumbered to the kept tokens."""

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
    """Forward every token, project on the main axes, weight by the root of inverse document frequency.

    Axes are divided by the fourth root of their variance: halfway to whitening, which sets unrelated
    words apart. On held-out lists this beat plain PCA with SIF weights.
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
    return StaticModel(vocabulary, table.astype(np.float32)), static_tokenizer


def bags(ids: list[np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
    offsets = np.concatenate([[0], np.cumsum([len(i) for i in ids])[:-1]])
    return torch.from_numpy(np.concatenate(ids)), torch.from_numpy(offsets)


def refine(
    model: StaticModel,
    passages: list[np.ndarray],
    passage_teacher: np.ndarray,
    questions: list[np.ndarray],
    question_teacher: np.ndarray,
    positives: np.ndarray,
    neighbours: list[list[int]],
    settings: StaticConfig,
    seed: int,
) -> list[dict[str, float]]:
    """Train the table in place: find the right passage, and order the batch as the encoder does."""
    rng = np.random.default_rng(seed)
    scale = float(np.linalg.norm(model.vectors, axis=1).mean())
    table = nn.Parameter(torch.from_numpy(model.vectors / scale))
    optimizer = torch.optim.Adam([table], lr=settings.learning_rate)
    usable = np.asarray([i for i, q in enumerate(questions) if len(q)])
    history = []
    for step in range(settings.steps):
        chosen = rng.choice(usable, min(settings.questions, len(usable)), replace=False)
        rows = dict.fromkeys(int(positives[q]) for q in chosen)
        for question in chosen:
            near = neighbours[int(positives[question])]
            if len(rows) < settings.passages and near:
                rows.setdefault(int(near[rng.integers(len(near))]))
        order = list(rows)
        position = {row: i for i, row in enumerate(order)}
        own = torch.tensor([position[int(positives[q])] for q in chosen])
        q, p = (
            normalize(embedding_bag(ids, table, offsets, mode="sum"), dim=-1)
            for ids, offsets in (bags([questions[i] for i in chosen]), bags([passages[i] for i in order]))
        )
        known = torch.from_numpy(question_teacher[chosen] @ passage_teacher[order].T)
        ignore = losses.probable_positives(known, own, 0.1)
        scores = q @ p.T
        contrast = losses.listwise(scores, own, ignore, settings.temperature)
        imitate = losses.distil(scores / settings.temperature, known / settings.temperature)
        loss = settings.contrast * contrast + settings.imitate * imitate
        optimizer.zero_grad()
        loss.backward()
        for group in optimizer.param_groups:
            group["lr"] = settings.learning_rate * (1 - step / settings.steps)
        optimizer.step()
        history.append({"contrast": contrast.item(), "imitate": imitate.item()})
    model.vectors = table.detach().numpy() * scale
    return history


def quantize(vectors: np.ndarray, levels: int = 15, clip: float = 99.9) -> tuple[np.ndarray, np.ndarray]:
    """Signed bytes and one scale a dimension, so that sums are exact integers.

    Fifteen levels to either side, not 127: on held-out lists no worse, and a third smaller when packed.
    """
    scales = np.maximum(np.percentile(np.abs(vectors), clip, axis=0) / levels, 1e-12).astype(np.float32)
    return np.clip(np.rint(vectors / scales), -levels, levels).astype(np.int8), scales


def save(model: StaticModel, path: Path) -> None:
    """One safetensors file: `embeddings` int8 `[tokens, dimensions]`, `scales`, and the vocabulary."""
    table, scales = quantize(model.vectors)
    path.parent.mkdir(parents=True, exist_ok=True)
    words = "\n".join(model.vocabulary)
    save_file({"embeddings": table, "scales": scales}, path, {"format": "pt", "vocabulary": words})


def load(path: Path) -> StaticModel:
    raw = path.read_bytes()
    header = json.loads(raw[8 : 8 + int.from_bytes(raw[:8], "little")])
    tensors = load_file(path)
    vocabulary = header["__metadata__"]["vocabulary"].split("\n")
    return StaticModel(vocabulary, tensors["embeddings"].astype(np.float32) * tensors["scales"])
