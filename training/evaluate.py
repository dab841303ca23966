"""The published table: BM25's candidates reranked, with nDCG@10, confidence intervals and a test against the base model."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .datasets import RetrievalSet, Scores, read_retrieval_set, subset
from .measures import bootstrap_interval, ndcg_by_query, randomization_p, rerank
from .scoring import EncodeTexts, blend, score_lists


@dataclass(frozen=True)
class TableSet:
    """One data set of the table: a folder, its judgments, and the number of queries of the run to use."""

    folder: str
    qrels: str = "test.tsv"
    queries: int = 10_000


TABLE = (
    TableSet("trec-dl-2020", "full.tsv"),
    TableSet("scifact", queries=100),
    TableSet("cranfield", queries=100),
    TableSet("qed_dev", queries=150),
    TableSet("trecqa"),
    TableSet("hotpotqa_100"),
)
#: Weights of the pooled cosine, MaxSim and BM25 in a hybrid of bundled parts; fixed in advance.
HYBRIDS = {"pooled+maxsim": (0.5, 0.5, 0.0), "pooled+maxsim+bm25": (0.35, 0.35, 0.3)}

PerQuery = dict[str, float]


def read_table(data: Path, sets: tuple[TableSet, ...] = TABLE) -> list[RetrievalSet]:
    """The sets that exist in `data`; absent sets are left out of the table."""
    return [
        subset(read_retrieval_set(data / s.folder, s.qrels), 0, s.queries)
        for s in sets
        if (data / s.folder).is_dir()
    ]


def per_query(data: RetrievalSet, scores: Scores) -> PerQuery:
    return ndcg_by_query({q: rerank(data.run[q], scores[q]) for q in data.run}, data.qrels)


def encoder_metrics(data: RetrievalSet, encode_texts: EncodeTexts) -> dict[str, PerQuery]:
    """nDCG@10 by query of each score of one encoder, and of hybrids of its scores."""
    scores = score_lists(data, encode_texts)
    parts = (scores["pooled"], scores["maxsim"], data.first)
    for name, shares in HYBRIDS.items():
        scores[name] = blend([(w, s) for w, s in zip(shares, parts, strict=True) if w])
    return {name: per_query(data, s) for name, s in scores.items()}


def evaluate(
    sets: list[RetrievalSet], encoders: dict[str, EncodeTexts], out: Path, log: Callable[[str], None]
) -> dict:
    """`{set: {system: {query: nDCG@10}}}`, saved to `out` after every set; sets that are already there are not evaluated again."""
    results = json.loads(out.read_text()) if out.exists() else {}
    for data in sets:
        known = results.setdefault(data.name, {"bm25": per_query(data, data.first)})
        for name, encode_texts in encoders.items():
            if any(key.startswith(f"{name}/") for key in known):
                continue
            metrics = encoder_metrics(data, encode_texts)
            known.update({f"{name}/{kind}": values for kind, values in metrics.items()})
            means = " ".join(f"{k} {np.mean(list(v.values())):.4f}" for k, v in metrics.items())
            log(f"{data.name} {name}: {means}")
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_text(json.dumps(results))
    return results


def summarize(results: dict, against: str) -> list[dict]:
    """One row per set and system: mean, 95 % interval, and the p-value of the paired test against one system."""
    rows = []
    for name, systems in results.items():
        base = systems.get(against)
        for system, values in systems.items():
            metrics = list(values.values())
            low, high = bootstrap_interval(metrics)
            paired = [base[q] for q in values] if base else None
            rows.append(
                {
                    "set": name,
                    "system": system,
                    "queries": len(metrics),
                    "ndcg": float(np.mean(metrics)),
                    "low": low,
                    "high": high,
                    "p": randomization_p(metrics, paired) if paired and system != against else None,
                }
            )
    return rows
