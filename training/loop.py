"""What all training runs share: steps in one or several processes, checkpoints, logs and pauses."""

from __future__ import annotations

import copy
import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import distributed, multiprocessing, nn

PAUSE_VARIABLE = "TRAIN_PAUSE_FILE"


class Schedule(Protocol):
    """Length of a run and of its parts, in steps; `cooldown` is a fraction of all steps."""

    steps: int
    warmup: int
    cooldown: float
    checkpoint_every: int
    evaluate_every: int
    workers: int


def wait_while_paused() -> None:
    """Sleep while the file named by `TRAIN_PAUSE_FILE` exists, so that other programs can measure times."""
    flag = os.environ.get(PAUSE_VARIABLE)
    while flag and Path(flag).exists():
        time.sleep(1)


def learning_rate_factor(step: int, schedule: Schedule) -> float:
    """Warm-up, then constant, then linear to zero over the last `cooldown` of the steps."""
    start = schedule.steps * (1 - schedule.cooldown)
    rise = min(1.0, (step + 1) / max(1, schedule.warmup))
    return rise if step < start else rise * max(0.0, (schedule.steps - step) / (schedule.steps - start))


def mean_report(reports: list[dict[str, float]]) -> dict[str, float]:
    return {name: sum(r.get(name, 0.0) for r in reports) / len(reports) for name in reports[0]}


class Loop:
    """One process of a run. A subclass defines batches, their loss, and the evaluation.

    `student` holds the fp32 weights that are trained and saved. `fast` runs the forward pass: it is the student itself, or a copy in
    `dtype` that gets the student's weights after every step.
    """

    def __init__(
        self, student: nn.Module, schedule: Schedule, folder: Path, rank: int, world: int,
        rates: Callable[[str], float], dtype: torch.dtype = torch.float32,
    ) -> None:
        self.schedule, self.folder, self.rank, self.world = schedule, folder, rank, world
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.student = student.to(self.device)
        self.fast = self.student if dtype == torch.float32 else copy.deepcopy(self.student).to(dtype)
        trained = [(n, p) for n, p in self.student.named_parameters() if p.requires_grad]
        self.trained = [p for _, p in trained]
        self.computing = [p for p in self.fast.parameters() if p.requires_grad]
        groups: dict[float, list[nn.Parameter]] = {}
        for name, parameter in trained:
            groups.setdefault(rates(name), []).append(parameter)
        self.optimizer = torch.optim.AdamW(
            [{"params": parameters, "base": rate} for rate, parameters in groups.items()],
            lr=0.0, betas=(0.9, 0.98), weight_decay=0.01,
        )
        self.step = 0
        self.seen: dict[str, int] = {}

    def batches(self) -> Iterator[Any]:
        """An endless stream of batches that is the same after a restart."""
        raise NotImplementedError

    def loss(self, batch: Any) -> tuple[torch.Tensor, dict[str, float]]:
        """The loss of one batch, and the values to log."""
        raise NotImplementedError

    def parts(self, batch: Any) -> list[Any]:
        """Split a batch into equal parts that run one after another, so that the whole batch need not fit into memory."""
        return [batch]

    def evaluate(self) -> None:
        """Evaluate the current weights; called by every process."""
        raise NotImplementedError

    def count(self, **seen: int) -> None:
        for name, number in seen.items():
            self.seen[name] = self.seen.get(name, 0) + number

    def update(self) -> None:
        """Average the gradients over all processes, clip them, and take one step."""
        flat = torch.cat([p.grad.reshape(-1).float() for p in self.computing])
        if self.world > 1:
            distributed.all_reduce(flat)
            flat /= self.world
        start = 0
        for parameter in self.trained:
            size = parameter.numel()
            parameter.grad = flat[start : start + size].view_as(parameter)
            start += size
        nn.utils.clip_grad_norm_(self.trained, 1.0)
        factor = learning_rate_factor(self.step, self.schedule)
        for group in self.optimizer.param_groups:
            group["lr"] = group["base"] * factor
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.take_over()

    def take_over(self) -> None:
        for computing, trained in zip(self.computing, self.trained, strict=True):
            computing.grad = None
            if computing is not trained:
                computing.data.copy_(trained.data)

    def checkpoint(self) -> Path:
        return self.folder / "checkpoint.pt"

    def save(self, name: str | None = None) -> None:
        if self.rank:
            return
        weights = self.student.state_dict()
        if name:
            torch.save(weights, self.folder / name)
        state = {"student": weights, "optimizer": self.optimizer.state_dict(), "step": self.step, "seen": self.seen}
        partial = self.checkpoint().with_suffix(".tmp")
        torch.save(state, partial)
        partial.replace(self.checkpoint())

    def resume(self) -> None:
        if self.checkpoint().exists():
            state = torch.load(self.checkpoint(), map_location=self.device, weights_only=True)
            self.student.load_state_dict(state["student"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.step, self.seen = state["step"], state["seen"]
            self.take_over()

    def log(self, name: str, record: dict) -> None:
        line = {"step": self.step, **{k: v * self.world for k, v in self.seen.items()}, **record}
        with (self.folder / name).open("a") as out:
            out.write(json.dumps(line) + "\n")

    def run(self) -> None:
        self.resume()
        if self.step == 0:
            self.evaluate()
        source = self.batches()
        for _ in range(self.step):
            next(source)
        while self.step < self.schedule.steps:
            batch = next(source)
            wait_while_paused()
            started = time.time()
            parts = self.parts(batch)
            reports = []
            for part in parts:
                loss, report = self.loss(part)
                (loss / len(parts)).backward()
                reports.append(report)
            self.update()
            self.step += 1
            if not self.rank:
                self.log("steps.jsonl", {"seconds": time.time() - started, **mean_report(reports)})
            last = self.step == self.schedule.steps
            due = self.step % self.schedule.evaluate_every == 0 or last
            if due or self.step % self.schedule.checkpoint_every == 0:
                self.save(f"weights-{self.step}.pt" if due else None)
            if due:
                self.evaluate()


def _process(rank: int, make: Callable[..., Loop], job: Any, seed: int, world: int, rendezvous: str) -> None:
    torch.set_num_threads(1 if world > 1 else max(1, torch.get_num_threads()))
    torch.manual_seed(seed)
    if world > 1:
        distributed.init_process_group("gloo", init_method=f"file://{rendezvous}", rank=rank, world_size=world)
    make(job, rank, world).run()


def run_processes(make: Callable[..., Loop], job: Any, folder: Path, seed: int, workers: int) -> None:
    """Run `make(job, rank, world)` to its last step: in one process on a GPU, otherwise in `workers` processes of one thread each."""
    world = 1 if torch.cuda.is_available() else workers
    folder.mkdir(parents=True, exist_ok=True)
    if world == 1:
        _process(0, make, job, seed, 1, "")
        return
    rendezvous = folder / f"rendezvous-{os.getpid()}"
    multiprocessing.spawn(_process, (make, job, seed, world, str(rendezvous)), nprocs=world)
    rendezvous.unlink(missing_ok=True)
