"""The published table: candidates of BM25 re-ranked, nDCG@10, intervals and a test against the start."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .datasets import RetrievalSet, Scores, read_retrieval_set, subset
from .measures import bootstrap_interval, ndcg_by_query, randomisation_p, rerank
from .scoring import EncodeTexts, blend, score_lists


@dataclass(frozen=True)
class TableSet:
    """One column of the table: a folder, its judgments, and how many queries of the run."""

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
#: Shares of pooled cosine, MaxSim and BM25 in what a hybrid of bundled parts can do; set beforehand.
HYBRIDS = {"pooled+maxsim": (0.5, 0.5, 0.0), "pooled+maxsim+bm25": (0.35, 0.35, 0.3)}

PerQuery = dict[str, float]


def read_table(data: Path, sets: tuple[TableSet, ...] = TABLE) -> list[RetrievalSet]:
    """The sets that are there; what is absent is left out by the caller's own choice of `data`."""
    return [
        subset(read_retrieval_set(data / s.folder, s.qrels), 0, s.queries)
        for s in sets
        if (data / s.folder).is_dir()
    ]


def per_query(data: RetrievalSet, scores: Scores) -> PerQuery:
    return ndcg_by_query({q: rerank(data.run[q], scores[q]) for q in data.run}, data.qrels)


def encoder_figures(data: RetrievalSet, encode_texts: EncodeTexts) -> dict[str, PerQuery]:
    """nDCG@10 by query of each reading of one encoder, and of the hybrids of its readings."""
    scores = score_lists(data, encode_texts)
    parts = (scores["pooled"], scores["maxsim"], data.first)
    for name, shares in HYBRIDS.items():
        scores[name] = blend([(w, s) for w, s in zip(shares, parts, strict=True) if w])
    return {name: per_query(data, s) for name, s in scores.items()}


def evaluate(
    sets: list[RetrievalSet], encoders: dict[str, EncodeTexts], out: Path, log: Callable[[str], None]
) -> dict:
    """`{set: {system: {query: nDCG@10}}}`, kept in `out` after every set; what is there is not redone."""
    results = json.loads(out.read_text()) if out.exists() else {}
    for data in sets:
        known = results.setdefault(data.name, {"bm25": per_query(data, data.first)})
        for name, encode_texts in encoders.items():
            if any(key.startswith(f"{name}/") for key in known):
                continue
            figures = encoder_figures(data, encode_texts)
            known.update({f"{name}/{kind}": values for kind, values in figures.items()})
            means = " ".join(f"{k} {np.mean(list(v.values())):.4f}" for k, v in figures.items())
            log(f"{data.name} {name}: {means}")
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_text(json.dumps(results))
    return results


def summarize(results: dict, against: str) -> list[dict]:
    """One row a set and system: mean, 95 % interval, and p of the paired test against one system."""
    rows = []
    for name, systems in results.items():
        base = systems.get(against)
        for system, values in systems.items():
            figures = list(values.values())
            low, high = bootstrap_interval(figures)
            paired = [base[q] for q in values] if base else None
            rows.append(
                {
                    "set": name,
                    "system": system,
                    "queries": len(figures),
                    "ndcg": float(np.mean(figures)),
                    "low": low,
                    "high": high,
                    "p": randomisation_p(figures, paired) if paired and system != against else None,
                }
            )
    return rows
