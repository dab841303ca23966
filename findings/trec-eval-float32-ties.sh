#!/usr/bin/env bash
# pytrec_eval-terrier 0.5.11 (PyPI), which wraps trec_eval: scores are compared as 32-bit floats. Two sigmoid scores near 1 that differ in
# the eighth digit tie, and the tie is broken by document id, descending, so a correct order is counted as wrong.
# Seen with Python 3.11 on 2026-11-29: relevant document "a" at .99999999 before "b" at .99999998 has RR 0.5; at .99 before .98 it has 1.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install --disable-pip-version-check pytrec_eval-terrier==0.5.11
"$folder/venv/bin/python" - <<'PY'
import pytrec_eval

def reciprocal_rank(run):
    return pytrec_eval.RelevanceEvaluator({"q": {"a": 1}}, {"recip_rank"}).evaluate({"q": run})["q"]["recip_rank"]

close, apart = reciprocal_rank({"a": 0.99999999, "b": 0.99999998}), reciprocal_rank({"a": 0.99, "b": 0.98})
print(f"reciprocal rank of the same order: scores .99999999 and .99999998 {close}, scores .99 and .98 {apart}")
assert (close, apart) == (0.5, 1.0), "the behavior changed"
PY
