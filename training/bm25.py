"""BM25 over a fixed collection, as sparse matrix products (Robertson and Zaragoza, 2009)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

import numpy as np
from scipy import sparse

K1 = 0.9
B = 0.4
STOP_WORDS = frozenset(
    ["a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "if", "in", "into", "is", "it", "no", "not", "of", "on", "or", "such", "that", "the", "their", "then", "there", "these", "they", "this", "to", "was", "will", "with"]
)
_WORD = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """Lowercased words with plural endings removed, which is enough to find candidates."""
    found = (w for w in _WORD.findall(text.lower()) if w not in STOP_WORDS)
    return [w[:-1] if len(w) > 3 and w.endswith("s") and not w.endswith("ss") else w for w in found]


class Bm25:
    """An index of `texts`; `top` returns the best rows for many queries at once. `split` turns a text into terms."""

    def __init__(self, texts: list[str], split: Callable[[str], list[str]] = words) -> None:
        self.split = split
        counts = [Counter(split(t)) for t in texts]
        self.vocabulary = {w: i for i, w in enumerate(sorted(set().union(*counts)))}
        rows = np.repeat(np.arange(len(texts)), [len(c) for c in counts])
        columns = np.fromiter((self.vocabulary[w] for c in counts for w in c), dtype=np.int64)
        frequency = np.fromiter((n for c in counts for n in c.values()), dtype=np.float32)
        lengths = np.asarray([sum(c.values()) for c in counts], dtype=np.float32)
        documents = np.bincount(columns, minlength=len(self.vocabulary))
        idf = np.log(1 + (len(texts) - documents + 0.5) / (documents + 0.5))
        norm = K1 * (1 - B + B * lengths / max(lengths.mean(), 1e-9))
        weight = idf[columns] * frequency / (frequency + norm[rows])
        shape = (len(texts), len(self.vocabulary))
        self.matrix = sparse.csr_matrix((weight.astype(np.float32), (rows, columns)), shape).T.tocsr()

    def bags(self, queries: list[str]) -> sparse.csr_matrix:
        """How often each query contains each term: `[queries, terms]`."""
        bags = [[self.vocabulary[w] for w in self.split(q) if w in self.vocabulary] for q in queries]
        rows = np.repeat(np.arange(len(bags)), [len(b) for b in bags])
        columns = np.fromiter((w for b in bags for w in b), dtype=np.int64)
        shape = (len(bags), self.matrix.shape[0])
        return sparse.csr_matrix((np.ones(len(columns), np.float32), (rows, columns)), shape)

    def scores(self, queries: list[str]) -> np.ndarray:
        """Scores of all texts: `[queries, texts]`."""
        return (self.bags(queries) @ self.matrix).toarray()

    def top(self, queries: list[str], depth: int, chunk: int = 256) -> np.ndarray:
        """Rows of the best `depth` texts per query, best first: `[queries, depth]`."""
        starts = range(0, len(queries), chunk)
        return np.concatenate([best_rows(self.scores(queries[s : s + chunk]), depth) for s in starts])


def best_rows(scores: np.ndarray, depth: int) -> np.ndarray:
    """Columns of the `depth` highest scores per row, best first; ties are in column order."""
    depth = min(depth, scores.shape[1])
    part = np.argpartition(-scores, depth - 1, axis=1)[:, :depth]
    part.sort(axis=1)
    order = np.argsort(-np.take_along_axis(scores, part, 1), axis=1, kind="stable")
    return np.take_along_axis(part, order, 1)
