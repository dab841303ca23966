"""Late-interaction training."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import nn

from . import losses
from .config import Config, TrainConfig
from .datasets import RetrievalSet
from .embedding import Vectors
from .encoder import (
    MultiVectorEncoder,
    encode,
    fast_dtype,
    length_sorted_batches,
    load_backbone,
    pad,
    tokenize,
)
from .ensemble import Ensemble, padded
from .gptq import Limits
from .loop import Loop, run_processes
from .measures import ndcg_by_query, rerank
from .mining import Mined, group
from .pool import Pool, vary
from .scoring import blend, score_lists


@dataclass
class Job:
    """What a training process needs; made once by the parent process."""

    config: Config
    base_model: str
    pool: Pool
    passages: list[np.ndarray]
    questions: Vectors
    vectors: Vectors
    mined: Mined
    ensemble: Ensemble
    selection: list[RetrievalSet]
    folder: Path
    #: How a text's pooled vector is computed; see `MultiVectorEncoder`.
    pooling: str = "mean"
    #: Passage vectors that the student imitates: those of the deeper encoder that it was cut from.
    imitated: Vectors | None = None
    #: Weights with fewer than eight bits, which twelve layers need in order to fit.
    few_bits: Limits | None = None
    #: Makes surface forms of a question from it and its passage's title.
    vary: Callable[[str, str, random.Random], str] = vary


def build_student(job: Job) -> MultiVectorEncoder:
    backbone, _ = load_backbone(job.base_model)
    width = job.config.train.projection
    projection = nn.Linear(backbone.config.hidden_size, width, bias=False)
    projection.weight.data = torch.from_numpy(np.array(job.vectors.basis.T))
    for parameter in backbone.embeddings.parameters():
        parameter.requires_grad = False
    for layer in backbone.encoder.layer[: job.config.train.frozen_layers]:
        for parameter in layer.parameters():
            parameter.requires_grad = False
    return MultiVectorEncoder(backbone, projection, job.pooling).eval()


def batches(job: Job, rank: int, world: int) -> Iterator[list[int]]:
    """An endless stream of batches; over all processes, every passage with a training question seeds one group per epoch."""
    config = job.config.train
    asked = sorted({job.pool.positives[question] for question, ease in enumerate(job.mined.ease) if ease})
    epoch = 0
    while True:
        rng = random.Random(f"{job.config.seed}-{epoch}")
        seeds = list(asked)
        rng.shuffle(seeds)
        for start in range(0, len(seeds) - config.groups * world + 1, config.groups * world):
            first = start + rank * config.groups
            mine: dict[int, None] = {}
            for seed in seeds[first : first + config.groups]:
                mine.update(dict.fromkeys(group(seed, job.mined.neighbors, config.group_size, rng)))
            yield list(mine)
        epoch += 1


def encode_in_chunks(
    model: MultiVectorEncoder, items: list[np.ndarray], device: torch.device, budget: int
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Token vectors, padded to the longest text, their mask, and pooled vectors, in the order given."""
    longest = max(len(i) for i in items)
    order: list[int] = []
    tokens, masks, pooled = [], [], []
    for rows in length_sorted_batches([len(i) for i in items], budget):
        ids, mask = (t.to(device) for t in pad([items[r] for r in rows]))
        vectors, pool = model(ids, mask)
        room = longest - ids.shape[1]
        tokens.append(nn.functional.pad(vectors, (0, 0, 0, room)))
        masks.append(nn.functional.pad(mask, (0, room)))
        pooled.append(pool)
        order += rows
    back = torch.from_numpy(np.argsort(np.asarray(order))).to(device)
    return torch.cat(tokens)[back], torch.cat(masks)[back], torch.cat(pooled)[back]


def learning_rate(config: TrainConfig, name: str) -> float:
    return config.projection_learning_rate if name.startswith("projection") else config.learning_rate


