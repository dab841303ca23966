#!/usr/bin/env bash
# tantivy 0.27.0 (PyPI): a field in `fuzzy_fields` of `parse_query` is no longer scored by BM25. Each word that matches, exactly or with a typo, adds 1.0, however
# rare it is, however often it occurs and however long the document is. An exact match ties with a near miss, and ties come in the order of insertion. Even an edit
# distance of 0, which matches what the query without a fuzzy field matches, gives these scores. The documentation of `fuzzy_fields` and `fuzzy_term_query`
# says what they match, and nothing about scores.
# Seen with Python 3.11 on 2026-11-30: for "horse", the document with "horse" twice comes after "house" and "horses"; with a distance of 0, "tea house" gives
# 1.0 to three documents that BM25 scores between 0.6 and 1.7.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install --disable-pip-version-check tantivy==0.27.0
"$folder/venv/bin/python" - <<'PY'
import tantivy

builder = tantivy.SchemaBuilder()
builder.add_text_field("body", stored=True)
index = tantivy.Index(builder.build())
writer = index.writer(num_threads=1)
texts = [
    "a house by the sea",
    "how to house a cat indoors and keep it calm while you are away",
    "horses eat hay",
    "horse riding for beginners: how to saddle a horse",
    "the history of tea",
]
for text in texts:
    writer.add_document(tantivy.Document(body=text))
writer.commit()
index.reload()
searcher = index.searcher()

def search(query, distance=None):
    fuzzy = {} if distance is None else {"body": (False, distance, True)}
    hits = searcher.search(index.parse_query(query, ["body"], fuzzy_fields=fuzzy), 10).hits
    return [(searcher.doc(address)["body"][0], round(score, 2)) for score, address in hits]

for query, distance in (("horse", None), ("horse", 1), ("tea house", None), ("tea house", 0)):
    print(f"{query!r}, distance {distance}: {search(query, distance)}")
assert search("horse") == [(texts[3], 1.76)], "the behavior changed"
assert search("horse", 1) == [(text, 1.0) for text in texts[:4]], "the behavior changed"
assert len({score for _, score in search("tea house")}) == 3 and [score for _, score in search("tea house", 0)] == [1.0] * 3, "the behavior changed"
PY
