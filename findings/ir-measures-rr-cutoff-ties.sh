#!/usr/bin/env bash
# ir-measures 0.4.3 (PyPI): `RR` and `RR@10` disagree on a run of three documents. `RR` is computed by trec_eval, which orders tied scores by document id,
# descending; `RR@k` by the script of MS MARCO, which gets them ascending (ir_measures/providers/msmarco_provider.py). A cutoff beyond the end of the
# run should change nothing, and with AP, nDCG and P it does not.
# Seen with Python 3.11 on 2026-11-29: three tied documents, the first by id relevant: RR 0.333, RR@10 1.0, AP 0.333, AP@10 0.333.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install --disable-pip-version-check ir-measures==0.4.3 pytrec_eval-terrier==0.5.11
"$folder/venv/bin/python" - <<'PY'
import ir_measures
from ir_measures import AP, RR

measures = [RR, RR @ 10, AP, AP @ 10]
found = ir_measures.calc_aggregate(measures, {"q": {"a": 1}}, {"q": {"a": 1.0, "b": 1.0, "c": 1.0}})
values = [round(found[measure], 3) for measure in measures]
print(dict(zip(map(str, measures), values)))
assert values == [0.333, 1.0, 0.333, 0.333], "the behavior changed"
PY
