#!/usr/bin/env bash
# langchain-community 0.4.2 (PyPI): of two nearly equal documents, `EmbeddingsRedundantFilter` drops the first and keeps the second. A comment in its code says the
# opposite, "dropping the second document of any highly similar pair", but the similarities come from a lower triangle (`np.tril`), whose column is the earlier
# document of a pair (langchain_community/document_transformers/embeddings_redundant_filter.py). Behind a retriever or a reranker, the earlier one is the more
# relevant: the best hit is lost, its near copy stays where it was, and the second hit comes first. The documentation does not say which one is kept.
# Seen with langchain-core 1.8.3 and Python 3.11 on 2026-11-30: of the ranking 1, 2, 3, in which 1 and 3 are nearly equal, 2 and 3 are left.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install --disable-pip-version-check langchain-core==1.8.3 numpy==2.4.6
"$folder/venv/bin/pip" -q install --disable-pip-version-check --no-deps langchain-community==0.4.2
"$folder/venv/bin/python" -W ignore - <<'PY'
from langchain_community.document_transformers import EmbeddingsRedundantFilter
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings

VECTORS = {
    "Returns are free for 30 days.": [1.0, 0.0],
    "Gift cards are valid for three years.": [0.0, 1.0],
    "Returns are free for 30 days, says the old page.": [0.99, 0.1],
}

class Fixed(Embeddings):
    def embed_documents(self, texts):
        return [VECTORS[text] for text in texts]

    def embed_query(self, text):
        return VECTORS[text]

ranking = [Document(text, metadata={"rank": rank}) for rank, text in enumerate(VECTORS, 1)]
left = EmbeddingsRedundantFilter(embeddings=Fixed()).transform_documents(ranking)
for document in left:
    print(document.metadata["rank"], document.page_content)
assert [document.metadata["rank"] for document in left] == [2, 3], "the behavior changed"
PY
