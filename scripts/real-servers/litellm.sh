#!/usr/bin/env bash
# Installs the LiteLLM proxy in a separate Python environment. Prints the path of its `litellm` command.
. "$(dirname "$0")/common.sh"

lock litellm
need python3
echo "$(venv litellm 'litellm[proxy]==1.106.2')/bin/litellm"
