#!/usr/bin/env bash
# ranx 0.3.21 (PyPI): min-max normalization before fusion gives a system's only hit the score 0, the same as another system's worst hit.
# Seen with Python 3.11 on 2026-11-29: system 1 returns one document with score 5, system 2 returns two; after `fuse(norm="min-max",
# method="sum")` the only document of system 1 ties with the last of system 2, whatever its score was.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install --disable-pip-version-check ranx==0.3.21
"$folder/venv/bin/python" -W ignore - <<'PY'
from ranx import Run, fuse

first = Run({"q": {"a": 5.0}}, name="first")
second = Run({"q": {"b": 3.0, "c": 2.0}}, name="second")
fused = {document: float(score) for document, score in fuse(runs=[first, second], norm="min-max", method="sum").to_dict()["q"].items()}
print(fused)
assert fused == {"a": 0.0, "b": 1.0, "c": 0.0}, "the behavior changed"
PY
