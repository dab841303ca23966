"""Scores of an ensemble of teachers: their cosines and MaxSims, brought to one scale and averaged."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from . import losses
from .embedding import Vectors, embed
from .mining import Mined
from .pool import Pool
from .teachers import START, TEACHERS, Teacher, unpack

FITTED_LISTS = 2000


@dataclass
class Opinion:
    """One score of one teacher, divided by `scale`, its spread within mined lists."""

    questions: Vectors
    passages: Vectors
    maxsim: bool
    scale: float = 1.0

    def scores(self, questions: list[int], rows: list[int]) -> torch.Tensor:
        """`[questions, rows]`."""
        if not self.maxsim:
            pooled = self.questions.pooled[questions] @ self.passages.pooled[rows].T
            return torch.from_numpy(pooled) / self.scale
        asked, asked_mask = padded([self.questions.tokens(q) for q in questions])
        read, read_mask = padded([self.passages.tokens(r) for r in rows])
        return losses.maxsim(asked, asked_mask, read, read_mask) / self.scale


def padded(parts: list[np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
    held = nn.utils.rnn.pad_sequence([torch.ones(len(p)) for p in parts], batch_first=True)
    vectors = [torch.from_numpy(p.astype(np.float32)) for p in parts]
    return nn.utils.rnn.pad_sequence(vectors, batch_first=True), held


@dataclass
class Ensemble:
    """The mean of all opinions, sharpened so that its softmax over a mined list predicts how often its first passage is the answer."""

    opinions: list[Opinion]
    sharpness: float = 1.0

    def logits(self, questions: list[int], rows: list[int]) -> torch.Tensor:
        """`[questions, rows]` log-odds, up to a constant per question."""
        return self.sharpness * torch.stack([o.scores(questions, rows) for o in self.opinions]).mean(0)

    def lists(self, questions: list[int], rows: list[list[int]]) -> torch.Tensor:
        """`[questions, list]`, where every question has its own list."""
        return torch.stack([self.logits([q], own)[0] for q, own in zip(questions, rows, strict=True)])


def read_all(
    teachers: list[tuple[Teacher, str | Path]], questions: list[str], texts: list[str], lengths: tuple[int, int],
    width: int, workers: int, cache: Path,
) -> list[tuple[Teacher, Vectors, Vectors]]:
    """Questions and passages encoded by every teacher. `lengths` are the maximum tokens of a question and of a passage."""
    found = []
    for teacher, model in teachers:
        prefixed = [teacher.passage_prefix + t for t in texts]
        folder = cache / "vectors" / teacher.name
        passages = embed(
            model, teacher.pooling, prefixed, lengths[1], width if teacher.maxsim else 1, workers, folder / "passages"
        )
        asked = [teacher.question_prefix + q for q in questions]
        basis = np.asarray(passages.basis)
        found.append((teacher, embed(model, teacher.pooling, asked, lengths[0], basis, workers, folder / "questions"), passages))
    return found


def available(base_model: str, folder: Path | None, cache: Path) -> list[tuple[Teacher, str | Path]]:
    """The base model and, if their `folder` is given, the other teachers."""
    others = [(t, unpack(t, folder, cache / "teachers")) for t in TEACHERS] if folder else []
    return [(START, base_model), *others]


def fit(
    read: list[tuple[Teacher, Vectors, Vectors]], pool: Pool, mined: Mined, seed: int, others: Sequence[Opinion] = ()
) -> Ensemble:
    """Fit scales and sharpness on lists of mined candidates with a known answer. `others` are opinions that do not come from an encoder."""
    rng = random.Random(seed)
    questions = [q for q in range(len(pool.questions)) if mined.ease[q] and len(mined.neighbors[pool.positives[q]]) >= 8]
    questions = rng.sample(questions, min(FITTED_LISTS, len(questions)))
    lists = [[pool.positives[q], *(n for n in mined.neighbors[pool.positives[q]] if n != pool.positives[q])][:8] for q in questions]
    opinions = [
        Opinion(asked, passages, maxsim) for teacher, asked, passages in read for maxsim in (False, True)[: 1 + teacher.maxsim]
    ] + list(others)
    levelled = []
    for opinion in opinions:
        scores = torch.stack([opinion.scores([q], rows)[0] for q, rows in zip(questions, lists, strict=True)])
        opinion.scale = float(scores.std(1).mean())
        levelled.append(scores / opinion.scale)
    return Ensemble(opinions, sharpness(torch.stack(levelled).mean(0)))


def sharpness(scores: torch.Tensor) -> float:
    """The factor with which the softmax of each row gives its first column the highest likelihood."""
    factors = torch.logspace(-1, 1.5, 60)
    worth = [torch.log_softmax(scores * f, 1)[:, 0].mean() for f in factors]
    return float(factors[int(torch.stack(worth).argmax())])