class LateTrainer(Loop):
    """Trains `MultiVectorEncoder` on every question of a batch with every passage of it."""

    def __init__(self, job: Job, rank: int, world: int) -> None:
        self.job, self.config = job, job.config.train
        config = self.config
        super().__init__(
            build_student(job), config, job.folder, rank, world, partial(learning_rate, config), fast_dtype()
        )
        self.budget = 2048 if self.device.type == "cpu" else 65536
        _, self.tokenizer = load_backbone(job.base_model)
        self.by_passage: dict[int, list[int]] = {}
        for question, passage in enumerate(job.pool.positives):
            if job.mined.ease[question] == 0:
                continue
            self.by_passage.setdefault(passage, []).append(question)

    def batches(self) -> Iterator[list[int]]:
        return batches(self.job, self.rank, self.world)

    def draw_questions(self, rows: list[int]) -> tuple[list[int], list[str], list[int]]:
        """Questions of these passages: their indices in the pool, one of their forms, and the element of `rows` that answers each."""
        pool, numbers, texts, positives = self.job.pool, [], [], []
        for position, row in enumerate(rows):
            rng = random.Random(f"{self.job.config.seed}-{self.step}-{row}")
            own = self.by_passage.get(row, [])
            # Questions that both first stages answer teach little, so the others usually come first.
            own = sorted(own, key=lambda q: self.job.mined.ease[q] + 1.5 * rng.random())
            for question in own[: self.config.questions_per_passage]:
                numbers.append(question)
                texts.append(self.job.vary(pool.questions[question], pool.titles[row], rng))
                positives.append(position)
        return numbers, texts, positives

    def loss(self, batch: list[int]) -> tuple[torch.Tensor, dict[str, float]]:
        c, rows = self.config, batch
        numbers, texts, where = self.draw_questions(rows)
        questions = tokenize(self.tokenizer, texts, c.question_tokens)
        positives = torch.tensor(where, device=self.device)
        teacher = self.job.ensemble.logits(numbers, rows).to(self.device)
        ignore = losses.probable_positives(teacher, positives, c.false_negative_margin)

        q_tokens, q_mask, q_pooled = encode_in_chunks(self.fast, questions, self.device, self.budget)
        p_tokens, p_mask, p_pooled = encode_in_chunks(
            self.fast, [self.job.passages[r] for r in rows], self.device, self.budget
        )
        late = losses.maxsim(q_tokens, q_mask, p_tokens, p_mask)
        pooled = q_pooled @ p_pooled.T
        parts = {
            "late": c.answer_weight * losses.listwise(late, positives, ignore, c.token_temperature),
            "late_kl": c.teacher_weight
            * losses.distil(late / c.token_temperature, teacher),
            "pooled": c.pooled_weight
            * c.answer_weight
            * losses.listwise(pooled, positives, ignore, c.pooled_temperature),
            "pooled_kl": c.pooled_weight
            * c.teacher_weight
            * losses.distil(pooled / c.pooled_temperature, teacher),
        }
        if c.order_weight:
            parts["late_order"] = c.order_weight * losses.disagreement(late, teacher, positives)
            parts["pooled_order"] = c.pooled_weight * c.order_weight * losses.disagreement(pooled, teacher, positives)
        if self.job.imitated:
            kept, held = padded([self.job.imitated.tokens(r) for r in rows])
            whole = torch.from_numpy(self.job.imitated.pooled[rows])
            parts["tokens"] = c.imitation_weight * losses.apart(p_tokens, kept.to(self.device), held.to(self.device))
            parts["whole"] = c.imitation_weight * (1 - (p_pooled * whole.to(self.device)).sum(-1)).mean()
        self.count(passages=len(rows), questions=len(texts), pairs=len(rows) * len(texts))
        report = {k: float(v.detach()) for k, v in parts.items()}
        report["accuracy"] = float((late.argmax(1) == positives).float().mean())
        return torch.stack(list(parts.values())).sum(), report

    def evaluate(self) -> None:
        for data in self.job.selection[self.rank :: self.world]:
            metrics = selection_metrics(self.student, self.tokenizer, data, self.job.config.selection_tokens)
            self.log("evaluations.jsonl", {"set": data.name, **metrics})


def selection_metrics(
    model: MultiVectorEncoder, tokenizer, data: RetrievalSet, lengths: tuple[int, int]
) -> dict[str, float]:
    def encode_texts(texts: list[str], is_question: bool):
        return encode(model, tokenize(tokenizer, texts, lengths[0] if is_question else lengths[1]))

    scores = score_lists(data, encode_texts)
    scores["blend"] = blend([(0.5, scores["pooled"]), (0.5, scores["maxsim"])])
    metrics = {}
    for kind, by_query in scores.items():
        lists = {q: rerank(data.run[q], by_query[q]) for q in data.run}
        metrics[kind] = float(np.mean(list(ndcg_by_query(lists, data.qrels).values())))
    return metrics


def train(job: Job) -> None:
    """Train to `config.train.steps`, continuing from the last checkpoint in `job.folder`."""
    run_processes(LateTrainer, job, job.folder, job.config.seed, job.config.train.workers)
