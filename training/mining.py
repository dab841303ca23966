"""Hard negatives: for every passage, others that BM25 or the bi-encoder ranks highly for its questions."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .bm25 import Bm25, best_rows, words
from .pool import Pool


def interleave(lists: list[np.ndarray], own: int, depth: int) -> list[int]:
    """Candidates from several ranked lists in turn, without duplicates and without `own`."""
    seen = {own}
    kept: list[int] = []
    for rank in range(max(len(found) for found in lists)):
        for found in lists:
            if rank < len(found) and found[rank] not in seen:
                seen.add(int(found[rank]))
                kept.append(int(found[rank]))
    return kept[:depth]


@dataclass
class Mined:
    """`neighbors[p]`: passages that are mistaken for `p`. `ease[q]`: 0 if neither list finds the passage, 1 if one gets it wrong, 2 if both rank it first."""

    neighbors: list[list[int]]
    ease: list[int]


def mine(
    pool: Pool, pooled: np.ndarray, questions: np.ndarray, depth: int, split: Callable[[str], list[str]] = words
) -> Mined:
    """Neighbors of each passage, from the BM25 and bi-encoder lists of its questions in turn.

    `pooled` has unit vectors `[passages, hidden]`, and `questions` `[questions, hidden]`; `split` turns a text into terms for BM25. A question
    whose passage is in neither list usually makes sense only next to its passage ("When was it built?").
    """
    lexical = Bm25(pool.passages, split).top(pool.questions, depth)
    dense = np.concatenate(
        [best_rows(questions[i : i + 512] @ pooled.T, depth) for i in range(0, len(questions), 512)]
    )
    lists: list[list[np.ndarray]] = [[] for _ in pool.passages]
    ease = []
    for question, passage in enumerate(pool.positives):
        found = [lexical[question], dense[question]]
        lists[passage] += found
        hits = sum(passage in rows for rows in found)
        first = sum(int(rows[0]) == passage for rows in found)
        ease.append(0 if hits == 0 else 2 if first == 2 else 1)
    neighbors = [interleave(found, row, depth) if found else [] for row, found in enumerate(lists)]
    return Mined(neighbors, ease)


def group(seed: int, neighbors: list[list[int]], size: int, rng: random.Random) -> list[int]:
    """A passage with `size - 1` of those mistaken for it: the nearest half, and a random sample of the others."""
    near = neighbors[seed]
    sure = near[: size // 2]
    others = near[size // 2 :]
    return [seed, *sure, *rng.sample(others, min(size - 1 - len(sure), len(others)))]
