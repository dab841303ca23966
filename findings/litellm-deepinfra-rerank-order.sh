#!/usr/bin/env bash
# litellm 1.110.2 (PyPI), rerank with DeepInfra: the results are in the order of the documents, not of their scores, and `top_n` and `return_documents`
# are dropped without an error. `results[0]` is the first document, whatever it scored. The class says that it "follows the same Spec as Cohere
# Rerank" (litellm/llms/deepinfra/rerank/transformation.py), whose results are sorted; those of the other providers arrive sorted.
# Seen with Python 3.11 on 2026-11-29 against a local server that answers as DeepInfra does, with one score per document in their order.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install --disable-pip-version-check litellm==1.110.2
"$folder/venv/bin/python" - 2>/dev/null <<'PY'
import http.server
import json
import threading

import litellm

class DeepInfra(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        answer = json.dumps({"scores": [0.1, 0.9, 0.5], "input_tokens": 9, "request_id": "r", "inference_status": {"status": "succeeded"}}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), DeepInfra)
threading.Thread(target=server.serve_forever, daemon=True).start()
asked = {"query": "q", "documents": ["a", "b", "c"], "top_n": 1, "return_documents": True}
answer = litellm.rerank(model="deepinfra/Qwen/Qwen3-Reranker-0.6B", api_base=f"http://127.0.0.1:{server.server_port}", api_key="none", **asked)
results = [(result["index"], result["relevance_score"], result.get("document")) for result in answer.results]
print({"top_n": 1, "results": results})
assert results == [(0, 0.1, None), (1, 0.9, None), (2, 0.5, None)], "the behavior changed"
PY
