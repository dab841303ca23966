"""The everyday stage: its data, the weights it starts from, and all of it on made-up data."""

import json
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from transformers import AutoTokenizer

from training.bundle import INT8, golden_scores
from training.dequantize import late_encoder
from training.encoder import encode, tokenize
from training.everyday.config import PRESETS
from training.everyday.finish import finish
from training.everyday.run import SOURCES, prepare
from training.everyday.sources import Source, read_sources, same_source, shared_words
from training.everyday.train import EverydayTrainer, train
from training.finish import LATE_NAME
from training.scoring import token_maxsim

MODEL = Path(__file__).parents[2] / "models" / LATE_NAME


def record(name: str, passages: list[str], questions: list[tuple[str, int, list[str]]]) -> dict:
    asked = [{"text": t, "answer": a, **({"decoys": d} if d else {})} for t, a, d in questions]
    return {"source": name, "passages": passages, "questions": asked}


SHOP = record(
    "shop", ["Hooded shell with taped seams.", "Merino jersey, three pockets.", "Rear light, 80 lumens."],
    [("something to stay dry", 0, ["Dry wine, something to stay in for."]), ("be seen at night", 2, [])],
)


def write(path: Path, records: list[dict]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    return path


def test_an_answer_that_no_passage_has_is_refused_with_its_line(tmp_path: Path):
    wrong = record("shop", ["One.", "Two."], [("which?", 2, [])])
    with pytest.raises(ValueError, match=r"dev\.jsonl:2: no passage .* 'which\?'"):
        read_sources(write(tmp_path / "dev.jsonl", [SHOP, wrong]))


def test_lists_hold_the_source_or_the_decoys_and_one_answer(tmp_path: Path):
    sources = read_sources(write(tmp_path / "dev.jsonl", [SHOP]))
    same, shared = same_source(sources), shared_words(sources)
    assert [len(docs) for docs in same.run.values()] == [3, 3]
    assert {same.corpus[d] for judged in same.qrels.values() for d in judged} == {SHOP["passages"][0], SHOP["passages"][2]}
    assert [[shared.corpus[d] for d in docs] for docs in shared.run.values()] == [["Dry wine, something to stay in for.", SHOP["passages"][0]]]


def test_no_question_or_passage_of_a_test_part_is_in_another():
    parts: dict[str, list[Source]] = {str(path.relative_to(SOURCES)): read_sources(path) for path in SOURCES.rglob("*.jsonl")}
    texts = {part: {t.lower() for s in sources for t in (*s.passages, *(q.text for q in s.questions))} for part, sources in parts.items()}
    for test in ("test.jsonl", "web-test.jsonl"):
        others = {part: those for part, those in texts.items() if part != test}
        assert len(texts[test]) > 500 and len(others) > 1
        assert {part: sorted(texts[test] & those) for part, those in others.items() if texts[test] & those} == {}


def test_the_shipped_file_gives_back_weights_with_its_golden_scores():
    golden = json.loads((MODEL / "golden.json").read_text())
    model, tokenizer = late_encoder(MODEL), AutoTokenizer.from_pretrained(MODEL)
    questions, texts = (encode(model, tokenize(tokenizer, list(side), 512)).tokens for side in zip(*golden["pairs"], strict=True))
    scores = [token_maxsim(q, t) for q, t in zip(questions, texts, strict=True)]
    assert np.abs(np.subtract(scores, golden["logits"])).max() < golden["tolerance"]


def test_sentences_of_a_group_are_asked_of_it_too(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for part in ("train-shops", "dev", "test", "web-dev", "web-test"):
        write(tmp_path / f"sources/{part}.jsonl", [SHOP])
    config = replace(PRESETS["smoke"], train=replace(PRESETS["smoke"].train, sentences=3, groups=2))
    trainer = EverydayTrainer(prepare(data, tmp_path / "sources", MODEL, config, tmp_path / "run"), 0, 1)
    asked: list[list[str]] = []
    read = trainer.read
    monkeypatch.setattr(trainer, "read", lambda model, texts, tokens: asked.append(texts) or read(model, texts, tokens))
    groups = next(trainer.batches())[1]
    assert len(groups) == 2
    trainer.kept(groups[0], random.Random(0))
    questions, passages = asked[0], asked[1]
    assert len([q for q in questions if any(q in p for p in passages)]) >= 3


def test_trains_on_and_publishes_a_folder_that_gives_its_golden_scores(data: Path, tmp_path: Path):
    sources = tmp_path / "sources"
    for part in ("train-shops", "more/train-shops", "dev", "test", "web-dev", "web-test"):
        write(sources / f"{part}.jsonl", [SHOP, {**SHOP, "source": "another"}])
    job = prepare(data, sources, MODEL, PRESETS["smoke"], tmp_path / "run")
    assert len(job.sources) == 2
    assert len(prepare(data, sources, MODEL, PRESETS["smoke"], tmp_path / "run", more=True).sources) == 4
    before = EverydayTrainer(job, 0, 1)
    groups = next(before.batches())[1]
    assert len(groups) == PRESETS["smoke"].train.groups
    assert float(sum(before.kept(groups[0], random.Random(0)).values())) < 0.05
    train(job)
    logged = [json.loads(line) for line in (job.folder / "steps.jsonl").read_text().splitlines()]
    assert [s["step"] for s in logged] == [1, 2, 3, 4]
    assert all(np.isfinite(s["late"]) for s in logged)
    finish(job, sources, data, tmp_path / "models", print)
    folder = tmp_path / "models" / LATE_NAME
    golden = json.loads((folder / "golden.json").read_text())
    scores = golden_scores(folder / INT8, AutoTokenizer.from_pretrained(folder))
    assert np.abs(np.subtract(scores, golden["logits"])).max() <= golden["tolerance"]
    rows = json.loads((job.folder / "report.json").read_text())["table"]
    assert {"same source", "shared words", "web topic"} < {r["set"] for r in rows}
