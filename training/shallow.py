"""A smaller base model: an encoder without some of its layers, and with four-bit word embeddings.

Layers of a deep encoder can be removed at little cost if it is trained afterwards (Sajjad et al. 2023). The embeddings are
rounded before training, so that training compensates for that as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import nn

from .encoder import load_backbone
from .nibbles import rounded


def shallow(source: Path, dropped: Sequence[int], out: Path) -> Path:
    """Write the transformers folder `out` from the one in `source`, without the layers `dropped` (counted from 0)."""
    if (out / "model.safetensors").exists():
        return out
    model, tokenizer = load_backbone(source)
    layers = model.encoder.layer
    if unknown := [number for number in dropped if number >= len(layers)]:
        raise ValueError(f"{source} has {len(layers)} layers; {unknown} are not among them")
    model.encoder.layer = nn.ModuleList(layer for number, layer in enumerate(layers) if number not in dropped)
    model.config.num_hidden_layers = len(model.encoder.layer)
    words = model.embeddings.word_embeddings.weight
    words.data = torch.from_numpy(rounded(words.detach().numpy()))
    model.save_pretrained(out)
    tokenizer.save_pretrained(out)
    return out
