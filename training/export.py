"""ONNX export of the multi-vector encoder, with attention fused for onnxruntime."""

from __future__ import annotations

from pathlib import Path

import onnx
import torch
from onnx import helper
from onnxruntime.transformers.fusion_options import FusionOptions
from onnxruntime.transformers.optimizer import optimize_model
from torch import nn
from transformers import PretrainedConfig, PreTrainedModel

from .encoder import MultiVectorEncoder

OPSET = 17
INPUTS = ["input_ids", "attention_mask", "token_type_ids"]
OUTPUTS = ["token_vectors", "sentence_embedding"]


class _MultiVector(nn.Module):
    """Takes its inputs by position, in the order in which the file lists them."""

    def __init__(self, encoder: MultiVectorEncoder) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor):
        hidden = self.encoder.backbone(
            input_ids=ids, attention_mask=mask, token_type_ids=types
        ).last_hidden_state
        return self.encoder.read(hidden, mask)


class _CrossEncoder(nn.Module):
    def __init__(self, model: PreTrainedModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor) -> torch.Tensor:
        return self.model(input_ids=ids, attention_mask=mask, token_type_ids=types).logits


def export(encoder: MultiVectorEncoder, path: Path) -> None:
    """Write `path`, with the outputs `token_vectors` `[batch, tokens, width]` and `sentence_embedding` `[batch, hidden]`."""
    encoder.eval().cpu()
    _write(_MultiVector(encoder), encoder.backbone, {OUTPUTS[0]: 2, OUTPUTS[1]: 1}, path)


def export_cross_encoder(model: PreTrainedModel, path: Path) -> None:
    """Write `path`, with the output `logits` `[batch, 1]`."""
    model.eval().cpu()
    _write(_CrossEncoder(model), model, {"logits": 1}, path)


def _write(wrapped: nn.Module, backbone: PreTrainedModel, outputs: dict[str, int], path: Path) -> None:
    """Export with attention and bias-GELU fused. Layer norms are not, because onnxruntime's fused kernel for
    them is slower on CPUs than the two plain kernels. `outputs` maps each output to its number of dynamic leading axes.
    """
    backbone.set_attn_implementation("eager")
    ids = torch.tensor([[101, 7592, 2088, 102], [101, 7592, 102, 0]]) % backbone.config.vocab_size
    mask = torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]])
    names = ("batch", "tokens")
    axes = {name: dict(enumerate(names)) for name in INPUTS}
    axes |= {name: dict(enumerate(names[:count])) for name, count in outputs.items()}
    plain = path.with_suffix(".plain.onnx")
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        wrapped, (ids, mask, torch.zeros_like(ids)), str(plain), input_names=INPUTS,
        output_names=list(outputs), dynamic_axes=axes, opset_version=OPSET, dynamo=False,
    )
    _fuse(plain, path, backbone.config)
    plain.unlink()


def _fuse(plain: Path, path: Path, config: PretrainedConfig) -> None:
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
