#!/usr/bin/env bash
# Installs Milvus Lite where the example's own script looks for it. Prints the path of its `milvus-lite` command.
. "$(dirname "$0")/common.sh"

lock milvus-lite
need python3
echo "$(venv milvus-lite 'milvus-lite==3.2.2' 'pymilvus==3.0.2')/bin/milvus-lite"
