"""Trains the static table, with both of its scores (cosine of sums, MaxSim), to order passages as a late-interaction model does."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn.functional import normalize

from . import losses
from .bundle import POOLED_WEIGHT
from .config import StaticConfig
from .embedding import Vectors
from .ensemble import padded
from .mining import Mined, group
from .pool import Pool, vary
from .static_model import StaticModel, StaticTokenizer


@dataclass
class StaticJob:
    """Training data: a pool, its texts encoded by the teacher, and the hard negatives of each passage."""

    pool: Pool
    questions: Vectors
    passages: Vectors
    mined: Mined
    config: StaticConfig
    seed: int


class StaticReader(nn.Module):
    """The table with one weight per token, and the temperatures that turn its two scores into distributions."""

    def __init__(self, model: StaticModel) -> None:
        super().__init__()
        self.scale = float(np.linalg.norm(model.vectors, axis=1).mean())
        self.table = nn.Parameter(torch.from_numpy(model.vectors / self.scale))
        self.log_weights = nn.Parameter(torch.from_numpy(np.log(model.weights).astype(np.float32)))
        self.log_sharpness = nn.Parameter(torch.log(torch.tensor([20.0, 30.0])))

    def forward(self, questions: list[np.ndarray], passages: list[np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
        """Cosines and weighted MaxSims, each `[questions, passages]`."""
        asked, asked_mask = padded_rows(questions)
        read, read_mask = padded_rows(passages)
        ours, theirs = self.table[asked] * asked_mask.unsqueeze(-1), self.table[read] * read_mask.unsqueeze(-1)
        cosines = normalize(ours.sum(1), dim=-1) @ normalize(theirs.sum(1), dim=-1).T
        weights = self.log_weights[asked].exp() * asked_mask
        return cosines, losses.maxsim(normalize(ours, dim=-1), weights, normalize(theirs, dim=-1), read_mask)

    def write(self, model: StaticModel) -> None:
        model.vectors = self.table.detach().numpy() * self.scale
        model.weights = np.exp(self.log_weights.detach().numpy().astype(np.float64))


def padded_rows(rows: list[np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
    held = nn.utils.rnn.pad_sequence([torch.ones(len(r)) for r in rows], batch_first=True)
    return nn.utils.rnn.pad_sequence([torch.from_numpy(r) for r in rows], batch_first=True), held


def teacher_logits(job: StaticJob, questions: list[int], rows: list[int]) -> torch.Tensor:
    """Scores of the late-interaction model, `[questions, rows]`, as log-odds."""
    asked, asked_mask = padded([job.questions.tokens(q) for q in questions])
    read, read_mask = padded([job.passages.tokens(r) for r in rows])
    pooled = torch.from_numpy(job.questions.pooled[questions] @ job.passages.pooled[rows].T)
    late = losses.maxsim(asked, asked_mask, read, read_mask)
    return torch.lerp(late, pooled, POOLED_WEIGHT) / job.config.teacher_temperature


def batches(job: StaticJob, rng: random.Random) -> Iterator[list[int]]:
    """An endless stream of batches of passages, each with some groups of passages that are mistaken for one another."""
    seeds = sorted({job.pool.positives[q] for q, ease in enumerate(job.mined.ease) if ease})
    while True:
        rng.shuffle(seeds)
        for start in range(0, len(seeds) - job.config.groups + 1, job.config.groups):
            rows: dict[int, None] = {}
            for seed in seeds[start : start + job.config.groups]:
                rows.update(dict.fromkeys(group(seed, job.mined.neighbors, job.config.group_size, rng)))
            yield list(rows)


def refine(model: StaticModel, tokenizer: StaticTokenizer, job: StaticJob, log: Callable[[str], None]) -> None:
    """Train the table in place."""
    c, pool, rng = job.config, job.pool, random.Random(job.seed)
    texts = [rows[: c.passage_tokens] for rows in tokenizer([pool.text(row) for row in range(len(pool.passages))])]
    asked: dict[int, list[int]] = {}
    for question, passage in enumerate(pool.positives):
        if job.mined.ease[question]:
            asked.setdefault(passage, []).append(question)
    reader = StaticReader(model)
    rates = ((reader.table, c.learning_rate), (reader.log_weights, c.weight_learning_rate), (reader.log_sharpness, 5 * c.learning_rate))
    optimizer = torch.optim.Adam([{"params": [p], "lr": rate, "rate": rate} for p, rate in rates])
    for step, drawn in zip(range(c.steps), batches(job, rng), strict=False):
        rows = [row for row in drawn if len(texts[row])]
        numbers = [
            (question, position) for position, row in enumerate(rows)
            for question in sorted(asked.get(row, []), key=lambda q: job.mined.ease[q] + 1.5 * rng.random())[: c.questions_per_passage]
        ]
        forms = tokenizer([vary(pool.questions[q], pool.titles[rows[position]], rng) for q, position in numbers])
        kept = [(q, position, form[: c.question_tokens]) for (q, position), form in zip(numbers, forms, strict=True) if len(form)]
        if not kept:
            continue
        positives = torch.tensor([position for _, position, _ in kept])
        teacher = teacher_logits(job, [q for q, _, _ in kept], rows)
        ignore = losses.probable_positives(teacher, positives, c.false_negative_margin)
        cosines, late = reader([form for _, _, form in kept], [texts[row] for row in rows])
        sharpness = reader.log_sharpness.exp()
        loss, report = torch.zeros(()), []
        for scores, sharp, share in ((cosines, sharpness[0], c.cosine_weight), ((cosines + late) / 2, sharpness[1], 1.0)):
            parts = (
                c.answer_weight * losses.listwise(scores, positives, ignore, 1 / sharp),
                losses.distil(scores * sharp, teacher),
                losses.disagreement(scores, teacher, positives),
            )
            report += [round(float(p.detach()), 3) for p in parts]
            loss = loss + share * torch.stack(parts).sum()
        optimizer.zero_grad()
        loss.backward()
        for settings in optimizer.param_groups:
            settings["lr"] = settings["rate"] * min(1, (step + 1) / c.warmup) * (1 - step / c.steps)
        optimizer.step()
        if (step + 1) % 50 == 0 or step + 1 == c.steps:
            log(f"static step {step + 1}: cosine answer, order, rest; both {report}")
    reader.write(model)
