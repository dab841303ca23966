"""The training pool: passages from all sources, and questions with the passage that answers each."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from pathlib import Path

from .bm25 import STOP_WORDS
from .config import PoolConfig
from .datasets import read_jsonl, read_qrels
from .windows import holds, sentences

QUESTION_WORDS = frozenset(
    ["what", "who", "whom", "whose", "which", "when", "where", "why", "how", "did", "does", "do", "has", "have", "had", "can", "could", "would", "should", "many", "much"]
)
#: Lengths, in sentences, of the texts that passages are cut into, as often as they are drawn.
WINDOW_SIZES = (1, 1, 2)
DEFINITION_FORMS = ("what is {}", "{} definition", "define {}", "what does {} mean", "meaning of {}")
_MEDQUAD_TEMPLATE = re.compile(r"^What is \(are\) (.+?) \?$")


@dataclass
class Pool:
    """`passages[positives[i]]` answers `questions[i]`, with the words of any of `answers[i]` if they are known."""

    passages: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    positives: list[int] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    answers: list[tuple[str, ...]] = field(default_factory=list)

    def add_passage(self, title: str, text: str) -> int:
        self.passages.append(text)
        self.titles.append(title)
        return len(self.passages) - 1

    def add_question(self, text: str, passage: int, source: str, answers: tuple[str, ...] = ()) -> None:
        self.questions.append(text)
        self.positives.append(passage)
        self.sources.append(source)
        self.answers.append(answers)

    def text(self, row: int) -> str:
        """The text of a passage. Every other one has its title, because collections come with and without titles."""
        title, passage = self.titles[row], self.passages[row]
        return f"{title} {passage}" if title and row % 2 else passage


def first_words(text: str, limit: int) -> str:
    return " ".join(text.split()[:limit])


def asked_passages(folder: Path, skip: set[str], rng: random.Random) -> list[tuple[dict, list[dict]]]:
    """Passages of a set in random order, each with its questions, except for those whose text is in `skip`."""
    asked: dict[str, list[dict]] = {}
    queries = {r["_id"]: r for name in query_files(folder) for r in read_jsonl(folder / name)}
    for query, judged in read_qrels(folder / "qrels" / "train.tsv").items():
        for doc, grade in judged.items():
            if grade > 0 and query in queries:
                asked.setdefault(doc, []).append(queries[query])
    records = [r for r in read_jsonl(folder / "corpus.jsonl") if r["_id"] in asked]
    records = [r for r in records if r["text"] not in skip]
    rng.shuffle(records)
    return [(r, asked[r["_id"]]) for r in records]


def add_beir(
    pool: Pool, folder: Path, found: list[tuple[dict, list[dict]]], per_passage: int, words: int, rng: random.Random
) -> None:
    """Add these passages, each with at most `per_passage` questions.

    A question is left out if all of its known answers are beyond the first `words` words, which is all that the
    encoder sees.
    """
    for record, asked in found:
        text = first_words(record["text"], words)
        kept = [q for q in asked if answered_in(q, text)]
        if not kept:
            continue
        row = pool.add_passage(record.get("title") or "", text)
        for question in rng.sample(kept, min(per_passage, len(kept))):
            pool.add_question(question["text"], row, folder.name, stated_answers(question))


def add_windows(
    pool: Pool, folder: Path, found: list[tuple[dict, list[dict]]], per_passage: int, words: int, rng: random.Random
) -> None:
    """Add these passages, cut into texts of one or two sentences, which is what answer selection ranks.

    A question is kept if exactly one of the texts contains an answer. No passage is in the pool both whole and cut.
    """
    for record, asked in found:
        parts = sentences(first_words(record["text"], words))
        size = rng.choice(WINDOW_SIZES)
        texts = [" ".join(parts[start : start + size]) for start in range(0, len(parts), size)]
        holding = {q["_id"]: [i for i, t in enumerate(texts) if holds(t, stated_answers(q))] for q in asked}
        kept = [q for q in asked if len(holding[q["_id"]]) == 1]
        if not kept:
            continue
        rows = [pool.add_passage("", text) for text in texts]
        for question in rng.sample(kept, min(per_passage, len(kept))):
            pool.add_question(question["text"], rows[holding[question["_id"]][0]], f"{folder.name}-windows", stated_answers(question))


def query_files(folder: Path) -> list[str]:
    split = folder / "queries.train.jsonl"
    return ["queries.train.jsonl"] if split.exists() else ["queries.jsonl"]


def stated_answers(question: dict) -> tuple[str, ...]:
    return tuple((question.get("metadata") or {}).get("answers") or ())


def answered_in(question: dict, text: str) -> bool:
    answers = stated_answers(question)
    return not answers or any(a in text for a in answers)


def add_medquad(pool: Pool, folder: Path, limit: int, words: int, rng: random.Random) -> None:
    """MedQuAD repeats a few templates, so its share is small and the template is removed."""
    records = read_jsonl(folder / "pairs.jsonl")
    rng.shuffle(records)
    rows: dict[str, int] = {}
    for record in records[:limit]:
        text = first_words(record["positive"], words)
        if text not in rows:
            rows[text] = pool.add_passage("", text)
        match = _MEDQUAD_TEMPLATE.match(record["query"])
        question = f"what is {match.group(1)}" if match else record["query"]
        pool.add_question(question, rows[text], "medquad")


def add_titled(pool: Pool, folder: Path, limit: int, words: int, rng: random.Random) -> None:
    """Texts that have no question, with their titles as questions."""
    judged = {doc for docs in read_qrels(folder / "qrels" / "train.tsv").values() for doc in docs}
    records = [r for r in read_jsonl(folder / "corpus.jsonl") if r["_id"] not in judged and len(r.get("title", "").split()) > 3]
    for record in rng.sample(records, min(limit, len(records))):
        row = pool.add_passage("", first_words(record["text"], words))
        pool.add_question(record["title"], row, f"{folder.name}-titles")


def add_definitions(pool: Pool, folder: Path, limit: int, rng: random.Random) -> None:
    """Nouns of WordNet with their definitions: short texts about all subjects."""
    found = []
    for line in (folder / "data.noun").read_text(encoding="utf-8").splitlines():
        fields, _, gloss = line.partition(" | ")
        meaning = gloss.split('; "')[0].strip()
        if not line.startswith(" ") and len(meaning.split()) >= 6:
            found.append((fields.split()[4].replace("_", " "), meaning))
    for word, meaning in rng.sample(found, min(limit, len(found))):
        row = pool.add_passage(word, meaning)
        pool.add_question(rng.choice(DEFINITION_FORMS).format(word), row, "wordnet")


def build_pool(data: Path, config: PoolConfig, seed: int) -> Pool:
    rng = random.Random(seed)
    pool = Pool()
    held_out = {r["text"] for name in config.held_out for r in read_jsonl(data / name / "corpus.jsonl")}
    for name, (passages, questions) in config.beir.items():
        found = asked_passages(data / name, held_out, rng)
        add_beir(pool, data / name, found[:passages], questions, config.passage_words, rng)
        cut_up, per_passage = config.windows.get(name, (0, 0))
        add_windows(pool, data / name, found[passages : passages + cut_up], per_passage, config.passage_words, rng)
    if config.medquad:
        add_medquad(pool, data / "medquad", config.medquad, config.passage_words, rng)
    for name, limit in config.titled.items():
        add_titled(pool, data / name, limit, config.passage_words, rng)
    if config.definitions:
        add_definitions(pool, data / "wordnet", config.definitions, rng)
    return pool


def keywords(question: str) -> str:
    """The question as typed into a search box: content words only."""
    kept = [
        w
        for w in re.findall(r"[^\s?!,;:\"()]+", question)
        if w.lower() not in STOP_WORDS and w.lower() not in QUESTION_WORDS
    ]
    return " ".join(kept).lower()


def vary(question: str, title: str, rng: random.Random) -> str:
    """One of several surface forms, so that the model does not depend on well-formed questions."""
    draw = rng.random()
    if draw < 0.5:
        return question
    if draw < 0.78:
        return question.lower().rstrip("?! .")
    if draw < 0.95:
        short = keywords(question)
        return short if len(short.split()) >= 2 else question
    return f"{title.lower()} {keywords(question)}".strip() if title else question
