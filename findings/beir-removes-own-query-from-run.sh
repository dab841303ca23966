#!/usr/bin/env bash
# beir 2.2.0 (PyPI): `EvaluateRetrieval.evaluate` with its default `ignore_identical_ids=True` deletes, from the caller's own results, every
# document whose id equals the query's id. A run that is evaluated and then saved or fused has lost documents.
# Seen with Python 3.11 on 2026-11-29: results {"1": {"1": 9.0, "2": 8.0}} are {"1": {"2": 8.0}} after the call, and NDCG@1 is 1.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install --disable-pip-version-check pytrec_eval-terrier==0.5.11 numpy==2.4.6 tqdm==4.67.1
"$folder/venv/bin/pip" -q install --disable-pip-version-check --no-deps beir==2.2.0
"$folder/venv/bin/python" - <<'PY'
from beir.retrieval.evaluation import EvaluateRetrieval

results = {"1": {"1": 9.0, "2": 8.0}}
ndcg, *_ = EvaluateRetrieval.evaluate({"1": {"1": 0, "2": 1}}, results, [1])
print(f"NDCG@1 {ndcg['NDCG@1']}, results after the call: {results}")
assert results == {"1": {"2": 8.0}} and ndcg["NDCG@1"] == 1.0, "the behavior changed"
PY
