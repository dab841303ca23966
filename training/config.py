"""All settings of the recipe, with one preset per budget: `smoke` (tests), `cpu` (two cores), `gpu`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class PoolConfig:
    """What is in the training pool. `beir` maps a folder to (passages, questions per passage)."""

    beir: dict[str, tuple[int, int]]
    medquad: int
    #: Further passages of the same folders that are cut into texts of one or two sentences, and the questions per passage.
    windows: dict[str, tuple[int, int]] = field(default_factory=dict)
    #: Texts of a set that have no question, with their titles as questions.
    titled: dict[str, int] = field(default_factory=dict)
    definitions: int = 0
    passage_words: int = 150
    held_out: tuple[str, ...] = ("qed_dev",)


@dataclass(frozen=True)
class TrainConfig:
    """Late-interaction training; `training/README.md` gives the reason for each part."""

    steps: int
    learning_rate: float = 4e-5
    projection_learning_rate: float = 2e-4
    warmup: int = 30
    cooldown: float = 0.3
    groups: int = 2
    group_size: int = 16
    questions_per_passage: int = 2
    projection: int = 128
    frozen_layers: int = 2
    passage_tokens: int = 200
    question_tokens: int = 40
    token_temperature: float = 0.03
    pooled_temperature: float = 0.05
    #: Weights of three losses: the known answers, the teachers' distribution, and the teachers' order of all other passages.
    answer_weight: float = 1.0
    teacher_weight: float = 1.0
    order_weight: float = 0.0
    pooled_weight: float = 0.5
    #: Weight of the loss that keeps vectors near those of the deeper encoder, where there is one (`LateStart`).
    imitation_weight: float = 4.0
    #: A text that the teachers prefer to the answer by more than this many log-odds is left out as a probable positive.
    false_negative_margin: float = 2.0
    checkpoint_every: int = 50
    evaluate_every: int = 350
    workers: int = 2


@dataclass(frozen=True)
class LateStart:
    """The model that late interaction starts from if teachers are given: one of them, complete or without some of its layers (counted from 0).

    The layers that matter least are 1, 3, 4 and 6: removing them one after another changed token vectors least (mean cosine .975, .947, .920, .885; 240 texts
    of the selection sets). Temperatures are those at which the scores of the complete encoder, with its instruction before questions, best predict how often the first
    of a mined list is the answer (.023 MaxSim, .032 pooled; all-MiniLM's .032, .061).
    """

    teacher: str = "bge-small-en-v1.5"
    dropped_layers: tuple[int, ...] = ()
    #: Settings of `TrainConfig` that differ for this base model.
    settings: dict[str, float] = field(
        default_factory=lambda: {
            "learning_rate": 4e-5, "projection_learning_rate": 3e-4, "frozen_layers": 2, "cooldown": 0.4, "imitation_weight": 1.0,
            "answer_weight": 0.5, "order_weight": 4.0,
            "token_temperature": 0.022, "pooled_temperature": 0.032,
        }
    )


@dataclass(frozen=True)
class CrossConfig:
    """Cross-encoder training; `shares` says how often questions are drawn from each source of the pool.

    `window_share` of the lists consist of `window_list_size` windows of a few sentences, and the others of whole passages."""

    steps: int
    learning_rate: float = 7e-5
    warmup: int = 30
    cooldown: float = 0.35
    questions: int = 8
    list_size: int = 8
    window_share: float = 0.25
    window_list_size: int = 14
    tokens: int = 288
    frozen_layers: int = 2
    shares: dict[str, float] = field(
        default_factory=lambda: {
            "qed_train": 0.3, "squad_train": 0.22, "medquad": 0.12, "scifact": 0.12, "scifact-titles": 0.14, "wordnet": 0.1,
        }
    )
    sentence_share: float = 0.08
    teacher_weight: float = 1.5
    margin_weight: float = 1.0
    #: The teachers' logits are spread more widely than those of the initial weights (4.70 and 2.67 within lists): trained on them unscaled, scores would crowd at 0 and 1.
    margin_scale: float = 0.57
    pointwise_weight: float = 0.2
    false_negative_margin: float = 2.0
    checkpoint_every: int = 50
    evaluate_every: int = 140
    workers: int = 2


@dataclass(frozen=True)
class StaticConfig:
    """Training of the static table: both of its scores learn to order passages as the late-interaction model does."""

    dimensions: int = 192
    steps: int = 800
    groups: int = 4
    group_size: int = 16
    questions_per_passage: int = 2
    passage_tokens: int = 220
    question_tokens: int = 48
    learning_rate: float = 1e-3
    weight_learning_rate: float = 1e-2
    warmup: int = 20
    answer_weight: float = 0.5
    #: Weight of the loss of the cosine alone, in addition to that of both scores together.
    cosine_weight: float = 0.5
    teacher_temperature: float = 0.022
    false_negative_margin: float = 2.0
    #: Weights of MaxSim that are compared on the selection sets.
    shares: tuple[float, ...] = (0.3, 0.4, 0.5, 0.6, 0.7)
    workers: int = 2


@dataclass(frozen=True)
class FinishConfig:
    """How the final weights are chosen: the last checkpoints, each mixed with the initial weights in several proportions."""

    checkpoints: int = 2
    shares: tuple[float, ...] = (0.5, 1.0)
    #: Number of passages, and of questions, on which quantization ranges and few-bit weights are calibrated.
    calibration: int = 100
    tolerance: float = 0.03


@dataclass(frozen=True)
class Config:
    name: str
    seed: int
    pool: PoolConfig
    train: TrainConfig
    neighbors: int = 24
    selection_queries: int = 60
    #: Maximum tokens of a question and of a passage when selection sets are evaluated during training.
    selection_tokens: tuple[int, int] = (64, 256)
    late_start: LateStart = LateStart()
    static: StaticConfig = StaticConfig()
    cross: CrossConfig = field(default_factory=lambda: CrossConfig(steps=3200))
    finish: FinishConfig = FinishConfig()


CPU = Config(
    name="cpu",
    seed=13,
    pool=PoolConfig(
        beir={"qed_train": (5000, 2), "scifact": (800, 3), "squad_train": (6000, 4)}, medquad=4000,
        windows={"squad_train": (3000, 4)}, titled={"scifact": 2000}, definitions=6000,
    ),
    train=TrainConfig(steps=1000),
)

PRESETS: dict[str, Config] = {
    "cpu": CPU,
    "gpu": replace(
        CPU,
        name="gpu",
        pool=PoolConfig(
            beir={"qed_train": (7000, 2), "scifact": (800, 3), "squad_train": (19000, 5)},
            medquad=16000, titled={"scifact": 4500}, definitions=40000,
        ),
        train=replace(CPU.train, steps=12000, groups=16, workers=1, frozen_layers=0),
        cross=replace(CPU.cross, steps=20000, questions=32, workers=1),
    ),
    "smoke": replace(
        CPU,
        name="smoke",
        pool=PoolConfig(beir={"qed_train": (60, 1), "squad_train": (40, 2)}, medquad=20, definitions=10),
        train=replace(
            CPU.train, steps=4, warmup=1, groups=2, group_size=4, checkpoint_every=2,
            evaluate_every=4, workers=1,
        ),
        neighbors=8,
        late_start=LateStart(dropped_layers=(1,), settings={"frozen_layers": 1}),
        selection_queries=6,
        cross=replace(
            CPU.cross, steps=4, warmup=1, questions=2, list_size=4, checkpoint_every=2, evaluate_every=4, workers=1,
        ),
        finish=FinishConfig(checkpoints=1, shares=(1.0,), calibration=6),
        static=StaticConfig(dimensions=32, steps=4, groups=2, group_size=4, warmup=1, workers=1),
    ),
}
