"""A reranker on Ray Serve: the ONNX file of a model folder, with dynamic batches, autoscaling and several replicas.

pip install "ray[serve]==2.60.0" onnxruntime tokenizers
PYTHONPATH=examples/scale-out serve run examples/scale-out/ray_serve.yaml

Answers POST /rerank as Text Embeddings Inference does, /v1/rerank and /v2/rerank as Cohere does.
"""

import asyncio
import json
from pathlib import Path

import numpy as np
import onnxruntime
from fastapi import FastAPI
from pydantic import BaseModel, Field
from ray import serve
from tokenizers import Tokenizer

FILES = ("model_int8.onnx", "model_quantized.onnx", "model.onnx")


class Model:
    """A cross-encoder with one logit, or a late-interaction model such as the bundled late-en-v1."""

    def __init__(self, folder: str):
        root = Path(folder).expanduser()
        file = next(root / "onnx" / name for name in FILES if (root / "onnx" / name).exists())
        # Activations of an 8-bit file share one scale per batch: a score would depend on the other texts.
        self.batch = 1 if file.name != "model.onnx" else 16
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
        self.inputs = {each.name for each in self.session.get_inputs()}
        ours = json.loads((root / "config.json").read_text()).get("langchain_rerank", {})
        self.late = ours if ours.get("kind") == "late-interaction" else None
        self.tokenizer = Tokenizer.from_file(str(root / "tokenizer.json"))
        self.tokenizer.enable_padding()
        self.tokenizer.enable_truncation(512, strategy="longest_first" if self.late else "only_second")

    def run(self, texts: list) -> tuple[list[np.ndarray], np.ndarray]:
        encodings = self.tokenizer.encode_batch(texts)
        fields = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}
        feeds = {name: np.array([getattr(e, field) for e in encodings], np.int64) for name, field in fields.items()}
        return self.session.run(None, {name: feeds[name] for name in self.inputs}), feeds["attention_mask"]

    def score(self, pairs: list[tuple[str, str]]) -> list[float]:
        """One raw score per pair of query and text: a logit, or a similarity."""
        scores = np.zeros(len(pairs))
        queries = {query: self.vectors([query])[0] for query in {query for query, _ in pairs}} if self.late else {}
        by_length = sorted(range(len(pairs)), key=lambda index: len(pairs[index][1]))
        for start in range(0, len(pairs), self.batch):
            part = by_length[start : start + self.batch]
            if not self.late:
                scores[part] = self.run([pairs[index] for index in part])[0][0][:, 0]
                continue
            for index, (tokens, whole) in zip(part, self.vectors([pairs[index][1] for index in part])):
                query, query_whole = queries[pairs[index][0]]
                weight = self.late["pooled_weight"]
                similarity = (1 - weight) * (query @ tokens.T).max(axis=1).mean() + weight * query_whole @ whole
                scores[index] = similarity + self.offset(query)
        return scores.tolist()

    def offset(self, query: np.ndarray) -> float:
        """What the model adds to all scores of a query, from the unit vectors of its tokens."""
        stated = self.late.get("query_offset")
        if stated is None:
            return 0.0
        return stated["constant"] + stated["log_tokens"] * np.log(len(query)) + query.mean(axis=0) @ stated["direction"]

    def vectors(self, texts: list[str]) -> list[tuple[np.ndarray, np.ndarray]]:
        (tokens, whole), mask = self.run(texts)
        return [(row[kept == 1], pooled) for row, pooled, kept in zip(tokens, whole, mask)]


class Tei(BaseModel):
    query: str
    texts: list[str] = Field(min_length=1, max_length=1000)
    raw_scores: bool = False


class Cohere(BaseModel):
    query: str
    documents: list[str] = Field(min_length=1, max_length=1000)
    top_n: int | None = Field(None, ge=1)
    raw_scores: bool = False


app = FastAPI()


@serve.deployment(
    ray_actor_options={"num_cpus": 1},
    autoscaling_config={"min_replicas": 2, "max_replicas": 4, "target_ongoing_requests": 8},
    max_ongoing_requests=32,
    max_queued_requests=256,  # beyond, 503
    health_check_period_s=2,
    graceful_shutdown_timeout_s=20,
)
@serve.ingress(app)
class Reranker:
    def __init__(self, model: str):
        self.model = Model(model)

    @serve.batch(max_batch_size=16, batch_wait_timeout_s=0.002)
    async def score(self, requests: list[tuple[str, list[str]]]) -> list[list[float]]:
        """Scores the texts of several requests together, away from the event loop."""
        scores = iter(await asyncio.to_thread(self.model.score, [(q, text) for q, texts in requests for text in texts]))
        return [[next(scores) for _ in texts] for _, texts in requests]

    async def ranked(self, query: str, texts: list[str], raw: bool) -> list[tuple[int, float]]:
        scores = await self.score((query, texts))
        if not (raw or self.model.late):
            scores = [1 / (1 + np.exp(-score)) for score in scores]
        return sorted(enumerate(scores), key=lambda pair: -pair[1])

    @app.post("/rerank")
    async def tei(self, body: Tei) -> list[dict]:
        return [{"index": i, "score": s} for i, s in await self.ranked(body.query, body.texts, body.raw_scores)]

    @app.post("/v1/rerank")
    @app.post("/v2/rerank")
    async def cohere(self, body: Cohere) -> dict:
        results = await self.ranked(body.query, body.documents, body.raw_scores)
        return {"results": [{"index": i, "relevance_score": s} for i, s in results[: body.top_n]]}


def build(args: dict[str, str]) -> serve.Application:
    return Reranker.bind(args["model"])
