#!/usr/bin/env bash
# trectools 0.0.50 (PyPI): `removeUnjudged=True` has no effect on `get_reciprocal_rank` and `get_rprec`. Both filter the run and then rank the unfiltered one
# (trectools/trec_eval.py, `trecformat = self.run.run_data…` after `run = onlyjudged[…]`), though their documentation describes the option; with precision,
# recall, nDCG and RBP it works. A table of measures over judged documents only is then partly over all documents.
# Seen with pandas 3.1.1 and Python 3.11 on 2026-11-30: behind an unjudged document, the relevant one has a reciprocal rank of 0.5 with and without the
# option, and an R-precision of 0.0, while precision at 1 changes from 0.0 to 1.0.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
pip=("$folder/venv/bin/pip" -q install --disable-pip-version-check)
"${pip[@]}" pandas==3.1.1 numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1 matplotlib==3.11.2 beautifulsoup4==4.15.0 lxml==6.1.3 sarge==0.1.8
"${pip[@]}" --no-deps trectools==0.0.50
cd "$folder"
printf '%s\n' "q 0 relevant 1" "q 0 other 0" >qrels.txt
printf '%s\n' "q Q0 unjudged 1 0.9 tag" "q Q0 relevant 2 0.5 tag" "q Q0 other 3 0.1 tag" >run.txt
venv/bin/python -W ignore - <<'PY'
from trectools import TrecEval, TrecQrel, TrecRun

evaluation = TrecEval(TrecRun("run.txt"), TrecQrel("qrels.txt"))
measures = {
    "RR@10": lambda **options: evaluation.get_reciprocal_rank(depth=10, **options),
    "R-precision": evaluation.get_rprec,
    "P@1": lambda **options: evaluation.get_precision(depth=1, **options),
    "nDCG@10": lambda **options: evaluation.get_ndcg(depth=10, **options),
}
seen = {name: [round(float(measure(removeUnjudged=remove)), 3) for remove in (False, True)] for name, measure in measures.items()}
for name, (everything, judged) in seen.items():
    print(f"{name}: {everything} over all documents, {judged} with removeUnjudged")
assert seen["RR@10"] == [0.5, 0.5] and seen["R-precision"] == [0.0, 0.0], "the behavior changed"
assert seen["P@1"] == [0.0, 1.0] and seen["nDCG@10"] == [0.631, 1.0], "the behavior changed"
PY
