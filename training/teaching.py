"""What the untrained encoder makes of every question and its candidates: half cosine, half MaxSim."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import multiprocessing

from .encoder import MultiVectorEncoder, encode, load_backbone, tokenize
from .scoring import token_maxsim
from .train import Job


def candidate_rows(job: Job) -> np.ndarray:
    """`[questions, 1 + neighbours]`: the passage that answers, then those mistaken for it; -1 fills up."""
    depth = job.config.neighbours
    rows = np.full((len(job.pool.questions), depth + 1), -1, dtype=np.int64)
    for question, passage in enumerate(job.pool.positives):
        near = job.mined.neighbours[passage][:depth]
        rows[question, : 1 + len(near)] = [passage, *near]
    return rows


def _teach_shard(rank: int, world: int, job: Job, rows: np.ndarray, out: str) -> None:
    torch.set_num_threads(1)
    backbone, tokenizer = load_backbone(job.base_model)
    encoder = MultiVectorEncoder(backbone, None)
    mine = list(range(rank, len(rows), world))
    scores = np.zeros((len(mine), rows.shape[1]), dtype=np.float32)
    for start in range(0, len(mine), 512):
        part = mine[start : start + 512]
        asked = encode(encoder, tokenize(tokenizer, [job.pool.questions[q] for q in part], job.config.train.question_tokens))
        for position, question in enumerate(part):
            tokens = asked.tokens[position] @ job.vectors.basis
            tokens /= np.linalg.norm(tokens, axis=1, keepdims=True)
            known = rows[question][rows[question] >= 0]
            # torch widens halves with the processor's own instruction; numpy takes twice as long.
            held = [torch.from_numpy(job.vectors.passage(r)).float().numpy() for r in known]
            late = [token_maxsim(tokens, passage) for passage in held]
            cosine = job.vectors.pooled[known] @ asked.pooled[position]
            scores[start + position, : len(known)] = (np.asarray(late) + cosine) / 2
    np.save(f"{out}.{rank}.npy", scores)


def teach_all(job: Job, workers: int, cache: Path) -> tuple[np.ndarray, np.ndarray]:
    """Candidate rows and their scores, `[questions, 1 + neighbours]` both; scores are kept under `cache`."""
    rows = candidate_rows(job)
    shards = [Path(f"{cache}.{rank}.npy") for rank in range(workers)]
    if not all(s.exists() for s in shards):
        multiprocessing.spawn(_teach_shard, (workers, job, rows, str(cache)), nprocs=workers)
    scores = np.zeros(rows.shape, dtype=np.float32)
    for rank, shard in enumerate(shards):
        scores[rank::workers] = np.load(shard)
    return rows, scores
