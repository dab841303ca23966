"""Texts encoded by a frozen encoder: computed once, stored on disk, and used for mining and as a teacher."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from torch import multiprocessing, nn
from transformers import PreTrainedTokenizerBase

from .encoder import MultiVectorEncoder, encode, fast_dtype, load_backbone, tokenize


class Vectors:
    """Vectors of many texts in a folder, memory-mapped when they are used, so that passing them to another process costs little.

    `pooled` is `[texts, hidden]`, and `basis` the `[hidden, width]` projection of the stored token vectors.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __getstate__(self) -> dict:
        return {"folder": self.folder}

    def _load(self, name: str) -> np.ndarray:
        return np.load(self.folder / f"{name}.npy", mmap_mode="r")

    @cached_property
    def pooled(self) -> np.ndarray:
        return self._load("pooled")

    @cached_property
    def basis(self) -> np.ndarray:
        return self._load("basis")

    @cached_property
    def _tokens(self) -> tuple[np.ndarray, np.ndarray]:
        return self._load("tokens"), np.concatenate([[0], np.cumsum(self._load("lengths"))])

    def tokens(self, row: int) -> np.ndarray:
        """Unit vectors `[tokens, width]` of one text, fp16."""
        tokens, offsets = self._tokens
        return tokens[offsets[row] : offsets[row + 1]]


def principal_basis(vectors: np.ndarray, width: int) -> np.ndarray:
    """The orthonormal `[hidden, width]` projection that keeps most of the uncentered second moment."""
    _, eigen = np.linalg.eigh(vectors.T.astype(np.float64) @ vectors)
    return eigen[:, ::-1][:, :width].astype(np.float32).copy()


def reader(model: str | Path, pooling: str, basis: np.ndarray | None) -> tuple[MultiVectorEncoder, PreTrainedTokenizerBase]:
    """One encoder, in the number format that is fastest on this machine, whose token vectors are projected by `basis` if it is given."""
    backbone, tokenizer = load_backbone(model)
    projection = None
    if basis is not None:
        projection = nn.Linear(*basis.shape, bias=False)
        projection.weight.data = torch.from_numpy(basis.T.copy())
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return MultiVectorEncoder(backbone, projection, pooling).to(device, fast_dtype()), tokenizer


def _embed_shard(
    rank: int, world: int, model: str, pooling: str, texts: list[str], length: int, basis: np.ndarray, out: Path
) -> None:
    torch.set_num_threads(1)
    encoder, tokenizer = reader(model, pooling, basis)
    mine = texts[rank::world]
    tokens, pooled = [], []
    for start in range(0, len(mine), 512):
        part = encode(encoder, tokenize(tokenizer, mine[start : start + 512], length))
        tokens += [vectors.astype(np.float16) for vectors in part.tokens]
        pooled.append(part.pooled)
    np.savez(
        out / f"shard-{rank}.npz", tokens=np.concatenate(tokens), lengths=[len(t) for t in tokens],
        pooled=np.concatenate(pooled),
    )


def embed(
    model: str | Path, pooling: str, texts: list[str], length: int, basis: int | np.ndarray, workers: int, folder: Path
) -> Vectors:
    """Encode all texts in `workers` parallel processes. `basis` is the projection of token vectors, or its width."""
    if not (folder / "pooled.npy").exists():
        folder.mkdir(parents=True, exist_ok=True)
        if isinstance(basis, int):
            encoder, tokenizer = reader(model, pooling, None)
            sample = encode(encoder, tokenize(tokenizer, texts[:: max(1, len(texts) // 256)], length))
            basis = principal_basis(np.concatenate(sample.tokens), basis)
        multiprocessing.spawn(
            _embed_shard, (workers, str(model), pooling, texts, length, np.asarray(basis), folder), nprocs=workers
        )
        merge(folder, len(texts), np.asarray(basis), workers)
    return Vectors(folder)


def merge(folder: Path, texts: int, basis: np.ndarray, workers: int) -> None:
    """Join the shards of all processes in the order of the texts; `pooled.npy` is written last and marks the folder as complete."""
    shards = [folder / f"shard-{rank}.npz" for rank in range(workers)]
    loaded = [dict(np.load(s)) for s in shards]
    lengths = np.zeros(texts, dtype=np.int64)
    pooled = np.zeros((texts, loaded[0]["pooled"].shape[1]), dtype=np.float32)
    for rank, part in enumerate(loaded):
        lengths[rank::workers], pooled[rank::workers] = part["lengths"], part["pooled"]
    ends = np.cumsum(lengths)
    tokens = np.zeros((ends[-1], basis.shape[1]), dtype=np.float16)
    for rank, part in enumerate(loaded):
        start = 0
        for row in range(rank, texts, workers):
            tokens[ends[row] - lengths[row] : ends[row]] = part["tokens"][start : start + lengths[row]]
            start += lengths[row]
    for name, values in (("tokens", tokens), ("lengths", lengths), ("basis", basis), ("pooled", pooled)):
        np.save(folder / f"{name}.npy", values)
    for shard in shards:
        shard.unlink()
