"""Pooled cosine and MaxSim of every candidate list of a set, from encoded texts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .datasets import RetrievalSet, Scores
from .encoder import Encoded

EncodeTexts = Callable[[list[str], bool], Encoded]


def token_maxsim(question: np.ndarray, passage: np.ndarray) -> float:
    return float((question @ passage.T).max(1).mean())


def score_lists(data: RetrievalSet, encode_texts: EncodeTexts) -> dict[str, Scores]:
    """`{"pooled": …, "maxsim": …}`, each `query → scores in candidate order`.

    `encode_texts(texts, is_question)` is called once for the questions and once for all candidates.
    """
    docs = sorted({d for found in data.run.values() for d in found})
    row = {d: i for i, d in enumerate(docs)}
    passages = encode_texts([data.corpus[d] for d in docs], False)
    queries = list(data.run)
    questions = encode_texts([data.queries[q] for q in queries], True)
    pooled: Scores = {}
    late: Scores = {}
    for index, query in enumerate(queries):
        rows = [row[d] for d in data.run[query]]
        pooled[query] = passages.pooled[rows] @ questions.pooled[index]
        tokens = questions.tokens[index]
        late[query] = np.asarray([token_maxsim(tokens, passages.tokens[r]) for r in rows])
    return {"pooled": pooled, "maxsim": late}


def min_max(scores: np.ndarray) -> np.ndarray:
    """Scaled to 0–1 over the candidates; equal scores all become 1, as in the package's hybrid."""
    span = scores.max() - scores.min()
    return (scores - scores.min()) / span if span > 0 else np.ones_like(scores)


def blend(parts: list[tuple[float, Scores]]) -> Scores:
    return {q: sum(w * min_max(s[q]) for w, s in parts) for q in parts[0][1]}
