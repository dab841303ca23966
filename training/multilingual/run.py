"""The whole recipe: `python -m training.multilingual --data FOLDER --out FOLDER`."""

from __future__ import annotations

import argparse
import pickle
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from ..config import Config, FinishConfig, PoolConfig, TrainConfig
from ..datasets import document_text, read_jsonl
from ..encoder import load_backbone, tokenize
from ..ensemble import fit, read_all
from ..gptq import FIVE_AND_SIX_BITS
from ..mining import mine
from ..teachers import Teacher
from ..train import Job, train
from .finish import finish
from .lexical import lexical_opinion
from .start import bundled_file, read_start
from .texts import TextConfig, bigrams, build, vary
from .vocabulary import adapt

#: How the model is trained: without the "query: " and "passage: " of its card, which make no difference to MaxSim (JSQuAD .920 with and without them).
START = Teacher("multilingual-e5-small")


@dataclass(frozen=True)
class MultilingualConfig:
    texts: TextConfig
    late: Config


CPU = MultilingualConfig(
    TextConfig(),
    Config(
        name="cpu",
        seed=13,
        pool=PoolConfig(beir={}, medquad=0),
        train=TrainConfig(
            steps=320, learning_rate=8e-5, projection_learning_rate=4e-4, warmup=10, groups=1, group_size=16, cooldown=0.4,
            frozen_layers=4, passage_tokens=256, question_tokens=48, teacher_weight=0.5, order_weight=1.0, imitation_weight=0.5,
            token_temperature=0.012, pooled_temperature=0.012, false_negative_margin=4.0, checkpoint_every=25, evaluate_every=160,
        ),
        selection_tokens=(128, 512),
        finish=FinishConfig(shares=(1.0,), calibration=100),
    ),
)
PRESETS = {
    "cpu": CPU,
    "smoke": MultilingualConfig(
        replace(CPU.texts, sets={"jaquad_train": (60, 2, 4), "cmrc2018_train": (60, 2, 8)}, selection_queries=10, selection_depth=5),
        replace(
            CPU.late, name="smoke", neighbors=8, finish=FinishConfig(shares=(1.0,), calibration=6),
            train=replace(CPU.late.train, steps=4, warmup=1, groups=2, group_size=4, checkpoint_every=2, evaluate_every=4, workers=1),
        ),
    ),
}


def vocabulary_texts(data: Path, config: TextConfig) -> list[str]:
    """The texts on which the vocabulary is counted: passages and questions of the training sets."""
    folders = [data / name for name in config.sets]
    return [document_text(r) for folder in folders for name in ("corpus", "queries") for r in read_jsonl(folder / f"{name}.jsonl")]


def prepare(data: Path, config: MultilingualConfig, cache: Path, file: Path) -> Job:
    """The base model with its smaller vocabulary, the pool, its vectors and mined candidates; cached in `cache` for the next run."""
    start = adapt(read_start(file), vocabulary_texts(data, config.texts), cache / "start")
    pool, selection = build(data, config.texts, config.late.seed)
    texts = [pool.text(row) for row in range(len(pool.passages))]
    settings = config.late.train
    read = read_all(
        [(START, start)], pool.questions, texts, (settings.question_tokens, settings.passage_tokens),
        settings.projection, settings.workers, cache,
    )
    _, asked, passages = read[0]
    mined = cache / "mined.pickle"
    if not mined.exists():
        mined.write_bytes(pickle.dumps(mine(pool, passages.pooled, asked.pooled, config.late.neighbors, bigrams)))
    candidates = pickle.loads(mined.read_bytes())
    _, tokenizer = load_backbone(start)
    return Job(
        config=config.late,
        base_model=str(start),
        pool=pool,
        passages=tokenize(tokenizer, texts, settings.passage_tokens),
        questions=asked,
        vectors=passages,
        mined=candidates,
        ensemble=fit(read, pool, candidates, config.late.seed, [lexical_opinion(pool.questions, texts)]),
        selection=selection,
        folder=cache,
        imitated=passages,
        few_bits=FIVE_AND_SIX_BITS,
        vary=vary,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the training sets")
    parser.add_argument("--out", type=Path, required=True, help="checkpoints and finished files")
    parser.add_argument("--config", choices=sorted(PRESETS), default="cpu")
    parser.add_argument("--steps", type=int, help="number of training steps, instead of the preset's")
    parser.add_argument("--seed", type=int, help="seed that selects passages, questions and held-out articles")
    options = parser.parse_args()
    config = PRESETS[options.config]
    if options.seed is not None:
        config = replace(config, late=replace(config.late, seed=options.seed))
    if options.steps is not None:
        config = replace(config, late=replace(config.late, train=replace(config.late.train, steps=options.steps)))
    make(options.data, config, options.out, bundled_file(), partial(print, flush=True))


def make(data: Path, config: MultilingualConfig, out: Path, file: Path, log: Callable[[str], None]) -> None:
    job = prepare(data, config, out, file)
    log(f"{len(job.pool.passages)} passages, {len(job.pool.questions)} questions, {len(job.ensemble.opinions)} opinions")
    train(job)
    finish(job, data, out / "models", log)
