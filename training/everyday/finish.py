"""From the last checkpoint to the published folder: choose its share, measure, and write the card's table."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import torch
from transformers import AutoTokenizer

from ..bundle import INT8, bundle, publish
from ..datasets import RetrievalSet
from ..dequantize import late_encoder
from ..encoder import MultiVectorEncoder, fast_dtype
from ..evaluate import PerQuery, read_table, summarize
from ..finish import LATE_NAME, markdown
from ..mining import Mined
from ..pool import Pool
from ..selection import mix, onnx_encode_texts
from .sources import held_out
from .train import Job, encoder, mean, ndcg


@dataclass(frozen=True)
class Weights:
    """`share` of a checkpoint, and the rest of the initial weights; share 0 needs no checkpoint."""

    checkpoint: Path | None
    share: float


def mixture(job: Job, weights: Weights) -> MultiVectorEncoder:
    model = late_encoder(job.start)
    if weights.share:
        trained = torch.load(weights.checkpoint, map_location="cpu", weights_only=True)
        model.load_state_dict(mix(model.state_dict(), trained, weights.share))
    return model


def measured(job: Job, system: Weights | Path, data: RetrievalSet) -> PerQuery:
    """The task of one process: weights in torch, or the int8 file of a finished folder."""
    torch.set_num_threads(1)
    if isinstance(system, Weights):
        return ndcg(job.config, data, encoder(job, mixture(job, system).to(fast_dtype())))
    return ndcg(job.config, data, onnx_encode_texts(system / INT8, AutoTokenizer.from_pretrained(system)))


def measure_all(job: Job, systems: list[Weights | Path], sets: list[RetrievalSet]) -> list[list[PerQuery]]:
    """nDCG@10 by query of every system on every set, in several parallel processes."""
    job = replace(job, pool=Pool(), mined=Mined([], []), sources=[], selection=[])
    with ProcessPoolExecutor(job.config.train.workers, mp_context=get_context("spawn")) as processes:
        waiting = [[processes.submit(measured, job, system, data) for data in sets] for system in systems]
        return [[task.result() for task in row] for row in waiting]


def choose(job: Job, log: Callable[[str], None]) -> tuple[Weights, dict[str, list[float]]]:
    """The share of the last checkpoint (WiSE-FT, Wortsman 2022) with the best mean over the selection sets; the smaller of equals."""
    last = max(job.folder.glob("weights-*.pt"), key=lambda path: int(path.stem.split("-")[1]))
    plans = [Weights(None, 0.0), *(Weights(last, share) for share in job.config.finish.shares)]
    metrics = [[round(mean(values), 4) for values in row] for row in measure_all(job, plans, job.selection)]
    for plan, row in zip(plans, metrics, strict=True):
        log(f"share {plan.share:g}: {dict(zip((d.name for d in job.selection), row, strict=True))}")
    best = max(range(len(plans)), key=lambda i: (round(sum(metrics[i]), 3), -i))
    return plans[best], {f"{plan.share:g}": row for plan, row in zip(plans, metrics, strict=True)}


def calibration_texts(job: Job) -> list[str]:
    """Texts on which ranges and rounding are fitted: half from the pool, half everyday; as many questions as passages."""
    half = job.config.finish.calibration // 2
    asked = [q.text for s in job.sources for q in s.questions]
    passages = [p for s in job.sources for p in s.passages]
    parts = (job.pool.passages, passages, job.pool.questions, asked)
    return [text for part in parts for text in part[:: max(1, len(part) // half)][:half]]


def finish(job: Job, sources: Path, data: Path, out: Path, log: Callable[[str], None]) -> None:
    """Publish the chosen weights in `out`, and measure the file and the one it started from on the table's sets and the test questions."""
    weights, selection = choose(job, log)
    folder = job.folder / "chosen"
    made = bundle(
        mixture(job, weights), str(job.start), calibration_texts(job), folder, job.config.finish.tolerance, few_bits=job.config.bits,
    )
    log(f"share {weights.share:g}: {made}")
    publish(folder, out / LATE_NAME)
    sets = [*held_out(sources, "test"), *read_table(data)]
    systems = {"start": job.start, LATE_NAME: folder}
    found = measure_all(job, list(systems.values()), sets)
    results = {d.name: {name: row[i] for name, row in zip(systems, found, strict=True)} for i, d in enumerate(sets)}
    rows = summarize(results, "start")
    report = {"share": weights.share, "selection": selection, **made, "table": rows}
    (job.folder / "report.json").write_text(json.dumps(report, indent=1))
    (job.folder / "table.md").write_text(markdown(rows))
    log(markdown(rows))
