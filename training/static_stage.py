"""The static model, from raw data and a finished late-interaction folder to a published, measured file."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import multiprocessing
from transformers import AutoTokenizer

from .bundle import GOLDEN_PAIRS, INT8
from .config import Config
from .datasets import RetrievalSet, Scores
from .embedding import Vectors, merge
from .encoder import tokenize
from .evaluate import per_query, read_table, summarize
from .mining import mine
from .onnx_encoder import OnnxEncoder
from .pool import build_pool
from .scoring import EncodeTexts, score_lists
from .static_model import StaticModel, StaticTokenizer, distil, load, save
from .static_train import StaticJob, refine

NAME = "static-en-v1"
FILE = "model.safetensors"
GOLDEN_TEXT = GOLDEN_PAIRS[0][1]
Log = Callable[[str], None]


def _read_shard(rank: int, world: int, teacher: Path, texts: list[str], length: int, out: Path) -> None:
    torch.set_num_threads(1)
    encoder, tokenizer = OnnxEncoder(teacher / INT8), AutoTokenizer.from_pretrained(teacher)
    found = encoder.encode(tokenize(tokenizer, texts[rank::world], length), budget=1)
    tokens = [vectors.astype(np.float16) for vectors in found.tokens]
    np.savez(out / f"shard-{rank}.npz", tokens=np.concatenate(tokens), lengths=[len(t) for t in tokens], pooled=found.pooled)


def read_texts(teacher: Path, texts: list[str], length: int, workers: int, folder: Path) -> Vectors:
    """All texts encoded by the int8 file of a finished folder; cached for the next run."""
    if not (folder / "pooled.npy").exists():
        folder.mkdir(parents=True, exist_ok=True)
        multiprocessing.spawn(_read_shard, (workers, teacher, texts, length, folder), nprocs=workers)
        width = json.loads((teacher / "config.json").read_text())["langchain_rerank"]["dimensions"]
        merge(folder, len(texts), np.eye(width, dtype=np.float32), workers)
    return Vectors(folder)


def prepare_static(data: Path, config: Config, teacher: Path, cache: Path) -> StaticJob:
    """The pool encoded by the teacher, and what BM25 and the teacher's cosine mistake for an answer."""
    cache.mkdir(parents=True, exist_ok=True)
    pool = build_pool(data, config.pool, config.seed)
    texts = [pool.text(row) for row in range(len(pool.passages))]
    lengths = config.train.question_tokens, config.train.passage_tokens
    questions = read_texts(teacher, pool.questions, lengths[0], config.static.workers, cache / "questions")
    passages = read_texts(teacher, texts, lengths[1], config.static.workers, cache / "passages")
    mined = cache / "mined.pickle"
    if not mined.exists():
        mined.write_bytes(pickle.dumps(mine(pool, passages.pooled, questions.pooled, config.neighbors)))
    return StaticJob(pool, questions, passages, pickle.loads(mined.read_bytes()), config.static, config.seed)


def static_encoder(model: StaticModel, tokenizer) -> EncodeTexts:
    pieces = StaticTokenizer(tokenizer, model.vocabulary)
    return lambda texts, is_question: model.read(pieces(texts), is_question)


def blended(scores: dict[str, Scores], share: float) -> Scores:
    """The scores of `StaticLateInteraction`: MaxSim with weight `share`, and the cosine."""
    return {q: share * scores["maxsim"][q] + (1 - share) * scores["pooled"][q] for q in scores["maxsim"]}


def choose_share(model: StaticModel, tokenizer, sets: list[RetrievalSet], shares: tuple[float, ...]) -> dict[float, float]:
    """Mean nDCG@10 over the selection sets, by weight of MaxSim."""
    found = [(data, score_lists(data, static_encoder(model, tokenizer))) for data in sets]
    return {
        share: float(np.mean([np.mean(list(per_query(data, blended(scores, share)).values())) for data, scores in found]))
        for share in shares
    }


def golden(model: StaticModel, tokenizer, tolerance: float = 1e-5) -> dict:
    encode = static_encoder(model, tokenizer)
    questions, texts = (encode([pair[side] for pair in GOLDEN_PAIRS], side == 0) for side in (0, 1))
    cosines = (questions.pooled * texts.pooled).sum(1)
    late = [float((q @ t.T).max(1).mean()) for q, t in zip(questions.tokens, texts.tokens, strict=True)]
    share = model.maxsim_share
    return {
        "pairs": [list(pair) for pair in GOLDEN_PAIRS],
        "cosines": cosines.tolist(),
        "scores": [share * m + (1 - share) * float(c) for m, c in zip(late, cosines, strict=True)],
        "text": GOLDEN_TEXT,
        "vector": encode([GOLDEN_TEXT], False).pooled[0].tolist(),
        "tolerance": tolerance,
    }


def measure(model: StaticModel, tokenizer, sets: list[RetrievalSet]) -> list[dict]:
    """Rows of the table: BM25, both scores, and the shipped mixture, on every set."""
    results = {}
    for data in sets:
        scores = score_lists(data, static_encoder(model, tokenizer))
        systems = {"bm25": data.first, **scores, "shipped": blended(scores, model.maxsim_share)}
        results[data.name] = {name: per_query(data, s) for name, s in systems.items()}
    return summarize(results, "bm25")


def make_static(
    job: StaticJob, base_model: str, start: Path | None, selection: list[RetrievalSet], data: Path, out: Path, log: Log
) -> Path:
    """Distill from `base_model`, or continue from the finished folder `start`; train, choose the weight of MaxSim, publish in `out`, and measure."""
    tokenizer = AutoTokenizer.from_pretrained(base_model)
    if start:
        model = load(start / FILE)
        pieces = StaticTokenizer(tokenizer, model.vocabulary)
    else:
        texts = [job.pool.text(row) for row in range(len(job.pool.passages))]
        model, pieces = distil(base_model, texts, job.config.dimensions)
    refine(model, pieces, job, log)
    folder = out / NAME
    save(model, folder / FILE)
    model = load(folder / FILE)
    by_share = choose_share(model, tokenizer, selection, job.config.shares)
    model = replace(model, maxsim_share=max(by_share, key=by_share.__getitem__))
    save(model, folder / FILE)
    log(f"share of MaxSim {model.maxsim_share:g}, of {by_share}")
    (folder / "golden.json").write_text(json.dumps(golden(model, tokenizer), indent=1) + "\n")
    rows = measure(model, tokenizer, read_table(data))
    (out / "static-report.json").write_text(json.dumps({"shares": by_share, "table": rows}, indent=1))
    for row in rows:
        log(f"{row['set']} {row['system']}: {row['ndcg']:.4f} ({row['low']:.3f}-{row['high']:.3f}) p {row['p']}")
    return folder
