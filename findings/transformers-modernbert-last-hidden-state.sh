#!/usr/bin/env bash
# transformers 4.57.1 and 5.24.0 (PyPI): the last entry of ModernBERT's `hidden_states` is the input of the final normalization in version 4 and
# its output in version 5. Heads that were trained on `hidden_states[-1]`, such as OpenProvence's pruning head, therefore give other
# numbers after an export with version 5, without an error; `last_hidden_state` and the logits of the classifier are the same in both.
# Seen with Python 3.11 on 2026-11-29: it differs from `last_hidden_state` by up to 0.0365 in 4.57.1, and by 0 in 5.24.0.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
pip=("$folder/venv/bin/pip" -q install --disable-pip-version-check)
"${pip[@]}" torch==2.13.0 numpy==2.3.5
for version in 4.57.1 5.24.0; do
  "${pip[@]}" --target "$folder/$version" --no-warn-conflicts "transformers==$version"
  PYTHONPATH="$folder/$version" VERSION="$version" "$folder/venv/bin/python" - 2>/dev/null <<'PY'
import os
import torch
import transformers

assert transformers.__version__ == os.environ["VERSION"], transformers.__version__
torch.manual_seed(0)
special = dict(pad_token_id=0, cls_token_id=1, sep_token_id=2, bos_token_id=1, eos_token_id=2)
sizes = dict(vocab_size=50, hidden_size=32, intermediate_size=64, num_hidden_layers=3, num_attention_heads=4)
model = transformers.ModernBertForSequenceClassification(transformers.ModernBertConfig(**sizes, **special)).eval()
ids = torch.arange(5, 15)[None]
with torch.no_grad():
    last = model(input_ids=ids, output_hidden_states=True).hidden_states[-1]
    normalized = model.model(input_ids=ids).last_hidden_state
    difference = float((last - normalized).abs().max())
    after = float((model.model.final_norm(last) - normalized).abs().max())
print(f"transformers {transformers.__version__}: hidden_states[-1] differs from last_hidden_state by {difference:.4f}; after the final norm by {after:.4f}")
assert (difference > 0.001 and after < 1e-5) if transformers.__version__.startswith("4.") else difference < 1e-5, "the behavior changed"
PY
done
