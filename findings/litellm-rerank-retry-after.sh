#!/usr/bin/env bash
# litellm 1.110.2 (PyPI), `litellm.rerank` when the server answers 429 with `Retry-After`: for completions and embeddings the error carries the
# server's headers; for reranking with Cohere and Infinity it carries none, so neither the caller, nor LiteLLM's router, nor the client of
# its proxy learns how long to wait.
# Seen with Python 3.11 on 2026-11-29 against a local server that answers as a busy one does.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install --disable-pip-version-check litellm==1.110.2
"$folder/venv/bin/python" - 2>/dev/null <<'PY'
import http.server
import json
import threading

import litellm

litellm.suppress_debug_info = True

class Busy(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        answer = json.dumps({"error": {"message": "too many requests", "type": "rate_limit_error", "code": 429}}).encode()
        self.send_response(429)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.send_header("retry-after", "7")
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Busy)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}"
given = {"api_key": "none", "max_retries": 0}
calls = {
    "completion, openai": lambda: litellm.completion(model="openai/m", messages=[{"role": "user", "content": "q"}], api_base=f"{address}/v1", **given),
    "embedding, openai": lambda: litellm.embedding(model="openai/m", input=["d"], api_base=f"{address}/v1", **given),
    "rerank, cohere": lambda: litellm.rerank(model="cohere/m", query="q", documents=["d"], api_base=f"{address}/v2/rerank", **given),
    "rerank, infinity": lambda: litellm.rerank(model="infinity/m", query="q", documents=["d"], api_base=address, **given),
}
waits = {}
for name, call in calls.items():
    try:
        call()
    except litellm.RateLimitError as error:
        headers = [getattr(error, "litellm_response_headers", None) or {}, error.response.headers]
        waits[name] = next((found["retry-after"] for found in headers if "retry-after" in found), None)
print({"retry-after in the error": waits})
expected = {"completion, openai": "7", "embedding, openai": "7", "rerank, cohere": None, "rerank, infinity": None}
assert waits == expected, "the behavior changed"
PY
