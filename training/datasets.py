"""Readers for retrieval sets in BEIR layout and for the question/answer pairs used in training."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

Qrels = dict[str, dict[str, int]]
Run = dict[str, list[str]]


@dataclass(frozen=True)
class RetrievalSet:
    """One evaluation or training set: texts by id, judgements, and a first-stage order per query."""

    name: str
    corpus: dict[str, str]
    queries: dict[str, str]
    qrels: Qrels
    run: Run


def read_jsonl(path: Path) -> list[dict]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def document_text(record: dict) -> str:
    """Title and body as one text, which is how BEIR's own baselines feed them."""
    return f"{record.get('title') or ''} {record['text']}".strip()


def read_qrels(path: Path) -> Qrels:
    qrels: Qrels = defaultdict(dict)
    with path.open(encoding="utf-8") as handle:
        for row in csv.reader(handle, delimiter="\t"):
            if row[0] != "query-id":
                qrels[row[0]][row[1]] = int(float(row[2]))
    return dict(qrels)


def read_run(path: Path) -> Run:
    run: dict[str, list[tuple[int, str]]] = defaultdict(list)
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            query, _, doc, rank, *_ = line.split()
            run[query].append((int(rank), doc))
    return {query: [doc for _, doc in sorted(docs)] for query, docs in run.items()}


def read_retrieval_set(
    folder: Path, qrels: str = "test.tsv", queries: str = "queries.jsonl"
) -> RetrievalSet:
    """Read a set; without a stored run the judged documents are the candidates, in judged order."""
    corpus = {r["_id"]: document_text(r) for r in read_jsonl(folder / "corpus.jsonl")}
    texts = {r["_id"]: r["text"] for r in read_jsonl(folder / queries)}
    judged = read_qrels(folder / "qrels" / qrels)
    run_file = folder / "bm25.top100.trec"
    run = read_run(run_file) if run_file.exists() else {q: list(d) for q, d in judged.items()}
    return RetrievalSet(folder.name, corpus, texts, judged, run)


def subset(data: RetrievalSet, start: int, stop: int, depth: int = 100) -> RetrievalSet:
    """Queries `start` to `stop` in the order of the run, candidates cut to `depth`."""
    keep = [q for q in data.run if q in data.qrels][start:stop]
    return RetrievalSet(
        data.name,
        data.corpus,
        data.queries,
        {q: data.qrels[q] for q in keep},
        {q: data.run[q][:depth] for q in keep},
    )
