#!/usr/bin/env bash
# langchain-community 0.4.2 (PyPI), `FlashrankRerank`: a document that already has a `relevance_score` in its metadata keeps that value, and the new score is
# lost, since the old metadata is merged over it (langchain_community/document_compressors/flashrank_rerank.py: `**r["meta"]` comes last). The same holds for
# `id`. JinaRerank and InfinityRerank write the same key, so behind one of them the order is that of the second stage and the scores are those of the first.
# A threshold on the score then removes the wrong documents. Another `prefix_metadata` avoids it, but its description does not say so.
# Seen with flashrank 0.2.10 and Python 3.11 on 2026-11-30, with a small ONNX model that counts equal tokens: the first document has the score 0.2, the second
# 0.7, and both values are from the earlier stage.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check langchain-core==1.8.3 numpy==2.4.6 onnx==1.23.2 onnxruntime==1.32.0 tokenizers==0.23.3 tqdm==4.70.1
venv/bin/pip -q install --disable-pip-version-check --no-deps langchain-community==0.4.2 flashrank==0.2.10
venv/bin/python -W ignore - 2>/dev/null <<'PY'
import json
import pathlib

import onnx
from flashrank import Ranker
from langchain_community.document_compressors import FlashrankRerank
from langchain_core.documents import Document
from onnx import TensorProto, helper
from tokenizers import Tokenizer, models, pre_tokenizers, processors

folder = pathlib.Path("ms-marco-TinyBERT-L-2-v2")
folder.mkdir()
words = "[PAD] [UNK] [CLS] [SEP] green black tea coffee beans leaves".split()
tokenizer = Tokenizer(models.WordLevel({word: index for index, word in enumerate(words)}, unk_token="[UNK]"))
tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
special = [("[CLS]", 2), ("[SEP]", 3)]
tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=special)
tokenizer.save(str(folder / "tokenizer.json"))
(folder / "config.json").write_text(json.dumps({"pad_token_id": 0}))
(folder / "tokenizer_config.json").write_text(json.dumps({"model_max_length": 64, "pad_token": "[PAD]"}))
(folder / "special_tokens_map.json").write_text(json.dumps({"pad_token": "[PAD]"}))

inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "length"]) for name in ("input_ids", "attention_mask", "token_type_ids")]
numbers = {"one": [1], "two": [2], "both": [1, 2]}
nodes = [
    helper.make_node("Unsqueeze", ["input_ids", "one"], ["rows"]),
    helper.make_node("Unsqueeze", ["input_ids", "two"], ["columns"]),
    helper.make_node("Equal", ["rows", "columns"], ["equal"]),
    helper.make_node("Cast", ["equal"], ["counts"], to=TensorProto.FLOAT),
    helper.make_node("ReduceSum", ["counts", "both"], ["sums"], keepdims=0),
    helper.make_node("Unsqueeze", ["sums", "one"], ["logits"]),
]
output = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 1])
constants = [helper.make_tensor(name, TensorProto.INT64, [len(values)], values) for name, values in numbers.items()]
graph = helper.make_graph(nodes, "overlap", inputs, [output], constants)
onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), str(folder / "flashrank-TinyBERT-L-2-v2.onnx"))

reranker = FlashrankRerank(client=Ranker(model_name=folder.name, cache_dir="."))
texts = {"black coffee beans": 0.7, "green tea leaves": 0.2}
fresh = reranker.compress_documents([Document(text) for text in texts], "tea")
scored = [Document(text, metadata={"relevance_score": score}) for text, score in texts.items()]
second = reranker.compress_documents(scored, "tea")
for name, documents in {"without a score": fresh, "with a score from an earlier stage": second}.items():
    print(name, [(document.page_content, round(float(document.metadata["relevance_score"]), 4)) for document in documents])
assert [document.page_content for document in second] == [document.page_content for document in fresh] == ["green tea leaves", "black coffee beans"]
assert fresh[0].metadata["relevance_score"] > fresh[1].metadata["relevance_score"] > 0.9
assert [document.metadata["relevance_score"] for document in second] == [0.2, 0.7], "the behavior changed"
PY
