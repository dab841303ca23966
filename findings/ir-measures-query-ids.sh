#!/usr/bin/env bash
# ir-measures 0.4.3 (PyPI): `nDCG(dcg='exp-log2')@k` and `ERR@k` run gdeval.pl, which keeps what follows the last hyphen of a query id and rejects it if it
# is not a number (ir_measures/bin/gdeval.pl, lines 38 and 41). For ids such as "PLAIN-2" in NFCorpus, every value is lost and the mean is 0.5 of what it
# should be: the query counts twice, once under a wrong id and once as a query without results. For "q1" there is an error from Perl. Other measures take any id,
# and the documentation of these two mentions no limit.
# Needs Perl. Seen with Python 3.11 on 2026-11-29: the same ranking has 0.7967 as query "2", 0.3984 as "PLAIN-2", and none as "q1".
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install --disable-pip-version-check ir-measures==0.4.3 pytrec_eval-terrier==0.5.11
"$folder/venv/bin/python" - 2>/dev/null <<'PY'
import subprocess

import ir_measures
from ir_measures import nDCG

measure, linear = nDCG(dcg="exp-log2") @ 10, nDCG @ 10
seen = {}
for query in ("2", "PLAIN-2", "q1"):
    qrels, run = {query: {"a": 2, "b": 1}}, {query: {"b": 2.0, "a": 1.0}}
    try:
        value = round(ir_measures.calc_aggregate([measure], qrels, run)[measure], 4)
    except subprocess.CalledProcessError:
        value = "error"
    seen[query] = (value, round(ir_measures.calc_aggregate([linear], qrels, run)[linear], 4))
print({query: {str(measure): value, str(linear): other} for query, (value, other) in seen.items()})
assert [value for value, _ in seen.values()] == [0.7967, 0.3984, "error"] and len({other for _, other in seen.values()}) == 1, "the behavior changed"
PY
