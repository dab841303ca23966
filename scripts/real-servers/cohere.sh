#!/usr/bin/env bash
# Installs Cohere's official Python client. Prints the path of the Python that has it.
. "$(dirname "$0")/common.sh"

lock cohere
need python3
echo "$(venv cohere cohere)/bin/python"
