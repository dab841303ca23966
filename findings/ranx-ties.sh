#!/usr/bin/env bash
# ranx 0.3.21 (PyPI): documents with equal scores keep the order in which the run lists them, while trec_eval orders them by document id,
# descending. The same run and qrels therefore get a different RR, AP or nDCG.
# Seen with Python 3.11 on 2026-11-29: four documents with one score, the first of them relevant: ranx MRR 1.0, trec_eval RR 0.25.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install --disable-pip-version-check ranx==0.3.21 pytrec_eval-terrier==0.5.11
"$folder/venv/bin/python" -W ignore - <<'PY'
import pytrec_eval
from ranx import Qrels, Run, evaluate

qrels = {"q": {"a": 1}}
run = {"q": {"a": 1.0, "b": 1.0, "c": 1.0, "d": 1.0}}
by_ranx = float(evaluate(Qrels(qrels), Run(run), "mrr"))
by_trec_eval = pytrec_eval.RelevanceEvaluator(qrels, {"recip_rank"}).evaluate(run)["q"]["recip_rank"]
print(f"reciprocal rank with four tied documents: ranx {by_ranx}, trec_eval {by_trec_eval}")
assert (by_ranx, by_trec_eval) == (1.0, 0.25), "the behavior changed"
PY
