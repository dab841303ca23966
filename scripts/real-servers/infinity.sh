#!/usr/bin/env bash
# Installs Infinity from PyPI and makes tiny models for it. Prints the path of its `infinity_emb` command.
. "$(dirname "$0")/common.sh"

need python3
lock infinity
SHARED_PACKAGES="$(torch_packages)"
export SHARED_PACKAGES
# Infinity 0.0.78 does not bound transformers from above, but calls methods that transformers 5 no longer has.
env="$(venv infinity 'infinity-emb[server,torch]==0.0.78' 'transformers<5' onnx)"
(tiny_models "$env" >/dev/null)
echo "$env/bin/infinity_emb"
