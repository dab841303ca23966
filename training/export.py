"""ONNX export of the multi-vector encoder, with attention fused for onnxruntime."""

from __future__ import annotations

from pathlib import Path

import onnx
import torch
from onnx import helper
from onnxruntime.transformers.fusion_options import FusionOptions
from onnxruntime.transformers.optimizer import optimize_model
from torch import nn

from .encoder import MultiVectorEncoder

OPSET = 17
INPUTS = ["input_ids", "attention_mask", "token_type_ids"]
OUTPUTS = ["token_vectors", "sentence_embedding"]


class _Exported(nn.Module):
    """Positional inputs in the order that the file lists them."""

    def __init__(self, encoder: MultiVectorEncoder) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor):
        hidden = self.encoder.backbone(
            input_ids=ids, attention_mask=mask, token_type_ids=types
        ).last_hidden_state
        return self.encoder.read(hidden, mask)


def export(encoder: MultiVectorEncoder, path: Path) -> None:
    """Write `path`: outputs `token_vectors` `[batch, tokens, width]`, `sentence_embedding` `[batch, hidden]`.

    Attention and bias-GELU are fused; layer norms are not, because onnxruntime's fused kernel for
    them is slower on CPUs than the two plain ones.
    """
    encoder.eval().cpu()
    encoder.backbone.set_attn_implementation("eager")
    ids = torch.tensor([[101, 7592, 2088, 102], [101, 7592, 102, 0]])
    mask = torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]])
    axes = {name: {0: "batch", 1: "tokens"} for name in [*INPUTS, OUTPUTS[0]]}
    plain = path.with_suffix(".plain.onnx")
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        _Exported(encoder), (ids, mask, torch.zeros_like(ids)), str(plain),
        input_names=INPUTS, output_names=OUTPUTS, dynamic_axes={**axes, OUTPUTS[1]: {0: "batch"}},
        opset_version=OPSET, dynamo=False,
    )
    config = encoder.backbone.config
    options = FusionOptions("bert")
    options.enable_skip_layer_norm = False
    options.enable_embed_layer_norm = False
    options.enable_bias_skip_layer_norm = False
    fused = optimize_model(
        str(plain), "bert", num_heads=config.num_attention_heads, hidden_size=config.hidden_size,
        opt_level=0, optimization_options=options,
    )
    operators = fused.get_fused_operator_statistics()
    if operators.get("Attention", 0) != config.num_hidden_layers:
        raise RuntimeError(f"attention was not fused in every layer: {operators}")
    model = fused.model
    if not any(o.domain == "com.microsoft" for o in model.opset_import):
        model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    onnx.save(model, path)
    plain.unlink()
