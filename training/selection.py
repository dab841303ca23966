"""Chooses the weights to ship, among checkpoints and their mixtures with the initial weights, by the selection sets alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from transformers import AutoTokenizer

from .bundle import INT8, bundle
from .encoder import MultiVectorEncoder, tokenize
from .evaluate import encoder_metrics
from .onnx_encoder import OnnxEncoder
from .scoring import EncodeTexts
from .train import Job, build_student

Weights = dict[str, torch.Tensor]


def mix(start: Weights, end: Weights, share: float) -> Weights:
    """`share` of the trained weights, and the rest of the initial weights (WiSE-FT, Wortsman 2022)."""
    return {
        name: torch.lerp(start[name], end[name], share) if end[name].is_floating_point() else end[name]
        for name in end
    }


def onnx_encode_texts(path: Path, tokenizer, passage_tokens: int = 512) -> EncodeTexts:
    encoder = OnnxEncoder(path)

    def encode_texts(texts: list[str], is_question: bool):
        return encoder.encode(tokenize(tokenizer, texts, 128 if is_question else passage_tokens))

    return encode_texts


def mixture(job: Job, checkpoint: Path | None, share: float) -> MultiVectorEncoder:
    """The initial weights (`checkpoint` None, or share 0) or a mixture of them with a checkpoint."""
    student = build_student(job)
    if checkpoint and share:
        trained = torch.load(checkpoint, map_location="cpu", weights_only=True)
        student.load_state_dict(mix(student.state_dict(), trained, share))
    return student


def candidate_metrics(job: Job, tokenizer, folder: Path) -> dict[str, float]:
    """Mean nDCG@10 of each score of a bundle's int8 file over the selection sets, and by set."""
    encode_texts = onnx_encode_texts(folder / INT8, tokenizer, 256)
    metrics: dict[str, list[float]] = {}
    for data in job.selection:
        for kind, values in encoder_metrics(data, encode_texts).items():
            metrics.setdefault(kind, []).append(float(np.mean(list(values.values()))))
    return {kind: [round(v, 4) for v in [float(np.mean(values)), *values]] for kind, values in metrics.items()}


def make_candidate(
    job: Job, checkpoint: Path | None, share: float, calibration: list[str], folder: Path, tolerance: float
) -> dict:
    """Bundle one mixture and measure it."""
    made = bundle(mixture(job, checkpoint, share), job.base_model, calibration, folder, tolerance, few_bits=job.few_bits)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    return {**made, "metrics": candidate_metrics(job, tokenizer, folder)}
