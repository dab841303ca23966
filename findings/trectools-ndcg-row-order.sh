#!/usr/bin/env bash
# trectools 0.0.50 (PyPI): `TrecEval.get_ndcg` and `get_rbp` rank documents by their row in the data frame, whatever `score` and `rank` say; precision,
# recall, MAP, reciprocal rank and Bpref sort by score (trectools/trec_eval.py). `get_ndcg` has the same option as these, `trec_eval=True`, described as "sort
# documents by score first", but uses it for the gains alone. `load_run_from_dataframe` takes rows in any order and does not sort them, so the nDCG of a run
# whose scores were changed, as by a reranker, is that of the old order, and so is a fusion by `reciprocal_rank_fusion`. (`read_run` sorts a file by score,
# but ties by document id ascending, while the other measures take them descending.)
# Seen with pandas 3.1.1 and Python 3.11 on 2026-11-30: the relevant document has the best score and rank 1, but is in the last of three rows: MAP@10 is 1.0,
# nDCG@10 0.5.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
pip=("$folder/venv/bin/pip" -q install --disable-pip-version-check)
"${pip[@]}" pandas==3.1.1 numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1 matplotlib==3.11.2 beautifulsoup4==4.15.0 lxml==6.1.3 sarge==0.1.8
"${pip[@]}" --no-deps trectools==0.0.50
"$folder/venv/bin/python" -W ignore - <<'PY'
import pandas
from trectools import TrecEval, TrecQrel, TrecRun, fusion

qrels = TrecQrel()
qrels.qrels_data = pandas.DataFrame([("q", "0", "best", 1)], columns=["query", "q0", "docid", "rel"])
rows = [("q", "Q0", "best", 1, 0.9, "tag"), ("q", "Q0", "second", 2, 0.5, "tag"), ("q", "Q0", "third", 3, 0.1, "tag")]

def load(rows):
    run = TrecRun()
    run.load_run_from_dataframe(pandas.DataFrame(rows, columns=["query", "q0", "docid", "rank", "score", "system"]))
    return run

seen = {}
for name, ordered in {"best row first": rows, "best row last": rows[::-1]}.items():
    run = load(ordered)
    evaluation = TrecEval(run, qrels)
    values = [evaluation.get_ndcg(depth=10), evaluation.get_rbp(depth=10)[0], evaluation.get_map(depth=10), evaluation.get_reciprocal_rank(depth=10), evaluation.get_precision(depth=1)]
    fused = fusion.reciprocal_rank_fusion([run, run]).run_data["docid"].iloc[0]
    seen[name] = [round(float(value), 3) for value in values] + [fused]
    print(name, dict(zip(["nDCG@10", "RBP", "MAP@10", "RR@10", "P@1", "first after fusion"], seen[name])))
assert seen["best row first"] == [1.0, 0.2, 1.0, 1.0, 1.0, "best"], "the behavior changed"
assert seen["best row last"] == [0.5, 0.128, 1.0, 1.0, 1.0, "third"], "the behavior changed"
PY
