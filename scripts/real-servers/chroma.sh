#!/usr/bin/env bash
# Installs Chroma's server from PyPI. Prints the path of its `chroma` command.
. "$(dirname "$0")/common.sh"

lock chroma
need python3
echo "$(venv chroma 'chromadb==1.5.9')/bin/chroma"
