"""A finished model folder: the int8 file, tokenizer, configuration and golden scores."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
from transformers import AutoTokenizer

from .encoder import MultiVectorEncoder, tokenize
from .export import OUTPUTS, export
from .gptq import Limits
from .onnx_encoder import OnnxEncoder, channel_ranges
from .quantize import FEW_BITS_OUTLIERS, FEW_BITS_STRENGTHS, FewBits, quantize
from .scoring import token_maxsim

INT8 = "onnx/model_int8.onnx"
#: The file with the weights, next to the graph.
INT8_DATA = f"{INT8}_data"
Pairs = tuple[tuple[str, str], ...]
#: Weight of the pooled cosine in a similarity. Of 0, .2, .33 and .5, .2 has the best mean nDCG@10 over the selection sets (.842, .843, .841, .836).
POOLED_WEIGHT = 0.2
#: Question-text pairs whose scores every copy of the file must reproduce.
GOLDEN_PAIRS = (
    ("what do bees see", "Bees see ultraviolet light, which guides them to nectar."),
    ("what do bees see", "The bank raised its interest rates twice this year."),
    ("When was the Eiffel Tower built?", "The Eiffel Tower was finished on 31 March 1889."),
    ("When was the Eiffel Tower built?", "The Tower of London has held prisoners since 1100."),
    ("side effects of aspirin", "Aspirin can irritate the stomach and cause bleeding."),
    ("side effects of aspirin", "Aspirin was first made by Felix Hoffmann in 1897."),
    ("how to reset a forgotten password", "Choose “Forgot password?” and follow the mail's link."),
    ("naïve café", "Ein Café in Zürich — résumé, naïveté & so on."),
)


def copy_tokenizer(base_model: str, folder: Path, tokens: int) -> None:
    """The base model's tokenizer without the truncation and padding settings that a saved tokenizer contains."""
    source = Path(base_model)
    state = json.loads((source / "tokenizer.json").read_text(encoding="utf-8"))
    state["truncation"] = state["padding"] = None
    (folder / "tokenizer.json").write_text(json.dumps(state, ensure_ascii=False), encoding="utf-8")
    settings = json.loads((source / "tokenizer_config.json").read_text())
    settings["model_max_length"] = tokens
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=1) + "\n")


def write_config(encoder: MultiVectorEncoder, base_model: str, folder: Path, pooled_weight: float = POOLED_WEIGHT) -> None:
    config = json.loads((Path(base_model) / "config.json").read_text())
    config.pop("_name_or_path", None)
    width = encoder.projection.out_features if encoder.projection else config["hidden_size"]
    config["langchain_rerank"] = {
        "kind": "late-interaction",
        "output": OUTPUTS[0],
        "pooled_output": OUTPUTS[1],
        "pooled_weight": pooled_weight,
        "dimensions": width,
        "normalized": True,
        "query_marker": None,
        "document_marker": None,
        "query_length": None,
        "skip_punctuation": False,
    }
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")


def golden_scores(path: Path, tokenizer, pairs: Pairs = GOLDEN_PAIRS) -> list[float]:
    encoder = OnnxEncoder(path)
    questions = tokenize(tokenizer, [q for q, _ in pairs], 512)
    texts = tokenize(tokenizer, [t for _, t in pairs], 512)
    return [
        token_maxsim(encoder.encode([q]).tokens[0], encoder.encode([t]).tokens[0])
        for q, t in zip(questions, texts, strict=True)
    ]


def bundle(
    encoder: MultiVectorEncoder, base_model: str, calibration: list[str], folder: Path, tolerance: float,
    pairs: Pairs = GOLDEN_PAIRS, few_bits: Limits | None = None,
) -> dict[str, float]:
    """Write the folder; return file sizes and how far the int8 file is from the fp32 file.

    The fp32 file stays next to it as `onnx/model.onnx` for comparison and is not published.
    """
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    copy_tokenizer(base_model, folder, encoder.backbone.config.max_position_embeddings)
    write_config(encoder, base_model, folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    full, small = folder / "onnx/model.onnx", folder / INT8
    export(encoder, full)
    items = tokenize(tokenizer, calibration, 256)
    ranges = channel_ranges(full, items)
    if few_bits:
        quantize(full, small, ranges, FEW_BITS_STRENGTHS, FEW_BITS_OUTLIERS, few_bits=FewBits(items, few_bits))
    else:
        quantize(full, small, ranges)
    scores = golden_scores(small, tokenizer, pairs)
    golden = {
        "pairs": [list(pair) for pair in pairs],
        "logits": [round(s, 6) for s in scores],
        "tolerance": tolerance,
    }
    (folder / "golden.json").write_text(json.dumps(golden, ensure_ascii=False, indent=1) + "\n")
    return {"bytes": small.stat().st_size + (folder / INT8_DATA).stat().st_size, **drift(full, small, items)}


def drift(full: Path, small: Path, items: list[np.ndarray]) -> dict[str, float]:
    """Correlation and largest difference of MaxSim and pooled cosine between the two files."""
    half = len(items) // 2
    late, pooled = [], []
    for path in (full, small):
        encoder = OnnxEncoder(path)
        passages, questions = encoder.encode(items[:half]), encoder.encode(items[half:])
        late.append([token_maxsim(q, p) for q in questions.tokens for p in passages.tokens])
        pooled.append((questions.pooled @ passages.pooled.T).ravel())
    metrics = {}
    for name, (a, b) in {"maxsim": late, "pooled": pooled}.items():
        metrics[f"{name}_correlation"] = float(np.corrcoef(a, b)[0, 1])
        metrics[f"{name}_largest"] = float(np.abs(np.subtract(a, b)).max())
    return metrics


def publish(folder: Path, target: Path) -> None:
    """Copy only the files that are shipped."""
    for name in (INT8, INT8_DATA, "tokenizer.json", "tokenizer_config.json", "config.json", "golden.json"):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / name, target / name)
