#!/usr/bin/env bash
# Starts Milvus Lite (Apache-2.0, from PyPI) as a server; installs it first, into an environment of its own, where it is not there yet.
#   bash milvus-lite.sh [port] [data folder]
set -euo pipefail

port="${1:-19530}"
env="${REAL_SERVERS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/langchain-rerank/real-servers}/milvus-lite"
data="${2:-$env/data}"
if [ ! -x "$env/bin/milvus-lite" ]; then
  python3 -m venv "$env"
  "$env/bin/pip" install --quiet --disable-pip-version-check 'milvus-lite==3.2.2' 'pymilvus==3.0.2'
fi
echo "export MILVUS_URI=http://127.0.0.1:$port"
exec "$env/bin/milvus-lite" server --data-dir "$data" --host 127.0.0.1 --port "$port"
