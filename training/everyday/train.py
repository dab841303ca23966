"""Continues the training of a late-interaction encoder on everyday questions, beside lists of the first stage's pool on which it stays as it was."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch

from .. import losses
from ..datasets import RetrievalSet
from ..dequantize import late_encoder
from ..embedding import Vectors
from ..encoder import MultiVectorEncoder, encode, fast_dtype, tokenize
from ..ensemble import padded
from ..evaluate import PerQuery, per_query
from ..loop import Loop, run_processes
from ..mining import Mined, group
from ..pool import Pool, vary
from ..scoring import EncodeTexts, score_lists
from ..train import encode_in_chunks, learning_rate
from ..windows import sentences
from .config import Config
from .sources import Source

@dataclass
class Job:
    """What a training process needs; made once by the parent process.

    `start` is the bundled folder that training continues from, and `vectors` has its vectors of the pool's passages."""

    config: Config
    start: Path
    tokenizer: object
    sources: list[Source]
    pool: Pool
    mined: Mined
    vectors: Vectors
    selection: list[RetrievalSet]
    folder: Path


def build_student(job: Job) -> MultiVectorEncoder:
    student = late_encoder(job.start)
    layers = student.backbone.encoder.layer[: job.config.train.frozen_layers]
    for frozen in (student.backbone.embeddings, *layers):
        for parameter in frozen.parameters():
            parameter.requires_grad = False
    return student


def surface(question: str, rng: random.Random) -> str:
    """The question as written, or as people type it who do not care."""
    return question.lower().rstrip("?!. ") if rng.random() < 0.25 else question


