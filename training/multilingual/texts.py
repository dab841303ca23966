"""Training pool and selection sets from questions about encyclopedia paragraphs. Articles are held out as a whole."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from pathlib import Path

from ..bm25 import Bm25
from ..datasets import RetrievalSet, document_text, read_jsonl, read_qrels
from ..pool import Pool, stated_answers

_SENTENCE_END = re.compile(r"(?<=[。！？!?\n])|(?<=\. )")
_RUN = re.compile(r"[a-z0-9]+|[^\W_a-z0-9]+")

#: How many times more characters a token has in Latin script.
LETTERS_AN_IDEOGRAPH = 3


@dataclass(frozen=True)
class TextConfig:
    """`sets` maps a folder to (passages, questions per passage, articles held out)."""

    sets: dict[str, tuple[int, int, int]] = field(
        default_factory=lambda: {"jaquad_train": (3400, 3, 25), "cmrc2018_train": (1500, 3, 120), "squad_train": (1000, 3, 12)}
    )
    #: Lengths of passages in characters; drawn at random, so that training sees short and long texts.
    lengths: tuple[int, ...] = (100, 180, 300)
    selection_queries: int = 250
    selection_depth: int = 30


def bigrams(text: str) -> list[str]:
    """Pairs of adjacent characters, and whole Latin words and numbers."""
    found: list[str] = []
    for run in _RUN.findall(text.lower()):
        found += [run] if run.isascii() or len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)]
    return found


def mostly_ascii(text: str) -> bool:
    return sum(char.isascii() for char in text) > len(text) / 2


def vary(question: str, _: str, rng: random.Random) -> str:
    """The question as written, or without its question mark."""
    return question if rng.random() < 0.6 else question.rstrip("？?。 ")


def window(text: str, answers: list[tuple[str, ...]], limit: int) -> str:
    """The first run of sentences, of at most `limit` characters, that answers the most questions."""
    sentences = [s for s in _SENTENCE_END.split(text) if s]
    best, worth = "", -1
    for start in range(len(sentences)):
        run = sentences[start][:limit]
        for sentence in sentences[start + 1 :]:
            if len(run) + len(sentence) > limit:
                break
            run += sentence
        answered = sum(any(a in run for a in own) for own in answers)
        if answered > worth:
            best, worth = run, answered
    return best.strip()


@dataclass
class Source:
    """One folder: its passages, and the questions each of them answers."""

    name: str
    records: list[dict]
    asked: dict[str, list[dict]]

    def articles(self) -> list[str]:
        return list(dict.fromkeys(r["title"] for r in self.records))


def read_source(folder: Path) -> Source:
    queries = {r["_id"]: r for r in read_jsonl(folder / "queries.jsonl")}
    asked: dict[str, list[dict]] = {}
    for query, judged in read_qrels(folder / "qrels" / "train.tsv").items():
        for doc in judged:
            asked.setdefault(doc, []).append(queries[query])
    return Source(folder.name, read_jsonl(folder / "corpus.jsonl"), asked)


def add_source(pool: Pool, source: Source, held_out: set[str], config: TextConfig, rng: random.Random) -> None:
    """Passages of articles that are not held out, each cut to the window that answers its questions."""
    passages, questions, _ = config.sets[source.name]
    records = [r for r in source.records if r["title"] not in held_out and r["_id"] in source.asked]
    for record in rng.sample(records, min(passages, len(records))):
        asked = source.asked[record["_id"]]
        limit = rng.choice(config.lengths) * (LETTERS_AN_IDEOGRAPH if mostly_ascii(record["text"]) else 1)
        text = window(record["text"], [stated_answers(q) for q in asked], limit)
        kept = [q for q in asked if any(a in text for a in stated_answers(q))]
        if kept:
            row = pool.add_passage(record["title"], text)
            for question in rng.sample(kept, min(questions, len(kept))):
                pool.add_question(question["text"], row, source.name, stated_answers(question))


def selection_set(source: Source, held_out: set[str], config: TextConfig, rng: random.Random) -> RetrievalSet:
    """Questions about held-out articles, and what BM25 finds for them among the passages of those articles."""
    records = [r for r in source.records if r["title"] in held_out]
    corpus = {r["_id"]: document_text(r) for r in records}
    asked = [(q, r["_id"]) for r in records for q in source.asked.get(r["_id"], [])]
    asked = rng.sample(asked, min(config.selection_queries, len(asked)))
    queries = {q["_id"]: q["text"] for q, _ in asked}
    index, docs = Bm25(list(corpus.values()), bigrams), list(corpus)
    rows = index.top(list(queries.values()), config.selection_depth)
    scores = index.scores(list(queries.values()))
    run = {q: [docs[r] for r in found] for q, found in zip(queries, rows, strict=True)}
    first = {q: scores[i][rows[i]] for i, q in enumerate(queries)}
    return RetrievalSet(f"{source.name}, held out", corpus, queries, {q["_id"]: {doc: 1} for q, doc in asked}, run, first)


def build(data: Path, config: TextConfig, seed: int) -> tuple[Pool, list[RetrievalSet]]:
    """The pool, and one selection set per source."""
    pool, selection = Pool(), []
    for name, (_, _, held) in config.sets.items():
        rng = random.Random(f"{seed}-{name}")
        source = read_source(data / name)
        articles = source.articles()
        held_out = set(rng.sample(articles, min(held, len(articles) // 2)))
        add_source(pool, source, held_out, config, rng)
        selection.append(selection_set(source, held_out, config, rng))
    return pool, selection
