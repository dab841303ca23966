"""The static model: both scores, its file, and its training with a late-interaction model as the teacher."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from transformers import AutoTokenizer

from training.bundle import bundle
from training.config import PRESETS
from training.encoder import MultiVectorEncoder, load_backbone
from training.losses import disagreement
from training.run import BASE_MODEL, selection_sets
from training.static_model import StaticModel, StaticTokenizer, load, save
from training.static_stage import NAME, golden, make_static, prepare_static
from training.static_train import StaticJob, StaticReader, teacher_logits

CONFIG = replace(PRESETS["smoke"], static=replace(PRESETS["smoke"].static, steps=40, learning_rate=1e-2))


def made_model() -> StaticModel:
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(9, 8)).astype(np.float32)
    return StaticModel([f"word{i}" for i in range(9)], vectors, rng.uniform(0.1, 2, 9), 0.6)


@pytest.fixture(scope="module")
def teacher(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """all-MiniLM-L6-v2 with 16 numbers per token, as an int8 folder."""
    folder = tmp_path_factory.mktemp("teacher")
    model, _ = load_backbone(BASE_MODEL)
    projection = torch.nn.Linear(384, 16, bias=False)
    bundle(MultiVectorEncoder(model, projection).eval(), BASE_MODEL, ["a text", "another one"], folder, 0.03)
    return folder


@pytest.fixture(scope="module")
def job(data: Path, teacher: Path, tmp_path_factory: pytest.TempPathFactory) -> StaticJob:
    return prepare_static(data, CONFIG, teacher, tmp_path_factory.mktemp("static"))


def test_readings_are_the_training_scores():
    model, texts = made_model(), [np.array([0, 3, 3]), np.array([5]), np.array([8, 1, 2, 4])]
    asked = [np.array([7, 2]), np.array([0])]
    with torch.no_grad():
        cosines, late = StaticReader(model)(asked, texts)
    questions, passages = model.read(asked, True), model.read(texts, False)
    assert np.allclose(cosines, questions.pooled @ passages.pooled.T, atol=1e-6)
    for row, question in enumerate(questions.tokens):
        for column, passage in enumerate(passages.tokens):
            assert late[row, column] == pytest.approx((question @ passage.T).max(1).mean(), abs=1e-6)


def test_file_keeps_weights_within_a_step_and_the_share(tmp_path: Path):
    model = made_model()
    save(model, tmp_path / "model.safetensors")
    again = load(tmp_path / "model.safetensors")
    assert again.maxsim_share == 0.6 and again.vocabulary == model.vocabulary
    assert np.allclose(np.log2(again.weights * model.weights.max() / model.weights), 0, atol=1 / 32 + 1e-9)
    assert load_file(tmp_path / "model.safetensors")["weights"].dtype == np.uint8


@pytest.fixture(scope="module")
def untrained(job: StaticJob, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A distilled model, which takes one forward pass per word piece, published without training."""
    still = replace(job, config=replace(job.config, steps=0))
    return make_static(still, BASE_MODEL, None, selection_sets(data, 6), data, tmp_path_factory.mktemp("untrained"), print)


def distance(job: StaticJob, folder: Path) -> float:
    """How far the order by both scores together is from the teacher's, over a part of the pool."""
    model = load(folder / "model.safetensors")
    pieces = StaticTokenizer(AutoTokenizer.from_pretrained(BASE_MODEL), model.vocabulary)
    rows, questions = list(range(40)), list(range(0, 40, 2))
    with torch.no_grad():
        cosines, late = StaticReader(model)(pieces([job.pool.questions[q] for q in questions]), pieces([job.pool.text(r) for r in rows]))
    positives = torch.tensor([job.pool.positives[q] for q in questions]).clamp(max=len(rows) - 1)
    return float(disagreement(cosines + late, teacher_logits(job, questions, rows), positives))


def test_training_brings_the_order_nearer_to_the_teachers(job: StaticJob, untrained: Path, data: Path, tmp_path: Path):
    lines: list[str] = []
    folder = make_static(job, BASE_MODEL, untrained, selection_sets(data, 6), data, tmp_path, lines.append)
    assert folder.name == NAME and any("step 40" in line for line in lines)
    assert distance(job, folder) < 0.9 * distance(job, untrained)
    assert load(folder / "model.safetensors").maxsim_share in CONFIG.static.shares
    report = json.loads((tmp_path / "static-report.json").read_text())
    assert {row["system"] for row in report["table"]} == {"bm25", "pooled", "maxsim", "shipped"}


def test_golden_scores_are_the_files_own(untrained: Path):
    found = json.loads((untrained / "golden.json").read_text())
    assert golden(load(untrained / "model.safetensors"), AutoTokenizer.from_pretrained(BASE_MODEL)) == found
    assert len(found["scores"]) == len(found["cosines"]) == len(found["pairs"])
