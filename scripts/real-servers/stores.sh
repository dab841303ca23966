#!/usr/bin/env bash
# Installs LangChain's vector stores with their clients from npm, in the versions that @langchain/community asks for. Prints the folder.
. "$(dirname "$0")/common.sh"

lock stores
need npm
# What compiles on installation is optional: where that fails, the tests of that store are skipped. Scripts run even if this is started by npm in
# a folder whose .npmrc forbids them.
manifest='{
  "private": true,
  "dependencies": {
    "@lancedb/lancedb": "0.19.1",
    "@langchain/classic": "1.0.50",
    "@langchain/community": "1.1.29",
    "@langchain/core": "1.4.0",
    "@libsql/client": "0.17.4",
    "@zilliz/milvus2-sdk-node": "3.0.6",
    "apache-arrow": "18.1.0",
    "chromadb": "3.5.0",
    "pg": "8.23.1"
  },
  "optionalDependencies": { "hnswlib-node": "3.0.0" }
}'
dir="$REAL_SERVERS_CACHE/stores-$(printf '%s' "$manifest" | cksum | cut -d' ' -f1)"
if [ ! -e "$dir/.complete" ]; then
  rm -rf "$dir"
  mkdir -p "$dir"
  printf '%s\n' "$manifest" >"$dir/package.json"
  npm install --prefix "$dir" --ignore-scripts=false --no-audit --no-fund --legacy-peer-deps --loglevel=error >&2 || skip "npm could not install the stores' clients"
  touch "$dir/.complete"
fi
echo "$dir"
