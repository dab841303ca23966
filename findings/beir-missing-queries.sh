#!/usr/bin/env bash
# beir 2.2.0 (PyPI): `EvaluateRetrieval.evaluate` divides NDCG, MAP, Recall and P by the number of queries that the run answers
# (beir/retrieval/evaluation.py, `/ len(scores)`); `evaluate_custom` divides MRR, capped recall and accuracy by the number of judged queries
# (beir/retrieval/custom_metrics.py, `/ len(qrels)`). A run that finds nothing for a query, or was interrupted, therefore gets a better NDCG than a
# complete one, and NDCG and MRR of one run are means over different queries. The documentation does not say so.
# Seen with Python 3.11 on 2026-11-29: a run that answers one of two queries, perfectly, has NDCG@10 1.0 and MRR@10 0.5.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install --disable-pip-version-check pytrec_eval-terrier==0.5.11 numpy==2.4.6 tqdm==4.67.1
"$folder/venv/bin/pip" -q install --disable-pip-version-check --no-deps beir==2.2.0
"$folder/venv/bin/python" - <<'PY'
from beir.retrieval.evaluation import EvaluateRetrieval

qrels, results = {"1": {"a": 1}, "2": {"b": 1}}, {"1": {"a": 2.0, "c": 1.0}}
ndcg, _, recall, _ = EvaluateRetrieval.evaluate(qrels, results, [10])
mrr, capped = (EvaluateRetrieval.evaluate_custom(qrels, results, [10], metric) for metric in ("mrr", "recall_cap"))
print(f"one of two queries answered: {ndcg} {recall} {mrr} {capped}")
assert (ndcg["NDCG@10"], recall["Recall@10"], mrr["MRR@10"], capped["R_cap@10"]) == (1.0, 1.0, 0.5, 0.5), "the behavior changed"
PY
