"""The static model of a run, from the job's pool and vectors to `static/model.safetensors`."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np

from .encoder import Encoded
from .pool import vary
from .scoring import EncodeTexts
from .static_model import StaticModel, StaticTokenizer, distil, load, refine, save
from .train import Job

FILE = "static/model.safetensors"


def make_static(job: Job, passage_texts: list[str]) -> Path:
    """Distil, refine, quantise; returns the file, which is left alone when it is there already."""
    path = job.folder / FILE
    if path.exists():
        return path
    pool, rng = job.pool, random.Random(job.config.seed)
    settings = job.config.static
    model, tokenizer = distil(job.base_model, passage_texts, settings.dimensions)
    questions = [
        vary(text, pool.titles[row], rng)
        for text, row in zip(pool.questions, pool.positives, strict=True)
    ]
    refine(
        model, tokenizer(passage_texts), job.vectors.pooled, tokenizer(questions), job.questions.pooled,
        np.asarray(pool.positives), job.mined.neighbours, settings, job.config.seed,
    )
    save(model, path)
    return path


def static_encoder(path: Path, tokenizer) -> EncodeTexts:
    """The finished file as an encoder whose token vectors are the one vector of the text."""
    model: StaticModel = load(path)
    pieces = StaticTokenizer(tokenizer, model.vocabulary)

    def encode_texts(texts: list[str], _: bool) -> Encoded:
        vectors = model.embed(pieces(texts))
        return Encoded([v[None] for v in vectors], vectors)

    return encode_texts
