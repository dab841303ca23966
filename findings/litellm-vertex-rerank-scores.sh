#!/usr/bin/env bash
# litellm 1.110.2 (PyPI), rerank with Vertex AI and `return_documents=False`: LiteLLM asks the API to leave out record details, which leaves
# out the scores, and fills in 1.0 for every record. A threshold then keeps everything, a blend with another score is wrong, and nothing says so.
# Seen with Python 3.11 on 2026-11-29, on an answer in the form that the API documents for `ignoreRecordDetailsInResponse`.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install --disable-pip-version-check litellm==1.110.2
"$folder/venv/bin/python" - 2>/dev/null <<'PY'
import httpx
from litellm.llms.vertex_ai.rerank.transformation import VertexAIRerankConfig
from litellm.types.rerank import RerankResponse

config = VertexAIRerankConfig()
asked = {"query": "q", "documents": ["a", "b"], "return_documents": False}
request = config.transform_rerank_request("semantic-ranker-default-004", asked, {})
answer = httpx.Response(200, json={"records": [{"id": "1"}, {"id": "0"}]})
found = config.transform_rerank_response("semantic-ranker-default-004", answer, RerankResponse(id="1", results=[]), None, request_data=request)
scores = [result["relevance_score"] for result in found.results]
print({"ignoreRecordDetailsInResponse": request["ignoreRecordDetailsInResponse"], "scores": scores})
assert request["ignoreRecordDetailsInResponse"] is True and scores == [1.0, 1.0], "the behavior changed"
PY
