#!/usr/bin/env bash
# rank_bm25 0.2.2 (PyPI), which LangChain's BM25Retriever for Python uses: BM25Okapi says that it "sets a floor on the idf values to eps * average_idf", but it
# raises only negative values to it. A word in more than half of the documents gets the floor, a word in exactly half keeps an IDF of 0 and counts for nothing,
# so the more frequent word weighs more than the rarer one. In a large corpus few words are that frequent. Among the candidates of a search, the words of the
# query usually are, and the order can turn around.
# Seen with numpy 2.4.6 and Python 3.11 on 2026-11-30: for "green tea", "tea leaves" comes before both documents with "green tea".
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install --disable-pip-version-check rank_bm25==0.2.2 numpy==2.4.6
"$folder/venv/bin/python" - <<'PY'
from rank_bm25 import BM25Okapi

texts = ["how to brew green tea", "green tea and milk", "tea leaves", "a kettle for water"]
query = ["green", "tea"]
index = BM25Okapi([text.split() for text in texts])
idf = {word: (sum(word in text.split() for text in texts), round(float(index.idf[word]), 3)) for word in query}
ranking = index.get_top_n(query, texts, n=4)
print(f"documents with the word and its IDF: {idf}, floor {index.epsilon * index.average_idf:.3f}")
print(f"ranking for {' '.join(query)!r}: {ranking}")
assert idf["green"] == (2, 0.0) and idf["tea"] == (3, 0.159) and ranking[0] == "tea leaves", "the behavior changed"
PY
