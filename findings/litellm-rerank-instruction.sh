#!/usr/bin/env bash
# litellm 1.110.2 (PyPI), `litellm.rerank(..., instruction=...)`: the instruction reaches the server for hosted_vllm, and is dropped without
# an error or a warning for infinity, cohere, jina_ai and together_ai. An instruction-following reranker then silently answers as if none was given.
# Seen with Python 3.11 on 2026-11-29 against a local server that records what it receives.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install --disable-pip-version-check litellm==1.110.2
"$folder/venv/bin/python" - 2>/dev/null <<'PY'
import http.server
import json
import threading

import litellm

received = []

class Recorder(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        received.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        answer = json.dumps({"id": "1", "model": "m", "results": [{"index": 0, "relevance_score": 0.9}], "usage": {"total_tokens": 1}}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass

server = http.server.HTTPServer(("127.0.0.1", 0), Recorder)
threading.Thread(target=server.serve_forever, daemon=True).start()
sent = {}
for provider in ("hosted_vllm", "infinity", "cohere", "jina_ai", "together_ai"):
    litellm.rerank(model=f"{provider}/m", query="q", documents=["d"], instruction="prefer recent", api_base=f"http://127.0.0.1:{server.server_port}", api_key="none")
    sent[provider] = "instruction" in received[-1]
print(sent)
assert sent == {"hosted_vllm": True, "infinity": False, "cohere": False, "jina_ai": False, "together_ai": False}, "the behavior changed"
PY
