#!/usr/bin/env bash
# bm25s 0.3.16 (PyPI): documents that `weight_mask` excludes are returned as soon as fewer than k allowed ones match. The docstring of `retrieve` says that
# masked scores "will be set to 0 to avoid returning them in the results", but k documents are always returned, and a masked one competes with the allowed ones
# that contain no word of the query. LlamaIndex's BM25Retriever (llama-index-retrievers-bm25 0.8.0) passes its metadata `filters` as this mask, so it returns
# nodes that the filter excludes. A reranker reads only their texts, and can put one of them first.
# Seen with numpy 2.4.6 and Python 3.11 on 2026-11-30: with two of five documents allowed and k = 3, one excluded document is returned, and with k = 5 all three.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install --disable-pip-version-check bm25s==0.3.16 numpy==2.4.6
"$folder/venv/bin/python" - <<'PY'
import bm25s
import numpy

texts = {
    "solar panels for flat roofs": "2024",
    "wind turbines at sea": "2024",
    "solar heating for pools": "2025",
    "insulation of old walls": "2025",
    "solar panels on balconies": "2024",
}
retriever = bm25s.BM25()
retriever.index(bm25s.tokenize(list(texts), show_progress=False), show_progress=False)
mask = numpy.array([int(year == "2025") for year in texts.values()])
seen = {}
for k in (1, 3, 5):
    query = bm25s.tokenize("solar panels", show_progress=False)
    documents, scores = retriever.retrieve(query, corpus=list(texts), k=k, weight_mask=mask, show_progress=False)
    hits = [(texts[text], str(text), round(float(score), 3)) for text, score in zip(documents[0], scores[0])]
    seen[k] = sum(year != "2025" for year, *_ in hits)
    print(f"k = {k}, only 2025 allowed: {hits}")
assert seen[1] == 0 and seen[3] >= 1 and seen[5] == 3, "the behavior changed"
PY
