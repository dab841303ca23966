"""Readers for retrieval sets in the BEIR layout and for the question-answer pairs used in training."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .bm25 import Bm25

Qrels = dict[str, dict[str, int]]
Run = dict[str, list[str]]
Scores = dict[str, np.ndarray]


@dataclass(frozen=True)
class RetrievalSet:
    """One evaluation or training set: texts by id, judgments, and a first-stage order per query.

    `first[q]` has the first stage's scores of `run[q]`, in the same order.
    """

    name: str
    corpus: dict[str, str]
    queries: dict[str, str]
    qrels: Qrels
    run: Run
    first: Scores


def read_jsonl(path: Path) -> list[dict]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def document_text(record: dict) -> str:
    """Title and body as one text, as in BEIR's baselines."""
    return f"{record.get('title') or ''} {record['text']}".strip()


def read_qrels(path: Path) -> Qrels:
    qrels: Qrels = defaultdict(dict)
    with path.open(encoding="utf-8") as handle:
        for row in csv.reader(handle, delimiter="\t"):
            if row[0] != "query-id":
                qrels[row[0]][row[1]] = int(float(row[2]))
    return dict(qrels)


def read_run(path: Path) -> dict[str, list[tuple[str, float]]]:
    run: dict[str, list[tuple[int, str, float]]] = defaultdict(list)
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            query, _, doc, rank, score, *_ = line.split()
            run[query].append((int(rank), doc, float(score)))
    return {query: [(doc, score) for _, doc, score in sorted(docs)] for query, docs in run.items()}


def judged_run(
    corpus: dict[str, str], queries: dict[str, str], judged: Qrels
) -> dict[str, list[tuple[str, float]]]:
    """For sets with fixed candidate lists: all judged documents, in BM25's order."""
    row = {doc: index for index, doc in enumerate(corpus)}
    index = Bm25(list(corpus.values()))
    found = {}
    for query, docs in judged.items():
        scores = index.scores([queries[query]])[0]
        pairs = [(doc, float(scores[row[doc]])) for doc in docs]
        found[query] = sorted(pairs, key=lambda pair: -pair[1])
    return found


def read_retrieval_set(
    folder: Path, qrels: str = "test.tsv", queries: str = "queries.jsonl"
) -> RetrievalSet:
    """Read a set in the BEIR layout, with the BM25 run in its folder or, if there is none, a new one."""
    corpus = {r["_id"]: document_text(r) for r in read_jsonl(folder / "corpus.jsonl")}
    texts = {r["_id"]: r["text"] for r in read_jsonl(folder / queries)}
    judged = read_qrels(folder / "qrels" / qrels)
    run_file = folder / "bm25.top100.trec"
    ranked = read_run(run_file) if run_file.exists() else judged_run(corpus, texts, judged)
    run = {q: [doc for doc, _ in docs] for q, docs in ranked.items()}
    first = {q: np.asarray([score for _, score in docs]) for q, docs in ranked.items()}
    return RetrievalSet(folder.name, corpus, texts, judged, run, first)


def subset(data: RetrievalSet, start: int, stop: int, depth: int = 100) -> RetrievalSet:
    """Queries `start` to `stop` in the order of the run, with the first `depth` candidates."""
    keep = [q for q in data.run if q in data.qrels][start:stop]
    return RetrievalSet(
        data.name,
        data.corpus,
        data.queries,
        {q: data.qrels[q] for q in keep},
        {q: data.run[q][:depth] for q in keep},
        {q: data.first[q][:depth] for q in keep},
    )
