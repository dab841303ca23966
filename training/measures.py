"""nDCG@10 of reranked lists, its confidence interval, and a paired randomization test."""

from __future__ import annotations

import numpy as np

from .datasets import Qrels


def ndcg(ranked: list[str], judged: dict[str, int], depth: int = 10) -> float:
    """Normalized discounted cumulative gain with linear gains, as trec_eval's `ndcg_cut`."""
    gains = [max(0, judged.get(doc, 0)) for doc in ranked[:depth]]
    ideal = sorted((max(0, g) for g in judged.values()), reverse=True)[:depth]
    best = sum(g / np.log2(rank + 2) for rank, g in enumerate(ideal))
    return sum(g / np.log2(rank + 2) for rank, g in enumerate(gains)) / best if best else 0.0


def rerank(candidates: list[str], scores: np.ndarray) -> list[str]:
    """Candidates by descending score; ties keep their order."""
    return [candidates[i] for i in np.argsort(-np.asarray(scores), kind="stable")]


def ndcg_by_query(lists: dict[str, list[str]], qrels: Qrels, depth: int = 10) -> dict[str, float]:
    return {q: ndcg(docs, qrels[q], depth) for q, docs in lists.items() if q in qrels}


def bootstrap_interval(values: list[float], seed: int = 0, draws: int = 5000) -> tuple[float, float]:
    """95% percentile bootstrap interval of the mean over queries."""
    rng = np.random.default_rng(seed)
    sample = np.asarray(values)[rng.integers(0, len(values), (draws, len(values)))].mean(1)
    low, high = np.percentile(sample, [2.5, 97.5])
    return float(low), float(high)


def randomization_p(a: list[float], b: list[float], seed: int = 0, draws: int = 10000) -> float:
    """p-value of the two-sided paired randomization test of a difference in means (Smucker et al., 2007)."""
    difference = np.asarray(a) - np.asarray(b)
    signs = np.random.default_rng(seed).choice([-1, 1], (draws, len(difference)))
    extreme = np.abs((signs * difference).mean(1)) >= abs(difference.mean()) - 1e-12
    return float((extreme.sum() + 1) / (draws + 1))
