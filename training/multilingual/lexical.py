"""BM25 over character bigrams as one more teacher: it is hard to beat on questions that were written next to their passage."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from scipy import sparse

from ..bm25 import Bm25
from .texts import bigrams


@dataclass
class LexicalOpinion:
    """Like `ensemble.Opinion`: scores are divided by `scale`. Both matrices are `[texts, terms]`."""

    questions: sparse.csr_matrix
    passages: sparse.csr_matrix
    scale: float = 1.0

    def scores(self, questions: list[int], rows: list[int]) -> torch.Tensor:
        """`[questions, rows]`."""
        return torch.from_numpy((self.questions[questions] @ self.passages[rows].T).toarray()) / self.scale


def lexical_opinion(questions: list[str], texts: list[str]) -> LexicalOpinion:
    index = Bm25(texts, bigrams)
    return LexicalOpinion(index.bags(questions), index.matrix.T.tocsr())
