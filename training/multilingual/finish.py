"""From checkpoints to the published folder: choose the weights and the weight of the cosine, and measure next to BM25."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from transformers import AutoTokenizer

from ..bundle import INT8, bundle, publish, write_config
from ..datasets import RetrievalSet, Scores, read_retrieval_set
from ..encoder import encode, tokenize
from ..ensemble import Ensemble
from ..evaluate import PerQuery, per_query, summarize
from ..finish import calibration_texts, markdown
from ..mining import Mined
from ..pool import Pool
from ..scoring import EncodeTexts, blend, score_lists
from ..selection import mixture, onnx_encode_texts
from ..train import Job

NAME = "late-multilingual-v1"
TABLE = ("jsquad", "jaquad", "drcd", "xquad/zh", "xquad/en", "xquad/de", "xquad/es", "xquad/ro")
SHARES = (0.0, 0.1, 0.2, 0.33, 0.5)
GOLDEN_PAIRS = (
    ("富士山の高さは何メートルですか?", "富士山は標高3776メートルの、日本で最も高い山である。"),
    ("富士山の高さは何メートルですか?", "琵琶湖は滋賀県にある日本最大の湖である。"),
    ("ガラスの主な原料は何?", "ガラスは珪砂、ソーダ灰、石灰石を高温で溶かして作られる。"),
    ("ガラスの主な原料は何?", "カラスは黒い羽を持つ雑食性の鳥である。"),
    ("长城是什么时候修建的？", "现存的长城大多修建于明朝。"),
    ("长城是什么时候修建的？", "长江是中国最长的河流。"),
    ("誰發明了電話？", "貝爾在1876年取得了電話的專利。"),
    ("ﾊﾝｶｸ ｶﾀｶﾅ ＡＢＣ １２３", "半角カタカナ「ABC」と123、café、𠮷野家"),
    ("Wann wurde der Eiffelturm gebaut?", "La tour Eiffel a été achevée le 31 mars 1889."),
    ("Wann wurde der Eiffelturm gebaut?", "Башня Лондона служила тюрьмой с 1100 года."),
    ("what do bees see", "꿀벌은 자외선을 볼 수 있다."),
)


@dataclass(frozen=True)
class Weights:
    """The initial weights (`checkpoint` None), or a mixture of them with a checkpoint."""

    checkpoint: Path | None
    share: float = 1.0


def mixed(scores: dict[str, Scores], weight: float) -> Scores:
    """Scores of a scorer: MaxSim, mixed by `weight` with the pooled cosine."""
    return {q: (1 - weight) * scores["maxsim"][q] + weight * scores["pooled"][q] for q in scores["maxsim"]}


def torch_encode_texts(job: Job, weights: Weights) -> EncodeTexts:
    tokenizer = AutoTokenizer.from_pretrained(job.base_model)
    model = mixture(job, weights.checkpoint, weights.share)

    def encode_texts(texts: list[str], is_question: bool):
        return encode(model, tokenize(tokenizer, texts, job.config.selection_tokens[not is_question]))

    return encode_texts


def scored(job: Job, system: Weights | Path, data: RetrievalSet) -> dict[str, Scores]:
    """The tasks of one process: weights in torch, or the int8 file of a finished folder."""
    torch.set_num_threads(1)
    if isinstance(system, Weights):
        return score_lists(data, torch_encode_texts(job, system))
    return score_lists(data, onnx_encode_texts(system / INT8, AutoTokenizer.from_pretrained(system)))


def score_all(job: Job, systems: list[Weights | Path], sets: list[RetrievalSet]) -> list[list[dict[str, Scores]]]:
    """Scores of every system on every set, in several parallel processes."""
    job = replace(job, pool=Pool(), passages=[], mined=Mined([], []), ensemble=Ensemble([]), selection=[])
    with ProcessPoolExecutor(job.config.train.workers, mp_context=get_context("spawn")) as pool:
        waiting = [[pool.submit(scored, job, system, data) for data in sets] for system in systems]
        return [[task.result() for task in row] for row in waiting]


def mean_ndcg(data: RetrievalSet, scores: Scores) -> float:
    return float(np.mean(list(per_query(data, scores).values())))


def choose(job: Job, log: Callable[[str], None]) -> tuple[Weights, dict]:
    """The last checkpoint, or a mixture of it with the initial weights, by MaxSim on the selection sets; a single plan is returned without measuring."""
    last = max(job.folder.glob("weights-*.pt"), key=lambda path: int(path.stem.split("-")[1]))
    plans = [Weights(last, share) for share in job.config.finish.shares]
    if len(plans) == 1:
        return plans[0], {}
    metrics = {}
    for plan, found in zip(plans, score_all(job, plans, job.selection), strict=True):
        name = f"{last.stem}, {plan.share:g}"
        metrics[name] = [round(mean_ndcg(d, s["maxsim"]), 4) for d, s in zip(job.selection, found, strict=True)]
        log(f"{name}: {metrics[name]}")
    best = max(range(len(plans)), key=lambda i: sum(list(metrics.values())[i]))
    return plans[best], metrics


def choose_share(job: Job, folder: Path) -> tuple[float, dict[float, list[float]]]:
    """The weight of the cosine that is best for the int8 file on the selection sets; the smaller of equals."""
    found = score_all(job, [folder], job.selection)[0]
    metrics = {
        share: [round(mean_ndcg(d, mixed(s, share)), 4) for d, s in zip(job.selection, found, strict=True)] for share in SHARES
    }
    return max(SHARES, key=lambda share: round(sum(metrics[share]), 3)), metrics


def readings(data: RetrievalSet, scores: dict[str, Scores], weight: float) -> dict[str, PerQuery]:
    """nDCG@10 by query of each score, alone and mixed with BM25 in equal parts."""
    ships = mixed(scores, weight)
    return {
        "cosine": per_query(data, scores["pooled"]),
        "maxsim": per_query(data, scores["maxsim"]),
        "ships": per_query(data, ships),
        "ships+bm25": per_query(data, blend([(0.5, ships), (0.5, data.first)])),
    }


def finish(job: Job, data: Path, out: Path, log: Callable[[str], None]) -> None:
    """Publish the chosen weights in `out`, and measure them and the base model on the table's sets."""
    weights, selection = choose(job, log)
    folder = job.folder / "chosen"
    made = bundle(
        mixture(job, weights.checkpoint, weights.share), job.base_model, calibration_texts(job, job.config.finish.calibration),
        folder, job.config.finish.tolerance, GOLDEN_PAIRS, few_bits=job.few_bits,
    )
    share, shares = choose_share(job, folder)
    log(f"{made}; share of the cosine {share}: {shares}")
    write_config(mixture(job, None, 0), job.base_model, folder, share)
    publish(folder, out / NAME)
    sets = [replace(read_retrieval_set(data / name, "sample.tsv"), name=name) for name in TABLE if (data / name).is_dir()]
    results = {d.name: {"bm25": per_query(d, d.first)} for d in sets}
    systems = {NAME: folder, "start": Weights(None)}
    for name, system in systems.items():
        for d, scores in zip(sets, score_all(job, [system], sets)[0], strict=True):
            found = readings(d, scores, share)
            log(f"{d.name} {name}: " + " ".join(f"{kind} {np.mean(list(values.values())):.4f}" for kind, values in found.items()))
            results[d.name] |= {f"{name}/{kind}": values for kind, values in found.items()}
        rows = summarize(results, "bm25")
        report = {**made, "selection": selection, "shares": shares, "pooled_weight": share, "table": rows}
        (job.folder / "report.json").write_text(json.dumps(report, indent=1, ensure_ascii=False))
        (job.folder / "per-query.json").write_text(json.dumps(results))
        (job.folder / "table.md").write_text(markdown(rows))
