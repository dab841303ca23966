#!/usr/bin/env bash
# chromadb-client 1.5.9 (PyPI) and @chroma-core/chroma-bm25 0.1.10 (npm), both Chroma's sparse embedding function `chroma_bm25`: some English words have
# different stems in Python and JavaScript. The index of a term in the sparse vector is a hash of its stem, so a document that was indexed in one language is not
# found by such a word in the other. JavaScript uses snowball-stemmers 0.6.0. Python uses snowballstemmer in any version, whose English stemmer changed in 3.0 and
# 3.1, so upgrading it also separates an index from its queries. The function's stored settings name neither the stemmer nor its version.
# Seen with Python 3.11 and Node 20 on 2026-11-30: with snowballstemmer 3.1.1, 5 of 6 words differ, and the query "emergency" from JavaScript scores 0 for
# "emergency exit" from Python. With 2.2.0, all words agree.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check chromadb-client==1.5.9 snowballstemmer==3.1.1 mmh3==5.3.1
npm init -y >npm.log
npm install --ignore-scripts --omit=optional --no-audit --no-fund @chroma-core/chroma-bm25@0.1.10 snowball-stemmers@0.6.0 chromadb@3.5.0 >>npm.log
echo '["emergency", "university", "organic", "internal", "interval", "exit", "emergency exit"]' >texts.json
cat >run.mjs <<'JS'
import { readFileSync, writeFileSync } from "node:fs";
import { ChromaBm25EmbeddingFunction } from "@chroma-core/chroma-bm25";

const vectors = await new ChromaBm25EmbeddingFunction().generate(JSON.parse(readFileSync("texts.json", "utf8")));
writeFileSync("vectors.json", JSON.stringify(vectors.map(({ indices, values }) => [indices, values])));
JS
node run.mjs
cat >compare.py <<'PY'
import json
import sys
from importlib.metadata import version

from chromadb.utils.embedding_functions.chroma_bm25_embedding_function import ChromaBm25EmbeddingFunction

def load(name):
    with open(name) as file:
        return json.load(file)

def dot(one, other):
    return sum(value * dict(zip(*other)).get(index, 0) for index, value in zip(*one))

texts, javascript = load("texts.json"), load("vectors.json")
python = [(vector.indices, vector.values) for vector in ChromaBm25EmbeddingFunction()(texts)]
different = [text for text, one, other in zip(texts[:-1], python, javascript) if one[0] != other[0]]
scores = {"Python": dot(python[0], python[-1]), "JavaScript": dot(javascript[0], python[-1])}
print(f'snowballstemmer {version("snowballstemmer")}: different {different}; "emergency" against "emergency exit" from Python: {scores}')
assert len(different) == int(sys.argv[1]) and scores["Python"] > 2 and (scores["JavaScript"] > 2) == (not different), "the behavior changed"
PY
venv/bin/python compare.py 5
venv/bin/pip -q install --disable-pip-version-check snowballstemmer==2.2.0
venv/bin/python compare.py 0
