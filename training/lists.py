"""Lists of texts for one question, on which a cross-encoder is trained: the answer first, then hard negatives."""

from __future__ import annotations

import random
from dataclasses import dataclass

from .config import CrossConfig
from .pool import Pool, vary
from .train import Job
from .windows import take_sentence, with_answer, without_answer

#: Lengths of windows in sentences, as often as they are drawn: what answer selection ranks, and roughly what web search ranks.
WINDOW_SIZES = (1, 1, 2, 3, 4)
#: Maximum number of questions to try for one list of windows, so that a pool with too few passages gives an error instead of an endless loop.
MOST_DRAWS = 1000


@dataclass
class Example:
    """One question with its list; `texts[0]` is the answer. `asked` and `rows` are their indices in the pool, if they are whole passages."""

    question: str
    texts: list[str]
    asked: int | None = None
    rows: tuple[int, ...] = ()


def trainable(pool: Pool, ease: list[int]) -> dict[str, list[int]]:
    """Questions by source, without those whose passage neither first stage finds."""
    found: dict[str, list[int]] = {}
    for question, source in enumerate(pool.sources):
        if ease[question]:
            found.setdefault(source, []).append(question)
    return found


class ListMaker:
    """Draws lists from a pool and its mined candidates."""

    def __init__(self, job: Job, config: CrossConfig) -> None:
        self.pool, self.neighbors, self.config = job.pool, job.mined.neighbors, config
        self.questions = trainable(job.pool, job.mined.ease)
        self.answered = {
            source: kept
            for source, numbers in self.questions.items()
            if (kept := [q for q in numbers if job.pool.answers[q]])
        }

    def whole(self, rng: random.Random) -> Example:
        """A list of whole passages; the last one is a random passage."""
        question = self.pick(self.questions, rng)
        row = self.pool.positives[question]
        rows = self.candidates(row, self.config.list_size - 2, rng)
        while len(rows) < self.config.list_size - 1:
            other = rng.randrange(len(self.pool.passages))
            if other != row and other not in rows:
                rows.append(other)
        texts = [self.pool.text(r) for r in (row, *rows)]
        if rng.random() < self.config.sentence_share and (taken := take_sentence(self.pool.passages[row], rng)):
            return Example(taken[0], [taken[1], *texts[1:]])
        asked = vary(self.pool.questions[question], self.pool.titles[row], rng)
        return Example(asked, texts, question, (row, *rows))

    def windowed(self, rng: random.Random) -> Example:
        """A list of windows of sentences: one with the answer, up to two from the same passage without it, and the others from its candidates."""
        for _ in range(MOST_DRAWS):
            question = self.pick(self.answered, rng)
            row, answers = self.pool.positives[question], self.pool.answers[question]
            size = rng.choice(WINDOW_SIZES)
            asked = self.pool.questions[question]
            positive = with_answer(self.pool.passages[row], answers, size, rng)
            if not positive:
                continue
            texts = [positive]
            near = self.candidates(row, 2 * self.config.window_list_size, rng)
            anywhere = rng.choices(range(len(self.pool.passages)), k=self.config.window_list_size)
            for other in (row, row, *near, *anywhere):
                found = without_answer(self.pool.passages[other], asked, answers, size, rng)
                if found and found not in texts:
                    texts.append(found)
                if len(texts) == self.config.window_list_size:
                    return Example(vary(asked, self.pool.titles[row], rng), texts)
        raise ValueError(f"no {self.config.window_list_size} windows for any of {MOST_DRAWS} questions: the pool is too small")

    def pick(self, questions: dict[str, list[int]], rng: random.Random) -> int:
        sources = [s for s in self.config.shares if questions.get(s)]
        source = rng.choices(sources, [self.config.shares[s] for s in sources])[0]
        return rng.choice(questions[source])

    def candidates(self, row: int, count: int, rng: random.Random) -> list[int]:
        near = [n for n in self.neighbors[row] if n != row]
        return rng.sample(near, min(count, len(near)))
