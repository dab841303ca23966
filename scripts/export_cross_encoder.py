"""Exports a cross-encoder from its PyTorch weights to fp32 ONNX, laid out as a local model folder.

    python scripts/export_cross_encoder.py SOURCE TARGET

SOURCE holds config.json, tokenizer files and model.safetensors. Attention is fused, layer norms are not: onnxruntime's fused
SkipLayerNormalization kernel is slower than the two it replaces. Needs torch, transformers, onnx, onnxruntime, sympy.
"""

import shutil
import sys
import tempfile
from pathlib import Path

import torch
from onnxruntime.transformers import optimizer
from onnxruntime.transformers.fusion_options import FusionOptions
from transformers import AutoModelForSequenceClassification


class Logits(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, token_type_ids):
        return self.model(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids).logits


def main(source: Path, target: Path) -> None:
    model = AutoModelForSequenceClassification.from_pretrained(source, attn_implementation="eager", dtype=torch.float32).eval()
    ids = torch.ones(2, 16, dtype=torch.int64)
    names = ["input_ids", "attention_mask", "token_type_ids"]
    axes = {name: {0: "batch", 1: "sequence"} for name in names} | {"logits": {0: "batch"}}
    (target / "onnx").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        raw = f"{folder}/model.onnx"
        torch.onnx.export(
            Logits(model), (ids, ids, ids * 0), raw, input_names=names, output_names=["logits"], dynamic_axes=axes, opset_version=17, dynamo=False
        )
        options = FusionOptions("bert")
        options.enable_skip_layer_norm = False
        options.enable_embed_layer_norm = False
        fused = optimizer.optimize_model(
            raw,
            model_type="bert",
            num_heads=model.config.num_attention_heads,
            hidden_size=model.config.hidden_size,
            optimization_options=options,
            opt_level=0,
        )
        fused.save_model_to_file(str(target / "onnx" / "model.onnx"))
    for name in ("tokenizer.json", "tokenizer_config.json", "config.json"):
        if source.resolve() != target.resolve():
            shutil.copy(source / name, target / name)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