class EverydayTrainer(Loop):
    """A batch is the sources and the group of pool passages that one process reads in one step."""

    def __init__(self, job: Job, rank: int, world: int) -> None:
        self.job, self.config = job, job.config.train
        super().__init__(
            build_student(job), self.config, job.folder, rank, world, partial(learning_rate, self.config), fast_dtype()
        )
        self.start = late_encoder(job.start).to(self.device, fast_dtype())
        self.budget = 2048 if self.device.type == "cpu" else 65536
        self.by_passage: dict[int, list[int]] = {}
        for question, passage in enumerate(job.pool.positives):
            if job.mined.ease[question]:
                self.by_passage.setdefault(passage, []).append(question)

    def batches(self) -> Iterator[tuple[list[int], list[list[int]]]]:
        """Over all processes, every source is drawn once per epoch, and every passage with a question seeds a group once in its own epochs."""
        seeds = self.endless(sorted(self.by_passage), self.config.groups)
        for drawn in self.endless(range(len(self.job.sources)), self.config.sources):
            rng = random.Random(f"{self.job.config.seed}-{drawn}")
            yield drawn, [group(seed, self.job.mined.neighbors, self.config.group_size, rng) for seed in next(seeds)]

    def endless(self, items, count: int) -> Iterator[list[int]]:
        """This process's `count` items of every step, epoch after epoch in another order."""
        epoch, step = 0, count * self.world
        while True:
            rng = random.Random(f"{self.job.config.seed}-{count}-{epoch}")
            order = list(items)
            rng.shuffle(order)
            for first in range(self.rank * count, len(order) - step + 1 + self.rank * count, step):
                yield order[first : first + count]
            epoch += 1

    def read(self, model: MultiVectorEncoder, texts: list[str], tokens: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        return encode_in_chunks(model, tokenize(self.job.tokenizer, texts, tokens), self.device, self.budget)

    def everyday(self, drawn: list[int], rng: random.Random) -> dict[str, torch.Tensor]:
        """The loss of every question of these sources over all their passages and decoys."""
        c, texts, questions, answers = self.config, [], [], []
        for source in (self.job.sources[i] for i in drawn):
            answers += [len(texts) + q.answer for q in source.questions]
            questions += [surface(q.text, rng) for q in source.questions]
            texts += source.passages
            texts += [decoy for q in source.questions for decoy in q.decoys]
        positives = torch.tensor(answers, device=self.device)
        q_tokens, q_mask, q_pooled = self.read(self.fast, questions, c.question_tokens)
        p_tokens, p_mask, p_pooled = self.read(self.fast, texts, c.passage_tokens)
        late = losses.maxsim(q_tokens, q_mask, p_tokens, p_mask)
        pooled = q_pooled @ p_pooled.T
        nothing = torch.zeros_like(late, dtype=torch.bool)
        self.count(questions=len(questions), texts=len(texts), pairs=late.numel())
        self.accuracy = float((late.argmax(1) == positives).float().mean())
        return {
            "late": losses.listwise(late, positives, nothing, c.token_temperature),
            "pooled": c.pooled_weight * losses.listwise(pooled, positives, nothing, c.pooled_temperature),
        }

    def kept(self, rows: list[int], rng: random.Random) -> dict[str, torch.Tensor]:
        """How far the scores and vectors of a group of pool passages are from those of the initial weights."""
        c, pool = self.config, self.job.pool
        asked = [(q, p) for p, row in enumerate(rows) for q in self.by_passage.get(row, [])[: c.questions_per_passage]]
        questions = [vary(pool.questions[q], pool.titles[rows[p]], rng) for q, p in asked]
        passages = [pool.text(row) for row in rows]
        stated = [(part, p) for p, text in enumerate(passages) for part in sentences(text) if 5 <= len(part.split()) <= 30]
        drawn = rng.sample(stated, min(c.sentences, len(stated)))
        questions += [part for part, _ in drawn]
        positives = torch.tensor([p for _, p in (*asked, *drawn)], device=self.device)
        q_tokens, q_mask, q_pooled = self.read(self.fast, questions, c.question_tokens)
        p_tokens, p_mask, p_pooled = self.read(self.fast, passages, c.passage_tokens)
        with torch.no_grad():
            q_then, _, q_pooled_then = self.read(self.start, questions, c.question_tokens)
        p_then, _ = padded([self.job.vectors.tokens(row) for row in rows])
        p_then = p_then.to(self.device)
        p_pooled_then = torch.from_numpy(self.job.vectors.pooled[rows]).to(self.device)
        late, late_then = (losses.maxsim(q, q_mask, p, p_mask) for q, p in ((q_tokens, p_tokens), (q_then, p_then)))
        pooled, pooled_then = q_pooled @ p_pooled.T, q_pooled_then @ p_pooled_then.T
        return {
            "kept_late": c.kept_weight * losses.distil(late / c.token_temperature, late_then / c.token_temperature),
            "kept_pooled": c.kept_weight * c.pooled_weight
            * losses.distil(pooled / c.pooled_temperature, pooled_then / c.pooled_temperature),
            "kept_order": c.order_weight * losses.disagreement(late, late_then, positives),
            "kept_tokens": c.imitation_weight * losses.apart(p_tokens, p_then, p_mask),
            "kept_whole": c.imitation_weight * (1 - (p_pooled * p_pooled_then).sum(-1)).mean(),
        }

    def loss(self, batch: tuple[list[int], list[list[int]]]) -> tuple[torch.Tensor, dict[str, float]]:
        drawn, groups = batch
        rng = random.Random(f"{self.job.config.seed}-{self.step}-{self.rank}")
        parts = self.everyday(drawn, rng)
        for kept in (self.kept(rows, rng) for rows in groups):
            for name, value in kept.items():
                parts[name] = parts.get(name, 0) + value / len(groups)
        report = {name: float(value.detach()) for name, value in parts.items()}
        return torch.stack(list(parts.values())).sum(), {**report, "accuracy": self.accuracy}

    def evaluate(self) -> None:
        for data in self.job.selection[self.rank :: self.world]:
            self.log("evaluations.jsonl", {"set": data.name, "ndcg": mean(ndcg(self.job.config, data, encoder(self.job, self.fast)))})


def encoder(job: Job, model: MultiVectorEncoder) -> EncodeTexts:
    """The model as what `ndcg` measures."""
    lengths = job.config.selection_tokens
    return lambda texts, is_question: encode(model, tokenize(job.tokenizer, texts, lengths[not is_question]))


def ndcg(config: Config, data: RetrievalSet, encode_texts: EncodeTexts) -> PerQuery:
    """nDCG@10 by query of the score that ships: MaxSim mixed with the pooled cosine."""
    scores, weight = score_lists(data, encode_texts), config.pooled_weight
    return per_query(data, {q: (1 - weight) * scores["maxsim"][q] + weight * scores["pooled"][q] for q in data.run})


def mean(values: PerQuery) -> float:
    return float(np.mean(list(values.values())))


def train(job: Job) -> None:
    """Train to `config.train.steps`, continuing from the last checkpoint in `job.folder`."""
    run_processes(EverydayTrainer, job, job.folder, job.config.seed, job.config.train.workers)
