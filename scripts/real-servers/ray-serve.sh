#!/usr/bin/env bash
# Installs Ray Serve and what examples/scale-out/ray_serve.py needs. Prints the folder of its programs.
. "$(dirname "$0")/common.sh"

lock ray-serve
need python3
echo "$(venv ray-serve 'ray[serve]==2.60.0' onnxruntime==1.31.1 tokenizers==0.23.3)/bin"
