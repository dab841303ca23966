"""From checkpoints to published folders: choose weights, measure, and write the card's table."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from transformers import AutoTokenizer

from .bundle import INT8, bundle, publish
from .config import FinishConfig
from .encoder import MultiVectorEncoder, load_backbone
from .evaluate import evaluate, read_table, summarize
from .scoring import EncodeTexts
from .selection import make_candidate, onnx_encode_texts
from .train import Job

LATE_NAME = "late-en-v1"
BASELINE = "all-MiniLM-L6-v2"


def calibration_texts(job: Job, count: int) -> list[str]:
    """Passages and questions from the whole pool, from which quantization ranges are taken."""
    passages, questions = job.pool.passages, job.pool.questions
    return passages[:: max(1, len(passages) // count)][:count] + questions[:: max(1, len(questions) // count)][:count]


def choose(job: Job, log: Callable[[str], None]) -> tuple[Path, dict]:
    """Bundle every mixture of the saved checkpoints and the initial weights; return the best on the selection sets.

    The mean of MaxSim and of its blend with the pooled cosine decides, because both are shipped.
    """
    settings: FinishConfig = job.config.finish
    texts = calibration_texts(job, settings.calibration)
    checkpoints = sorted(job.folder.glob("weights-*.pt"), key=lambda p: int(p.stem.split("-")[1]))
    found = []
    plans = [(None, 0.0)] + [(c, s) for c in checkpoints[-settings.checkpoints :] for s in settings.shares]
    for checkpoint, share in plans:
        name = f"{checkpoint.stem}-{share:g}" if checkpoint else "start"
        folder = job.folder / "candidates" / name
        kept = folder / "selection.json"
        if not kept.exists():
            made = make_candidate(job, checkpoint, share, texts, folder, settings.tolerance)
            kept.write_text(json.dumps(made, indent=1))
        made = json.loads(kept.read_text())
        worth = float(np.mean([made["metrics"][k][0] for k in ("maxsim", "pooled+maxsim")]))
        log(f"candidate {name}: {worth:.4f} {made['metrics']}")
        found.append((worth, folder, made))
    _, folder, made = max(found, key=lambda item: item[0])
    return folder, made


def baseline(job: Job, base_model: str) -> EncodeTexts:
    """all-MiniLM-L6-v2 as an int8 file made in the same way."""
    folder = job.folder / "candidates" / BASELINE
    if not (folder / INT8).exists():
        backbone, _ = load_backbone(base_model)
        texts = calibration_texts(job, job.config.finish.calibration)
        bundle(MultiVectorEncoder(backbone, None), base_model, texts, folder, job.config.finish.tolerance)
    return onnx_encode_texts(folder / INT8, AutoTokenizer.from_pretrained(folder))


def finish(job: Job, base_model: str, data: Path, out: Path, log: Callable[[str], None]) -> None:
    """Publish the chosen folder in `out`, and measure it on the table's sets next to `base_model`."""
    folder, made = choose(job, log)
    log(f"chosen: {folder.name}")
    publish(folder, out / LATE_NAME)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    encoders = {BASELINE: baseline(job, base_model), LATE_NAME: onnx_encode_texts(folder / INT8, tokenizer)}
    results = evaluate(read_table(data), encoders, job.folder / "table.json", log)
    rows = summarize(results, f"{BASELINE}/pooled")
    report = {"chosen": folder.name, **made, "table": rows}
    (job.folder / "report.json").write_text(json.dumps(report, indent=1))
    (job.folder / "table.md").write_text(markdown(rows))


def markdown(rows: list[dict]) -> str:
    """The table of the model cards: mean, 95 % interval, and p-value against the bi-encoder."""
    lines = ["| set | system | nDCG@10 | 95% interval | p |", "|---|---|---|---|---|"]
    for row in rows:
        p = "" if row["p"] is None else f"{row['p']:.4f}"
        lines.append(
            f"| {row['set']} ({row['queries']}) | {row['system']} | {row['ndcg']:.3f} "
            f"| {row['low']:.3f}–{row['high']:.3f} | {p} |"
        )
    return "\n".join(lines) + "\n"
