"""Cross-encoder training on lists of passages for one question, with the scores of an ensemble of teachers."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from . import losses
from .config import CrossConfig
from .datasets import RetrievalSet
from .encoder import fast_dtype, length_sorted_batches
from .lists import Example, ListMaker
from .loop import Loop, run_processes
from .measures import ndcg_by_query, rerank
from .train import Job

@dataclass
class CrossJob:
    """What a training process needs: the pool, its candidates, and the weights to start from."""

    job: Job
    start: Path
    folder: Path


def pair_ids(
    tokenizer, pairs: list[tuple[str, str]], length: int = 512
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Token ids and token types of every pair; only the text is truncated."""
    encoded = tokenizer([q for q, _ in pairs], [t for _, t in pairs], truncation="only_second", max_length=length)
    return [
        (np.asarray(i), np.asarray(t)) for i, t in zip(encoded["input_ids"], encoded["token_type_ids"], strict=True)
    ]


def logits_of(
    model: nn.Module, items: list[tuple[np.ndarray, np.ndarray]], device: torch.device, budget: int
) -> torch.Tensor:
    """One logit per pair, in the order given; pairs of similar length are batched together."""
    order: list[int] = []
    parts = []
    for rows in length_sorted_batches([len(i) for i, _ in items], budget):
        width = max(len(items[r][0]) for r in rows)
        fields = np.zeros((3, len(rows), width), dtype=np.int64)
        for position, row in enumerate(rows):
            ids, types = items[row]
            fields[0, position, : len(ids)] = ids
            fields[1, position, : len(ids)] = 1
            fields[2, position, : len(ids)] = types
        ids, mask, types = torch.from_numpy(fields).to(device)
        parts.append(model(input_ids=ids, attention_mask=mask, token_type_ids=types).logits[:, 0].float())
        order += rows
    return torch.cat(parts)[torch.from_numpy(np.argsort(np.asarray(order))).to(device)]


def list_loss(
    logits: torch.Tensor, teacher: torch.Tensor, config: CrossConfig
) -> tuple[torch.Tensor, dict[str, float]]:
    """Loss of `[questions, list]` logits whose first column is the answer; `teacher` has the teachers' logits, NaN where unknown."""
    known = ~teacher.isnan().any(1)
    first = torch.zeros(len(logits), dtype=torch.long, device=logits.device)
    doubtful = losses.probable_positives(teacher.nan_to_num(0.0), first, config.false_negative_margin)
    listwise = losses.listwise(logits, first, doubtful, 1.0)
    parts = {"listwise": listwise}
    if known.any():
        parts["teacher"] = config.teacher_weight * losses.distil(logits[known], teacher[known])
        parts["margins"] = config.margin_weight * losses.margins(logits[known], config.margin_scale * teacher[known])
    wanted = torch.zeros_like(logits)
    wanted[:, 0] = 1
    pointwise = nn.functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    parts["pointwise"] = config.pointwise_weight * pointwise[~doubtful].mean()
    report = {name: float(value.detach()) for name, value in parts.items()}
    report["accuracy"] = float((logits.masked_fill(doubtful, -1e4).argmax(1) == 0).float().mean())
    return torch.stack(list(parts.values())).sum(), report


class CrossTrainer(Loop):
    def __init__(self, cross: CrossJob, rank: int, world: int) -> None:
        self.cross, self.job = cross, cross.job
        self.config = self.job.config.cross
        model = AutoModelForSequenceClassification.from_pretrained(
            cross.start, num_labels=1, attn_implementation="eager"
        ).float()
        for frozen in (model.base_model.embeddings, *model.base_model.encoder.layer[: self.config.frozen_layers]):
            for parameter in frozen.parameters():
                parameter.requires_grad = False
        super().__init__(
            model.eval(), self.config, cross.folder, rank, world, lambda _: self.config.learning_rate, fast_dtype()
        )
        self.tokenizer = AutoTokenizer.from_pretrained(self.job.base_model)
        self.budget = 2048 if self.device.type == "cpu" else 65536
        self.lists = ListMaker(self.job, self.config)

    def batches(self) -> Iterator[list[Example]]:
        number = 0
        while True:
            rng = random.Random(f"{self.job.config.seed}-{number}-{self.rank}")
            number += 1
            windowed = round(self.config.questions * self.config.window_share) if self.lists.answered else 0
            whole = self.config.questions - windowed
            yield [self.lists.whole(rng) for _ in range(whole)] + [self.lists.windowed(rng) for _ in range(windowed)]

    def parts(self, batch: list[Example]) -> list[list[Example]]:
        """Batches of lists of equal length; on a CPU, two at a time."""
        kinds = [[e for e in batch if len(e.texts) == length] for length in sorted({len(e.texts) for e in batch})]
        step = 2 if self.device.type == "cpu" else len(batch)
        return [kind[i : i + step] for kind in kinds for i in range(0, len(kind), step)]

    def loss(self, batch: list[Example]) -> tuple[torch.Tensor, dict[str, float]]:
        pairs = [(e.question, t) for e in batch for t in e.texts]
        items = pair_ids(self.tokenizer, pairs, self.config.tokens)
        logits = logits_of(self.fast, items, self.device, self.budget).view(len(batch), -1)
        teacher = torch.full_like(logits, float("nan"))
        known = [number for number, example in enumerate(batch) if example.asked is not None]
        if known:
            lists = self.job.ensemble.lists([batch[n].asked for n in known], [list(batch[n].rows) for n in known])
            teacher[known] = lists.to(teacher)
        self.count(pairs=len(pairs), questions=len(batch), tokens=sum(len(i) for i, _ in items))
        return list_loss(logits, teacher, self.config)

    @torch.no_grad()
    def evaluate(self) -> None:
        for data in self.job.selection[self.rank :: self.world]:
            mean = float(np.mean(list(cross_metrics(self.fast, self.tokenizer, data, self.device).values())))
            self.log("evaluations.jsonl", {"set": data.name, "ndcg": mean})


@torch.no_grad()
def cross_metrics(
    model: nn.Module, tokenizer, data: RetrievalSet, device: torch.device, length: int = 512
) -> dict[str, float]:
    """nDCG@10 by query."""
    lists = {}
    for query, docs in data.run.items():
        items = pair_ids(tokenizer, [(data.queries[query], data.corpus[d]) for d in docs], length)
        lists[query] = rerank(docs, logits_of(model, items, device, 2048).cpu().numpy())
    return ndcg_by_query(lists, data.qrels)


def train_cross(cross: CrossJob) -> None:
    """Train to `config.cross.steps`, continuing from the last checkpoint in `cross.folder`."""
    settings = cross.job.config
    run_processes(CrossTrainer, cross, cross.folder, settings.seed, settings.cross.workers)
