"""Makes two tiny models of random weights that vLLM and Infinity serve.

- TARGET/cross-encoder: a BERT cross-encoder with one logit, as safetensors for the servers and as ONNX for this package's engine.
- TARGET/decider: a Qwen3 language model with a chat template, an architecture that vLLM asks for decisions.

usage: python make_tiny_models.py TOKENIZER_FOLDER TARGET

TOKENIZER_FOLDER has the tokenizer.json of a BERT. Needs torch, transformers, tokenizers and onnx.
"""

import json
import shutil
import sys
from pathlib import Path

import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]


def randomize(model: torch.nn.Module, seed: int) -> None:
    """Larger weights than a fresh initialization, so that scores of different pairs differ clearly."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            if parameter.dim() == 1:
                parameter.copy_(1 + 0.1 * noise if "norm" in name.lower() and "weight" in name else 0.1 * noise)
            elif "embed" in name:
                parameter.copy_(0.5 * noise)
            else:
                parameter.copy_(noise / parameter.shape[-1] ** 0.5)


class Logits(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, token_type_ids):
        return self.model(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids).logits


def make_cross_encoder(tokenizer: Path, target: Path) -> None:
    config = transformers.BertConfig(
        hidden_size=64, num_hidden_layers=2, num_attention_heads=2, intermediate_size=128, max_position_embeddings=512, num_labels=1,
    )
    model = transformers.BertForSequenceClassification._from_config(config, attn_implementation="eager").eval()
    randomize(model, 7)
    model.save_pretrained(target)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(tokenizer / name, target / name)
    ids = torch.ones(2, 16, dtype=torch.int64)
    names = ["input_ids", "attention_mask", "token_type_ids"]
    axes = {name: {0: "batch", 1: "sequence"} for name in names} | {"logits": {0: "batch"}}
    (target / "onnx").mkdir()
    torch.onnx.export(
        Logits(model), (ids, ids, ids * 0), str(target / "onnx/model.onnx"), input_names=names, output_names=["logits"], dynamic_axes=axes,
        opset_version=17, dynamo=False,
    )


def make_decider(target: Path) -> None:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=SPECIAL, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(["true false yes no the passage answers the query"] * 20, trainer)
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<|im_end|>", pad_token="<|endoftext|>", additional_special_tokens=SPECIAL, chat_template=TEMPLATE
    )
    fast.save_pretrained(target)
    config = transformers.Qwen3Config(
        vocab_size=400, hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=2, head_dim=32,
        max_position_embeddings=4096, tie_word_embeddings=False,
    )
    model = transformers.Qwen3ForCausalLM(config).eval()
    randomize(model, 11)
    model.save_pretrained(target)


if __name__ == "__main__":
    tokenizer, target = map(Path, sys.argv[1:])
    for part in ("cross-encoder", "decider"):
        (target / part).mkdir(parents=True)
    make_cross_encoder(tokenizer, target / "cross-encoder")
    make_decider(target / "decider")
    print(json.dumps([part.name for part in target.iterdir()]))
