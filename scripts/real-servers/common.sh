# Sourced by the other scripts of this folder. Installs go to $REAL_SERVERS_CACHE, so that they outlive a checkout and a second run costs nothing.
set -euo pipefail

REAL_SERVERS_CACHE="${REAL_SERVERS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/langchain-rerank/real-servers}"
mkdir -p "$REAL_SERVERS_CACHE"
LLAMA_CPP_PYTHON_VERSION=0.3.36
TORCH_VERSION=2.13.0

# Exit status 75 (EX_TEMPFAIL) means "skipped" to the test runner, with the reason as the last line of stderr; anything else but 0 is a failure.
skip() {
  echo "skipped: $*" >&2
  exit 75
}

need() {
  local tool
  for tool in "$@"; do command -v "$tool" >/dev/null 2>&1 || skip "\`$tool\` is not installed"; done
}

# One build of a kind at a time on a machine; a second one waits and then finds the result.
lock() {
  command -v flock >/dev/null 2>&1 || return 0
  exec 9>"$REAL_SERVERS_CACHE/$1.lock"
  flock 9
}

# venv NAME PACKAGE…: a separate Python environment, created once. It also sees the packages in the folder $SHARED_PACKAGES, if that is set.
venv() {
  local dir="$REAL_SERVERS_CACHE/$1" stamp
  shift
  stamp="$dir/.installed-$(printf '%s ' "$@" | cksum | cut -d' ' -f1)"
  if [ ! -e "$stamp" ]; then
    rm -rf "$dir"
    python3 -m venv "$dir" >&2 || skip "python3 cannot make a virtual environment (is python3-venv installed?)"
    [ -z "${SHARED_PACKAGES:-}" ] || echo "$SHARED_PACKAGES" >"$(packages_of "$dir")/shared.pth"
    "$dir/bin/pip" install --quiet --disable-pip-version-check "$@" >&2 || skip "pip could not install $*"
    touch "$stamp"
  fi
  echo "$dir"
}

# packages_of VENV: the folder of its packages.
packages_of() { "$1/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))'; }

# PyTorch in a separate environment, because PyPI's build is several gigabytes, which servers should share. Prints the folder of its
# packages. The version is the one that vLLM is built for.
torch_packages() {
  lock torch
  packages_of "$(venv "torch-$TORCH_VERSION" "torch==$TORCH_VERSION")"
}

# tiny_models VENV: makes the tiny models of random weights with this environment's torch, once. Prints their folder.
tiny_models() {
  local target="$REAL_SERVERS_CACHE/tiny-models" here
  here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
  lock tiny-models
  if [ ! -e "$target/.complete" ]; then
    rm -rf "$target"
    mkdir -p "$target"
    "$1/bin/python" "$here/make_tiny_models.py" "$here/../../models/rerank-en-v1" "$target" >&2
    touch "$target/.complete"
  fi
  echo "$target"
}

# The source of llama.cpp, as the sdist of llama-cpp-python carries it. Prints its folder.
llama_source() {
  local dir="$REAL_SERVERS_CACHE/llama-cpp-python-$LLAMA_CPP_PYTHON_VERSION"
  if [ ! -e "$dir/.complete" ]; then
    local tools
    tools="$(venv sdist-tools scikit-build-core setuptools wheel)"
    rm -rf "$dir" "$dir.download"
    mkdir -p "$dir.download"
    "$tools/bin/pip" download --quiet --disable-pip-version-check --no-deps --no-binary :all: --no-build-isolation \
      --dest "$dir.download" "llama-cpp-python==$LLAMA_CPP_PYTHON_VERSION" >&2 || skip "the llama-cpp-python sdist could not be downloaded"
    mkdir -p "$dir"
    tar -xzf "$dir.download"/*.tar.gz -C "$dir" --strip-components=1
    rm -rf "$dir.download"
    touch "$dir/.complete"
  fi
  echo "$dir/vendor/llama.cpp"
}
