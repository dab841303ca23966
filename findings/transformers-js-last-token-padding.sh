#!/usr/bin/env bash
# @huggingface/transformers 4.3.1 (npm): the pipeline "feature-extraction" with `pooling: "last_token"` takes the last position of the padded batch, not the last token
# of each text (src/pipelines/feature-extraction.js: `result.slice(null, -1)`), and pads on the right unless the tokenizer's configuration says
# otherwise (src/tokenization_utils.js). In a batch, every text but the longest is then embedded as a padding token. With `pooling: "mean"` the attention mask is used,
# and sentence-transformers uses it to find the last token. Embedding models that are made from language models need this pooling.
# Seen with Node 20 and Python 3.11 (to make the model) on 2026-11-29: "tea" alone is the vector of "tea"; next to "green hot tea" it is that of [PAD].
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >npm.log
npm install --ignore-scripts --no-audit --no-fund @huggingface/transformers@4.3.1 >>npm.log
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check onnx==1.19.1 numpy==2.3.5
mkdir -p tiny/onnx
venv/bin/python - <<'PY'
import json

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

words = ["[PAD]", "[UNK]", "green", "hot", "tea"]
inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"]) for name in ("input_ids", "attention_mask")]
output = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch", "tokens", len(words)])
vectors = numpy_helper.from_array(np.eye(len(words), dtype=np.float32), "vectors")
graph = helper.make_graph([helper.make_node("Gather", ["vectors", "input_ids"], ["last_hidden_state"])], "graph", inputs, [output], [vectors])
onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), "tiny/onnx/model.onnx")
model = {"type": "WordLevel", "unk_token": "[UNK]", "vocab": {word: index for index, word in enumerate(words)}}
parts = {"normalizer": None, "pre_tokenizer": {"type": "Whitespace"}, "post_processor": None, "decoder": None, "added_tokens": []}
files = {"config": {"model_type": "qwen2"}, "tokenizer_config": {"tokenizer_class": "Qwen2Tokenizer", "pad_token": "[PAD]"}, "tokenizer": {"version": "1.0", "model": model, **parts}}
for name, content in files.items():
    with open(f"tiny/{name}.json", "w") as file:
        json.dump(content, file)
PY
cat >run.mjs <<'JS'
import { env, pipeline } from "@huggingface/transformers";

Object.assign(env, { localModelPath: "./", allowRemoteModels: false });
const extract = await pipeline("feature-extraction", "tiny", { dtype: "fp32", device: "cpu" });
const words = ["[PAD]", "[UNK]", "green", "hot", "tea"];
const pooled = async (texts) => (await extract(texts, { pooling: "last_token" })).tolist().map((vector) => words[vector.indexOf(1)]);
const [alone, batched] = [await pooled(["tea"]), await pooled(["tea", "green hot tea"])];
console.log(`last token of "tea" alone: ${alone[0]}; of "tea" and "green hot tea" together: ${batched.join(" and ")}`);
if (String([alone, batched]) !== "tea,[PAD],tea") throw new Error("the behavior changed");
JS
node run.mjs
