#!/usr/bin/env bash
# Builds examples/langchain/nextjs with the packed package in an empty folder, moves the standalone server away from everything it could lean on, and asks it.
# Two minutes and 800 MB in a temporary folder; not part of the tests for that.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
folder="$(mktemp -d)"
server=""
trap '[ -z "$server" ] || kill "$server"; rm -rf "$folder"' EXIT
# onnxruntime-node's install script fetches CUDA libraries, which are not used here and not to be had behind every firewall.
export NEXT_TELEMETRY_DISABLED=1 ONNXRUNTIME_NODE_INSTALL=skip

(cd "$root" && npm run build --silent && npm pack --silent --pack-destination "$folder" >/dev/null)
cp -R "$root/examples/langchain/nextjs" "$folder/app"
cd "$folder/app"
echo '{ "private": true }' >package.json
npm install --no-audit --no-fund --loglevel=error "$folder"/langchain-rerank-*.tgz @langchain/core next@16 react react-dom typescript@5 @types/node @types/react
npx next build
mv .next/standalone "$folder/standalone"
cd "$folder/standalone"
port="${PORT:-3210}"
PORT="$port" HOSTNAME=127.0.0.1 node server.js &
server=$!
body='{"query": "solar panels", "documents": [{"pageContent": "Cats sleep."}, {"pageContent": "Photovoltaic cells make electricity from light."}], "topN": 1}'
answer="$(curl --silent --show-error --retry 20 --retry-delay 1 --retry-connrefused --data "$body" "http://127.0.0.1:$port/api/rerank")"
echo "$answer"
case "$answer" in *Photovoltaic*'"sim":'*) echo "the standalone server reranks" ;; *) exit 1 ;; esac
