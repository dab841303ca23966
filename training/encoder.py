"""One transformer with two outputs: one pooled vector per text, and one vector per token."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn.functional import normalize
from transformers import AutoModel, AutoTokenizer


class MultiVectorEncoder(nn.Module):
    """BERT with a pooled vector (bi-encoder; "mean", or "cls" for the first token) and a linear projection of every token (late interaction)."""

    def __init__(self, backbone: nn.Module, projection: nn.Linear | None, pooling: str = "mean") -> None:
        super().__init__()
        self.backbone = backbone
        self.projection = projection
        self.pooling = pooling

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return unit vectors `[batch, tokens, width]` and unit pooled vectors `[batch, hidden]`."""
        return self.read(self.backbone(input_ids=ids, attention_mask=mask).last_hidden_state, mask)

    def read(self, hidden: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The two outputs from the last layer's `[batch, tokens, hidden]`."""
        weights = mask.unsqueeze(-1).float()
        tokens = hidden if self.projection is None else self.projection(hidden)
        whole = hidden.float()
        pooled = whole[:, 0] if self.pooling == "cls" else (whole * weights).sum(1) / weights.sum(1).clamp(min=1e-9)
        return normalize(tokens.float(), dim=-1) * weights, normalize(pooled, dim=-1)


def fast_dtype() -> torch.dtype:
    """The number format in which this machine multiplies fastest: bf16 on a GPU, with AMX tiles or with AVX512-BF16, otherwise fp32.

    GFLOPS per core in bf16 and fp32: 1,810 and 197 with AMX, 212 and 91 with AVX512-BF16, 132 and 303 with neither.
    """
    names = ("_is_amx_tile_supported", "_is_avx512_bf16_supported")
    quick = torch.cuda.is_available() or any(getattr(torch.cpu, name, lambda: False)() for name in names)
    return torch.bfloat16 if quick else torch.float32


def load_backbone(folder: str | Path) -> tuple[nn.Module, AutoTokenizer]:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    # Plain attention is 1.6 times as fast as torch's fused attention in bf16 on a CPU.
    model = AutoModel.from_pretrained(folder, attn_implementation="eager")
    if getattr(model, "pooler", None) is not None:
        model.pooler = None
    return model.float(), tokenizer


def tokenize(tokenizer: AutoTokenizer, texts: list[str], length: int) -> list[np.ndarray]:
    ids = tokenizer(texts, truncation=True, max_length=length, padding=False)["input_ids"]
    return [np.asarray(i, dtype=np.int32) for i in ids]


def pad(batch: list[np.ndarray], pad_id: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    width = max(len(i) for i in batch)
    ids = torch.full((len(batch), width), pad_id, dtype=torch.long)
    mask = torch.zeros((len(batch), width), dtype=torch.long)
    for row, item in enumerate(batch):
        ids[row, : len(item)] = torch.from_numpy(item)
        mask[row, : len(item)] = 1
    return ids, mask


def length_sorted_batches(lengths: list[int], budget: int) -> list[list[int]]:
    """Indices in batches of at most `budget` padded tokens, with texts of similar length together."""
    order = sorted(range(len(lengths)), key=lambda i: lengths[i])
    batches: list[list[int]] = []
    current: list[int] = []
    for index in order:
        if current and (len(current) + 1) * lengths[index] > budget:
            batches.append(current)
            current = []
        current.append(index)
    return [*batches, current] if current else batches


@dataclass
class Encoded:
    """Vectors of many texts; `tokens[i]` is `[len_i, width]`."""

    tokens: list[np.ndarray]
    pooled: np.ndarray


@torch.no_grad()
def encode(
    model: MultiVectorEncoder, items: list[np.ndarray], pad_id: int = 0, budget: int = 2048
) -> Encoded:
    model.eval()
    dtype = fast_dtype()
    first = next(model.parameters())
    # A model that already has the fast type runs without autocast, which is faster.
    device, cast = first.device, first.dtype != dtype
    tokens: list[np.ndarray | None] = [None] * len(items)
    pooled: np.ndarray | None = None
    for rows in length_sorted_batches([len(i) for i in items], budget):
        ids, mask = pad([items[r] for r in rows], pad_id)
        with torch.autocast(device.type, dtype, enabled=cast):
            token_vectors, pool = (v.float().cpu() for v in model(ids.to(device), mask.to(device)))
        if pooled is None:
            pooled = np.zeros((len(items), pool.shape[1]), dtype=np.float32)
        for position, row in enumerate(rows):
            tokens[row] = token_vectors[position, : len(items[row])].numpy()
            pooled[row] = pool[position].numpy()
    return Encoded([t for t in tokens if t is not None], pooled)
