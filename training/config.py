"""All settings of the recipe. One preset a budget: `smoke` (tests), `cpu` (two cores), `gpu`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class PoolConfig:
    """What is trained on. `beir` maps a folder to (passages, questions a passage)."""

    beir: dict[str, tuple[int, int]]
    medquad: int
    #: Of the same folders, further passages that are cut up into single texts of one or two sentences, and questions a passage.
    windows: dict[str, tuple[int, int]] = field(default_factory=dict)
    #: Texts of a set that no question points at, asked for by their titles.
    titled: dict[str, int] = field(default_factory=dict)
    definitions: int = 0
    passage_words: int = 150
    held_out: tuple[str, ...] = ("qed_dev",)


@dataclass(frozen=True)
class TrainConfig:
    """Late-interaction training; see `training/README.md` for why each part is there."""

    steps: int
    learning_rate: float = 4e-5
    projection_learning_rate: float = 2e-4
    warmup: int = 30
    cooldown: float = 0.3
    groups: int = 2
    group_size: int = 16
    questions_a_passage: int = 2
    projection: int = 128
    frozen_layers: int = 2
    passage_tokens: int = 200
    question_tokens: int = 40
    token_temperature: float = 0.03
    pooled_temperature: float = 0.05
    #: Of the known answers; of the teachers' distribution; of their order of all other passages.
    answer_weight: float = 1.0
    teacher_weight: float = 1.0
    order_weight: float = 0.0
    pooled_weight: float = 0.5
    #: Of staying near the vectors of the deeper encoder, where there is one (`LateStart`).
    imitation_weight: float = 4.0
    #: How much likelier than the answer, as the logarithm of odds, the teachers must find a text to leave it out as a probable positive.
    false_negative_margin: float = 2.0
    checkpoint_every: int = 50
    evaluate_every: int = 350
    workers: int = 2


@dataclass(frozen=True)
class LateStart:
    """What late interaction starts from where teachers are given: one of them, whole or without some of its layers (counted from 0).

    Those that cost least are 1, 3, 4 and 6: their absence, one after another, moved its token vectors least (mean cosine .975, .947, .920, .885; 240 texts
    of the selection sets). Temperatures are those at which the whole encoder's scores, its instruction before questions, fit best how often the first
    of a mined list is the answer (.023 MaxSim, .032 pooled; all-MiniLM's .032, .061).
    """

    teacher: str = "bge-small-en-v1.5"
    dropped_layers: tuple[int, ...] = ()
    #: Settings of `TrainConfig` that differ from those for the other start.
    settings: dict[str, float] = field(
        default_factory=lambda: {
            "learning_rate": 4e-5, "projection_learning_rate": 3e-4, "frozen_layers": 2, "cooldown": 0.4, "imitation_weight": 1.0,
            "answer_weight": 0.5, "order_weight": 4.0,
            "token_temperature": 0.022, "pooled_temperature": 0.032,
        }
    )


@dataclass(frozen=True)
class CrossConfig:
    """Cross-encoder training; `shares` is how often each source of the pool is asked for a question.

    `window_share` of the lists are windows of a few sentences, `window_list_size` long, the others whole passages."""

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
    #: The teachers' logits are spread wider than those of the weights it went on from (4.70 and 2.67 within lists): held to them as they are, scores would crowd at 0 and 1.
    margin_scale: float = 0.57
    pointwise_weight: float = 0.2
    false_negative_margin: float = 2.0
    checkpoint_every: int = 50
    evaluate_every: int = 140
    workers: int = 2


@dataclass(frozen=True)
class StaticConfig:
    """Training of the static table: both of its readings order passages as the late-interaction model does."""

    dimensions: int = 192
    steps: int = 800
    groups: int = 4
    group_size: int = 16
    questions_a_passage: int = 2
    passage_tokens: int = 220
    question_tokens: int = 48
    learning_rate: float = 1e-3
    weight_learning_rate: float = 1e-2
    warmup: int = 20
    answer_weight: float = 0.5
    #: Of the cosine by itself, beside both readings together.
    cosine_weight: float = 0.5
    teacher_temperature: float = 0.022
    false_negative_margin: float = 2.0
    #: Shares of MaxSim that the selection sets choose among.
    shares: tuple[float, ...] = (0.3, 0.4, 0.5, 0.6, 0.7)
    workers: int = 2


@dataclass(frozen=True)
class FinishConfig:
    """How weights are chosen: the last checkpoints, each mixed with the start in several shares."""

    checkpoints: int = 2
    shares: tuple[float, ...] = (0.5, 1.0)
    #: Passages, and as many questions, that ranges and few-bit weights are fitted to.
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
    #: Tokens of a question and of a passage that are read on selection sets while training.
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
