"""Windows of a few sentences of a passage, which is what web search and answer selection rank; training on them is cheap."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"“])")


def sentences(text: str) -> list[str]:
    return _END.split(text)


def windows(parts: list[str], size: int) -> Iterator[str]:
    """All runs of `size` sentences; the whole passage if it has no more."""
    for start in range(max(1, len(parts) - size + 1)):
        yield " ".join(parts[start : start + size])


def holds(text: str, answers: tuple[str, ...]) -> bool:
    return any(answer in text for answer in answers)


def with_answer(text: str, answers: tuple[str, ...], size: int, rng: random.Random) -> str | None:
    """A window that contains an answer; None if sentence boundaries split every answer."""
    found = [w for w in windows(sentences(text), size) if holds(w, answers)]
    return rng.choice(found) if found else None


def without_answer(
    text: str, question: str, answers: tuple[str, ...], size: int, rng: random.Random, hard: float = 0.6
) -> str | None:
    """A window without an answer; with probability `hard`, the one that shares the most words with the question."""
    found = [w for w in windows(sentences(text), size) if not holds(w, answers)]
    if not found or rng.random() >= hard:
        return rng.choice(found) if found else None
    asked = words(question)
    return max(found, key=lambda window: len(asked & words(window)))


def words(text: str) -> set[str]:
    return set(re.findall(r"\w{3,}", text.lower()))


def take_sentence(text: str, rng: random.Random) -> tuple[str, str] | None:
    """A sentence of 6 to 40 words as the question, and the text without it (inverse cloze, Lee 2019)."""
    parts = sentences(text)
    if len(parts) < 4:
        return None
    chosen = rng.randrange(len(parts))
    if not 6 <= len(parts[chosen].split()) <= 40:
        return None
    return parts[chosen], " ".join(parts[:chosen] + parts[chosen + 1 :])
