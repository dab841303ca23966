#!/usr/bin/env bash
# ranx 0.3.21 (PyPI): max normalization divides the scores of a query by their maximum, but by 1e-9 if the maximum is not positive
# (ranx/normalization/max_norm.py). Logits of a cross-encoder are negative for queries without a good candidate. Such a query's scores become
# billions, which outweigh every other system in `fuse(norm="max", method="sum")`, so the worst document of the other system comes first. There is no warning.
# Seen with Python 3.11 on 2026-11-29: the logits −2 and −5 become −2e9 and −5e9; a document that the cross-encoder did not read, and BM25
# ranks last, is first.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install --disable-pip-version-check ranx==0.3.21
"$folder/venv/bin/python" -W ignore - <<'PY'
from ranx import Run, fuse

bm25 = Run({"q": {"a": 12.0, "b": 11.0, "c": 1.0}}, name="bm25")
logits = Run({"q": {"a": -2.0, "b": -5.0}}, name="cross-encoder")
fused = {document: float(score) for document, score in fuse(runs=[bm25, logits], norm="max", method="sum").to_dict()["q"].items()}
order = sorted(fused, key=fused.get, reverse=True)
print(f"fused {fused}, order {order}")
assert order == ["c", "a", "b"] and fused["a"] < -1e9, "the behavior changed"
PY
