"""All settings of the everyday stage, with a preset for two cores and one for tests."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..bundle import POOLED_WEIGHT
from ..config import FinishConfig, PoolConfig
from ..gptq import SEVEN_BITS, SIX_AND_SEVEN_BITS, Limits


@dataclass(frozen=True)
class TrainConfig:
    """`sources`, and `groups` of `group_size` pool passages, are what one process reads in a step."""

    steps: int
    learning_rate: float = 3e-5
    projection_learning_rate: float = 1e-4
    warmup: int = 30
    cooldown: float = 0.6
    sources: int = 2
    groups: int = 1
    group_size: int = 12
    questions_per_passage: int = 2
    #: Sentences of a group's passages that are asked of it like questions: what is kept needs no answers.
    sentences: int = 0
    frozen_layers: int = 2
    passage_tokens: int = 160
    question_tokens: int = 40
    token_temperature: float = 0.022
    pooled_temperature: float = 0.032
    pooled_weight: float = 0.5
    #: Weights of the losses on the pool, where the initial weights are the teacher: their distribution, their order, and their vectors.
    kept_weight: float = 2.0
    order_weight: float = 2.0
    imitation_weight: float = 1.0
    checkpoint_every: int = 50
    evaluate_every: int = 300
    workers: int = 2


@dataclass(frozen=True)
class Config:
    name: str
    seed: int
    pool: PoolConfig
    train: TrainConfig
    finish: FinishConfig
    neighbors: int = 24
    selection_queries: int = 60
    selection_tokens: tuple[int, int] = (64, 200)
    #: Weight of the pooled cosine in the score that is selected for, and that ships.
    pooled_weight: float = POOLED_WEIGHT
    bits: Limits = SIX_AND_SEVEN_BITS


CPU = Config(
    name="cpu",
    seed=17,
    pool=PoolConfig(
        beir={"qed_train": (1500, 2), "scifact": (800, 2), "squad_train": (1500, 3)}, medquad=1000,
        windows={"squad_train": (500, 3)}, titled={"scifact": 500}, definitions=500,
    ),
    train=TrainConfig(steps=300),
    # Not all of the checkpoint: that costs .008 on TREC DL 2020 (training/README.md).
    finish=FinishConfig(checkpoints=1, shares=(0.5,)),
)
#: For weights that have been through the `cpu` stage: most of a step is what they must keep.
CONTINUED = replace(
    CPU,
    name="continued",
    pool=replace(
        CPU.pool, beir={"qed_train": (3000, 2), "scifact": (800, 2), "squad_train": (2500, 3)}, medquad=2500, titled={"scifact": 2500},
        windows={"squad_train": (500, 3)},
    ),
    train=TrainConfig(steps=450, groups=2, sentences=6, kept_weight=4.0, order_weight=4.0, imitation_weight=2.0, evaluate_every=225),
    # More of the checkpoint costs more than .004 on TREC DL 2020 or Cranfield (training/README.md).
    finish=FinishConfig(checkpoints=1, shares=(0.3,)),
    bits=SEVEN_BITS,
)
PRESETS = {
    "cpu": CPU,
    "continued": CONTINUED,
    "smoke": replace(
        CPU,
        name="smoke",
        pool=PoolConfig(beir={"qed_train": (40, 1), "squad_train": (40, 2)}, medquad=10, definitions=10),
        train=replace(
            CPU.train, steps=4, warmup=1, sources=1, group_size=4, checkpoint_every=2, evaluate_every=4, workers=1,
        ),
        finish=FinishConfig(checkpoints=1, shares=(1.0,), calibration=6),
        neighbors=8,
        selection_queries=6,
    ),
}
