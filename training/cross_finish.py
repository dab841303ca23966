"""From a cross-encoder's checkpoints to a finished folder: choose weights on the selection sets, quantize, measure."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from .cross_encoder import calibration_pairs, make
from .cross_train import CrossJob, cross_metrics
from .encoder import fast_dtype

NAME = "rerank-en-v1"
CALIBRATION_PAIRS = 120

Weights = dict[str, torch.Tensor]


def mean(parts: list[Weights]) -> Weights:
    """Average of several checkpoints (model soups, Wortsman 2022)."""
    first = parts[0]
    return {
        name: torch.stack([p[name] for p in parts]).mean(0) if value.is_floating_point() else value
        for name, value in first.items()
    }


def candidates(start: Weights, checkpoints: list[Path]) -> dict[str, Callable[[], Weights]]:
    """The initial weights, the last checkpoint, the mean of both (WiSE-FT, Wortsman 2022), and the means of the last two and three checkpoints."""

    def last(count: int) -> list[Weights]:
        return [torch.load(p, map_location="cpu", weights_only=True) for p in checkpoints[-count:]]

    found: dict[str, Callable[[], Weights]] = {"start": lambda: start, "half-start": lambda: mean([start, *last(1)])}
    for count in (1, 2, 3):
        if len(checkpoints) >= count:
            found[f"last-{count}"] = lambda count=count: mean(last(count))
    return found


def choose(cross: CrossJob, log: Callable[[str], None]) -> tuple[str, Path]:
    """The candidate with the best mean nDCG@10 over the selection sets, saved as a transformers folder."""
    model = AutoModelForSequenceClassification.from_pretrained(
        cross.start, num_labels=1, attn_implementation="eager"
    ).float().eval()
    tokenizer = AutoTokenizer.from_pretrained(cross.job.base_model)
    checkpoints = sorted(cross.folder.glob("weights-*.pt"), key=lambda p: int(p.stem.split("-")[1]))
    found = []
    start = {name: value.clone() for name, value in model.state_dict().items()}
    made = candidates(start, checkpoints)
    for name, weights in made.items():
        model.load_state_dict(weights())
        fast = model.to(fast_dtype())
        sets = {
            s.name: float(np.mean(list(cross_metrics(fast, tokenizer, s, torch.device("cpu")).values())))
            for s in cross.job.selection
        }
        worth = float(np.mean(list(sets.values())))
        log(f"candidate {name}: {worth:.4f} {sets}")
        found.append((worth, name))
        model.float()
    _, name = max(found)
    model.load_state_dict(made[name]())
    folder = cross.folder / "chosen"
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return name, folder


def finish_cross(cross: CrossJob, out: Path, log: Callable[[str], None]) -> Path:
    """Write `out/rerank-en-v1` with its int8 file, and the effect of quantization to `drift.json` next to it."""
    name, folder = choose(cross, log)
    log(f"chosen: {name}")
    drift = make(folder, calibration_pairs(cross.job.pool, CALIBRATION_PAIRS), out / NAME, Path(cross.job.base_model))
    (cross.folder / "drift.json").write_text(json.dumps({"chosen": name, **drift}, indent=1))
    log(f"int8: {drift}")
    return out / NAME
