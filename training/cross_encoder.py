"""Rebuild the files of a cross-encoder from its weights: `python -m training.cross_encoder --model FOLDER --out FOLDER`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from .bundle import GOLDEN_PAIRS, INT8, INT8_DATA, copy_tokenizer
from .config import PRESETS
from .cross_train import pair_ids
from .export import export_cross_encoder
from .onnx_encoder import OnnxEncoder, channel_ranges
from .pool import Pool, build_pool
from .quantize import quantize

Pair = tuple[str, str]


def logits(path: Path, items: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """One pair per forward pass, so that no pair's score depends on another."""
    encoder = OnnxEncoder(path)
    return np.asarray([encoder.run([ids], ["logits"], [types])[0].item() for ids, types in items])


def calibration_pairs(pool: Pool, count: int) -> list[Pair]:
    """In turn, two questions with their passages and two with other passages, so that every second pair has both kinds too."""
    rows = range(min(count, len(pool.questions)))
    shift = len(pool.passages) // 2
    return [
        (pool.questions[i], pool.passages[(pool.positives[i] + (i // 2 % 2) * shift) % len(pool.passages)])
        for i in rows
    ]


def make(model: Path, pairs: list[Pair], out: Path, tokenizer_from: Path | None = None) -> dict[str, float]:
    """Write `out` with an fp32 file, an int8 file and golden scores; return how far the two files are apart.

    `tokenizer_from` (default `model`) is the folder that the tokenizer's files are copied from.
    """
    torch.set_num_threads(1)
    (out / "onnx").mkdir(parents=True, exist_ok=True)
    copy_tokenizer(str(tokenizer_from or model), out, 512)
    (out / "config.json").write_text((model / "config.json").read_text())
    tokenizer = AutoTokenizer.from_pretrained(out)
    full, small = out / "onnx/model.onnx", out / INT8
    export_cross_encoder(AutoModelForSequenceClassification.from_pretrained(model).float(), full)
    items = pair_ids(tokenizer, pairs, 256)
    calibration, held_out = items[::2], items[1::2]
    ranges = channel_ranges(full, [i for i, _ in calibration], [t for _, t in calibration])
    quantize(full, small, ranges)
    a, b = logits(full, held_out), logits(small, held_out)
    drift = {
        "bytes": small.stat().st_size + (out / INT8_DATA).stat().st_size,
        "pairs": len(held_out),
        "correlation": float(np.corrcoef(a, b)[0, 1]),
        "largest": float(np.abs(a - b).max()),
        "mean": float(np.abs(a - b).mean()),
    }
    golden = logits(small, pair_ids(tokenizer, list(GOLDEN_PAIRS)))
    state = {
        "pairs": [list(p) for p in GOLDEN_PAIRS],
        "logits": [round(float(x), 4) for x in golden],
        "tolerance": round(max(0.25, 1.2 * drift["largest"]), 2),
    }
    (out / "golden.json").write_text(json.dumps(state, ensure_ascii=False, indent=1) + "\n")
    return drift


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="folder with model.safetensors")
    parser.add_argument("--data", type=Path, required=True, help="folder with the training sets")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    config = PRESETS["smoke"]
    pairs = calibration_pairs(build_pool(options.data, config.pool, config.seed), 120)
    print(json.dumps(make(options.model, pairs, options.out), indent=1))


if __name__ == "__main__":
    main()
