"""The whole stage: `python -m training.everyday --data FOLDER --start FOLDER --out FOLDER`."""

from __future__ import annotations

import argparse
import pickle
from dataclasses import replace
from functools import partial
from pathlib import Path

from transformers import AutoTokenizer

from ..datasets import RetrievalSet, read_retrieval_set, subset
from ..dequantize import late_encoder
from ..embedding import embed
from ..mining import mine
from ..pool import build_pool
from ..run import selection_sets
from .config import PRESETS, Config
from .finish import finish
from .sources import held_out, read_sources
from .train import Job, train

SOURCES = Path(__file__).parent / "data"
#: Answers to health questions, for which there are judgments of all candidates.
MEDICAL = ("mediqa2019_train1", "mediqa2019_train2")


def selection(data: Path, sources: Path, queries: int) -> list[RetrievalSet]:
    """The held-out everyday questions and the sets that must not get worse; none of their queries is in the published table."""
    medical = [subset(read_retrieval_set(data / name, "train.tsv"), 0, queries) for name in MEDICAL if (data / name).is_dir()]
    return [*held_out(sources, "dev"), *selection_sets(data, queries, scifact_depth=30, qed_depth=20), *medical]


def prepare(data: Path, sources: Path, start: Path, config: Config, cache: Path, more: bool = False) -> Job:
    """The sources (with `more`, those of the folder `more` too), the pool, its vectors and mined candidates; cached in `cache` for the next run."""
    cache.mkdir(parents=True, exist_ok=True)
    pool = build_pool(data, config.pool, config.seed)
    texts = [pool.text(row) for row in range(len(pool.passages))]
    tokenizer = AutoTokenizer.from_pretrained(start)
    encoder = late_encoder(start)
    base = cache / "start"
    encoder.backbone.save_pretrained(base)
    tokenizer.save_pretrained(base)
    basis = encoder.projection.weight.detach().numpy().T
    settings = config.train
    passages, questions = (
        embed(base, encoder.pooling, what, length, basis, settings.workers, cache / "vectors" / name)
        for name, what, length in (("passages", texts, settings.passage_tokens), ("questions", pool.questions, settings.question_tokens))
    )
    mined = cache / "mined.pickle"
    if not mined.exists():
        mined.write_bytes(pickle.dumps(mine(pool, passages.pooled, questions.pooled, config.neighbors)))
    folders = [sources, sources / "more"] if more else [sources]
    read = [source for folder in folders for path in sorted(folder.glob("train-*.jsonl")) for source in read_sources(path)]
    return Job(
        config=config, start=start, tokenizer=tokenizer, sources=read, pool=pool, mined=pickle.loads(mined.read_bytes()),
        vectors=passages, selection=selection(data, sources, config.selection_queries), folder=cache,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the training sets of the first stage")
    parser.add_argument("--start", type=Path, required=True, help="late-interaction folder that the first stage made")
    parser.add_argument("--out", type=Path, required=True, help="checkpoints and finished files")
    parser.add_argument("--sources", type=Path, default=SOURCES, help="folder with train-*.jsonl, and dev.jsonl, test.jsonl, web-dev.jsonl and web-test.jsonl")
    parser.add_argument("--more", action="store_true", help="train on the sources of its folder `more` too, as `--config continued` did for the shipped model")
    parser.add_argument("--config", choices=sorted(PRESETS), default="cpu")
    parser.add_argument("--steps", type=int, help="number of training steps, instead of the preset's")
    parser.add_argument("--seed", type=int, help="seed that selects passages and the order of sources")
    options = parser.parse_args()
    config = PRESETS[options.config]
    if options.seed is not None:
        config = replace(config, seed=options.seed)
    if options.steps is not None:
        config = replace(config, train=replace(config.train, steps=options.steps))
    log = partial(print, flush=True)
    job = prepare(options.data, options.sources, options.start, config, options.out, options.more)
    log(f"{len(job.sources)} sources, {sum(len(s.questions) for s in job.sources)} questions, {len(job.pool.passages)} passages of the pool")
    train(job)
    finish(job, options.sources, options.data, options.out / "models", log)


if __name__ == "__main__":
    main()
