"""The recipe from raw data to finished files, on a small made-up collection."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from transformers import AutoTokenizer

from training.bundle import GOLDEN_PAIRS, INT8, golden_scores
from training.config import PRESETS
from training.cross_encoder import logits
from training.cross_finish import finish_cross
from training.cross_train import pair_ids, train_cross
from training.dequantize import dequantize
from training.finish import LATE_NAME, finish
from training.run import BASE_MODEL, cross_job, cross_start, prepare
from training.train import Job, train


def run(data: Path, out: Path) -> Job:
    job = prepare(data, PRESETS["smoke"], out)
    train(job)
    return job


@pytest.fixture(scope="module")
def finished(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run")
    finish(run(data, out), BASE_MODEL, data, out / "models", print)
    return out


def steps(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "steps.jsonl").read_text().splitlines()]


def test_trains_and_logs_every_step(finished: Path):
    logged = steps(finished)
    assert [s["step"] for s in logged] == [1, 2, 3, 4]
    assert all(np.isfinite(s["late"]) for s in logged)
    assert logged[-1]["pairs"] > 0


def test_publishes_a_folder_that_gives_its_golden_scores(finished: Path):
    folder = finished / "models" / LATE_NAME
    golden = json.loads((folder / "golden.json").read_text())
    scores = golden_scores(folder / INT8, AutoTokenizer.from_pretrained(folder))
    assert len(golden["pairs"]) == len(GOLDEN_PAIRS)
    assert np.abs(np.subtract(scores, golden["logits"])).max() <= golden["tolerance"]
    assert (folder / INT8).stat().st_size <= 24_000_000
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    assert tokenizer["truncation"] is None and tokenizer["padding"] is None


def test_int8_stays_near_fp32(finished: Path):
    report = json.loads((finished / "report.json").read_text())
    assert report["maxsim_correlation"] > 0.99
    assert report["pooled_correlation"] > 0.99


def test_reports_every_set_that_is_there(finished: Path):
    rows = json.loads((finished / "report.json").read_text())["table"]
    assert {r["set"] for r in rows} == {"qed_dev", "scifact"}
    assert all(r["low"] <= r["ndcg"] <= r["high"] for r in rows)


def test_is_the_same_again_from_the_same_seed(finished: Path, data: Path, tmp_path: Path):
    run(data, tmp_path)
    again, before = steps(tmp_path), steps(finished)
    assert [s["late"] for s in again] == pytest.approx([s["late"] for s in before], rel=1e-4)


def test_trains_a_cross_encoder_whose_int8_file_gives_its_golden_logits(data: Path, tmp_path: Path):
    cross = cross_job(prepare(data, PRESETS["smoke"], tmp_path), data, Path(BASE_MODEL))
    train_cross(cross)
    assert [s["step"] for s in steps(cross.folder)] == [1, 2, 3, 4]
    assert all(np.isfinite(s["listwise"]) for s in steps(cross.folder))
    folder = finish_cross(cross, tmp_path / "models", print)
    golden = json.loads((folder / "golden.json").read_text())
    pairs = [tuple(p) for p in golden["pairs"]]
    scores = logits(folder / INT8, pair_ids(AutoTokenizer.from_pretrained(folder), pairs))
    assert np.abs(scores - golden["logits"]).max() <= 1e-3
    assert json.loads((cross.folder / "drift.json").read_text())["largest"] < golden["tolerance"]
    again = float_logits(dequantize(folder), pair_ids(AutoTokenizer.from_pretrained(folder), pairs))
    assert np.abs(again - golden["logits"]).max() < golden["tolerance"]
    assert cross_start(folder, tmp_path) == tmp_path / "start"


@torch.no_grad()
def float_logits(model: torch.nn.Module, items: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    return np.asarray(
        [model(input_ids=torch.tensor(i)[None], token_type_ids=torch.tensor(t)[None]).logits.item() for i, t in items]
    )
