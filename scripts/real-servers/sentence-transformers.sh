#!/usr/bin/env bash
# Installs sentence-transformers and makes a cross-encoder of all-MiniLM-L6-v2's weights with a seeded head, as PyTorch and as fp32 ONNX.
# Prints the folder of the model; `python` in it runs the Python that has the packages.
here="$(cd "$(dirname "$0")" && pwd)"
. "$here/common.sh"

need python3
minilm="$(bash "$here/minilm.sh")" || skip "all-MiniLM-L6-v2 could not be fetched"
lock sentence-transformers
env="$(venv sentence-transformers sentence-transformers==6.2.0 onnx==1.23.2 onnxruntime==1.31.1 sympy==1.14.0)"
model="$REAL_SERVERS_CACHE/minilm-cross-encoder"
if [ ! -e "$model/.complete" ]; then
  rm -rf "$model"
  mkdir -p "$model"
  "$env/bin/python" "$here/make_cross_encoder.py" "$minilm" "$model" >&2
  "$env/bin/python" "$here/../export_cross_encoder.py" "$model" "$model" >&2
  # A link would lose the environment that the interpreter belongs to.
  printf '#!/bin/sh\nexec "%s" "$@"\n' "$env/bin/python" >"$model/python"
  chmod +x "$model/python"
  touch "$model/.complete"
fi
echo "$model"
