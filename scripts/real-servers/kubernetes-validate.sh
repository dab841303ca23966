#!/usr/bin/env bash
# Installs the schemas of Kubernetes for scripts/check-manifests. Prints the path of a Python that has them.
. "$(dirname "$0")/common.sh"

lock kubernetes-validate
need python3
echo "$(venv kubernetes-validate kubernetes-validate==1.37.0)/bin/python"
