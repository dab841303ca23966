"""The pool under the untrained encoder: read once, used for mining and as the teacher."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import multiprocessing

from .encoder import MultiVectorEncoder, encode, load_backbone, tokenize


@dataclass
class PoolVectors:
    """Untrained vectors: `tokens[offsets[i]:offsets[i + 1]]` belong to passage `i`."""

    tokens: np.ndarray
    offsets: np.ndarray
    pooled: np.ndarray
    basis: np.ndarray

    def passage(self, row: int) -> np.ndarray:
        return self.tokens[self.offsets[row] : self.offsets[row + 1]]


def principal_basis(vectors: np.ndarray, width: int) -> np.ndarray:
    """Orthonormal `[hidden, width]` map keeping most of the uncentred second moment."""
    _, eigen = np.linalg.eigh(vectors.T.astype(np.float64) @ vectors)
    return eigen[:, ::-1][:, :width].astype(np.float32).copy()


def _embed_shard(rank: int, world: int, model: str, texts: list[str], length: int, width: int, out: str) -> None:
    torch.set_num_threads(1)
    backbone, tokenizer = load_backbone(model)
    encoder = MultiVectorEncoder(backbone, None)
    sample = encode(encoder, tokenize(tokenizer, texts[:: max(1, len(texts) // 256)], length))
    basis = principal_basis(np.concatenate(sample.tokens), width)
    mine = texts[rank::world]
    tokens, pooled = [], []
    for start in range(0, len(mine), 512):
        part = encode(encoder, tokenize(tokenizer, mine[start : start + 512], length))
        for vectors in part.tokens:
            small = vectors @ basis
            tokens.append((small / np.linalg.norm(small, axis=1, keepdims=True)).astype(np.float16))
        pooled.append(part.pooled)
    lengths = np.asarray([len(t) for t in tokens])
    np.savez(f"{out}.{rank}.npz", tokens=np.concatenate(tokens), lengths=lengths,
             pooled=np.concatenate(pooled), basis=basis)


def embed_pool(
    model: str, texts: list[str], length: int, width: int, workers: int, cache: Path
) -> PoolVectors:
    """Encode all passages, `workers` processes side by side; kept under `cache` for the next start."""
    shards = [Path(f"{cache}.{rank}.npz") for rank in range(workers)]
    if not all(s.exists() for s in shards):
        multiprocessing.spawn(
            _embed_shard, (workers, model, texts, length, width, str(cache)), nprocs=workers
        )
    parts = [np.load(s) for s in shards]
    lengths = np.zeros(len(texts), dtype=np.int64)
    pooled = np.zeros((len(texts), parts[0]["pooled"].shape[1]), dtype=np.float32)
    for rank, part in enumerate(parts):
        lengths[rank::workers] = part["lengths"]
        pooled[rank::workers] = part["pooled"]
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    tokens = np.zeros((offsets[-1], width), dtype=np.float16)
    for rank, part in enumerate(parts):
        vectors, ends = part["tokens"], np.cumsum(part["lengths"])
        for position, row in enumerate(range(rank, len(texts), workers)):
            start = ends[position] - part["lengths"][position]
            tokens[offsets[row] : offsets[row + 1]] = vectors[start : ends[position]]
    return PoolVectors(tokens, offsets, pooled, parts[0]["basis"])
