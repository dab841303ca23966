"""A small made-up data folder in the layout that the recipe reads, so that tests need no download."""

from __future__ import annotations

import itertools
import json
import random
from pathlib import Path

import pytest

TOWNS = ["Arden", "Belmor", "Corvin", "Dunmere", "Eastlow", "Farrow", "Glenby", "Hartop", "Ilvane", "Jorwick", "Kelton", "Lowmoor"]
THINGS = ["bridge", "castle", "library", "mill", "harbour", "chapel", "market", "theatre", "school", "fountain"]
PEOPLE = ["Anna", "Bruno", "Clara", "Dmitri", "Elena", "Farid", "Greta", "Hugo", "Ines", "Jonas"]


def passages() -> list[dict]:
    rng = random.Random(7)
    made = []
    for place in TOWNS:
        for thing in THINGS:
            year, person = rng.randint(1500, 1990), rng.choice(PEOPLE)
            made.append(
                {
                    "_id": f"{place}-{thing}",
                    "title": place,
                    "text": f"The {thing} of {place} was built in {year} by {person}. It stands near the river "
                    f"and is open to visitors in summer. Repairs of the {thing} took many years.",
                    "question": f"When was the {thing} of {place} built?",
                    "answer": str(year),
                }
            )
    return made


def write_lines(path: Path, records: list[dict]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")


def write_set(folder: Path, records: list[dict], split: str, queries: str = "queries.jsonl") -> None:
    write_lines(folder / "corpus.jsonl", [{k: r[k] for k in ("_id", "title", "text")} for r in records])
    asked = [
        {"_id": f"q-{r['_id']}", "text": r["question"], "metadata": {"answers": [r["answer"]]}} for r in records
    ]
    write_lines(folder / queries, asked)
    lines = [f"q-{r['_id']}\t{r['_id']}\t1" for r in records]
    if split == "test":
        lines += [f"q-{a['_id']}\t{b['_id']}\t0" for a, b in itertools.pairwise(records)]
    qrels = folder / "qrels" / f"{split}.tsv"
    qrels.parent.mkdir(exist_ok=True)
    qrels.write_text("query-id\tcorpus-id\tscore\n" + "\n".join(lines) + "\n")


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    made = passages()
    write_set(folder / "qed_train", made[:50], "train")
    write_set(folder / "squad_train", made[50:90], "train")
    for name in ("qed_dev", "trecqa_dev", "scifact"):
        write_set(folder / name, made[90:], "test")
    write_lines(
        folder / "medquad" / "pairs.jsonl",
        [{"query": f"What is (are) {p} fever ?", "positive": f"{p} fever is an illness of the coast."} for p in TOWNS],
    )
    glosses = [f"a {thing} made of stone that stands beside the river; \"the {thing} of Arden\"" for thing in THINGS]
    lines = ["  1 This is the license.", *(f"{n:08} 06 n 01 {t} 0 000 | {g}" for n, (t, g) in enumerate(zip(THINGS, glosses, strict=True)))]
    (folder / "wordnet").mkdir()
    (folder / "wordnet" / "data.noun").write_text("\n".join(lines), encoding="utf-8")
    return folder
