"""Everyday questions and web searches with the passages they are asked of: one help center, shop, contract, manual or topic per source."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..datasets import RetrievalSet, read_jsonl


@dataclass(frozen=True)
class Question:
    """`answer` is the index of the one passage of the source that answers it; `decoys` share its words and do not answer it."""

    text: str
    answer: int
    decoys: tuple[str, ...]


@dataclass(frozen=True)
class Source:
    name: str
    passages: tuple[str, ...]
    questions: tuple[Question, ...]


def read_sources(path: Path) -> list[Source]:
    """Sources of a JSON Lines file with one object each: `source`, `passages`, and `questions` of `text`, `answer` and, optionally, `decoys`."""
    found = []
    for number, record in enumerate(read_jsonl(path), 1):
        asked = tuple(Question(q["text"], q["answer"], tuple(q.get("decoys", ()))) for q in record["questions"])
        passages = tuple(record["passages"])
        if wrong := [q.text for q in asked if not 0 <= q.answer < len(passages)]:
            raise ValueError(f"{path}:{number}: no passage has the index that is the answer of {wrong[0]!r}")
        found.append(Source(record["source"], passages, asked))
    return found


def retrieval_set(name: str, lists: list[tuple[str, list[str], int]]) -> RetrievalSet:
    """A set of questions, each with its candidates and the index of the one that is right."""
    corpus = {f"{q}-{d}": text for q, (_, texts, _) in enumerate(lists) for d, text in enumerate(texts)}
    run = {str(q): [f"{q}-{d}" for d in range(len(texts))] for q, (_, texts, _) in enumerate(lists)}
    return RetrievalSet(
        name, corpus, {str(q): text for q, (text, _, _) in enumerate(lists)},
        {str(q): {f"{q}-{right}": 1} for q, (_, _, right) in enumerate(lists)},
        run, {q: np.zeros(len(docs)) for q, docs in run.items()},
    )


def same_source(sources: list[Source], name: str = "same source") -> RetrievalSet:
    """Every question over all passages of its source."""
    return retrieval_set(name, [(q.text, list(s.passages), q.answer) for s in sources for q in s.questions])


def shared_words(sources: list[Source]) -> RetrievalSet:
    """Every question that has decoys, over them and its answer; the answer is last, so that no tie counts for it."""
    asked = [(q, s.passages[q.answer]) for s in sources for q in s.questions if q.decoys]
    return retrieval_set("shared words", [(q.text, [*q.decoys, answer], len(q.decoys)) for q, answer in asked])


def held_out(folder: Path, part: str) -> list[RetrievalSet]:
    """The sets of one part, "dev" or "test": everyday questions over their source and over decoys, and web searches over passages on their topic."""
    everyday, web = read_sources(folder / f"{part}.jsonl"), read_sources(folder / f"web-{part}.jsonl")
    return [same_source(everyday), shared_words(everyday), same_source(web, "web topic")]
