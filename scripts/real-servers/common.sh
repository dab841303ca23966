# Sourced by the scripts beside it. Installs go to $REAL_SERVERS_CACHE, so that they outlive a checkout and a second run costs nothing.
set -euo pipefail

REAL_SERVERS_CACHE="${REAL_SERVERS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/langchain-rerank/real-servers}"
mkdir -p "$REAL_SERVERS_CACHE"
LLAMA_CPP_PYTHON_VERSION=0.3.36

# Exit status 75 (EX_TEMPFAIL) tells the test runner "skipped", with the reason as the last line of stderr; anything else but 0 is a failure.
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

# venv NAME PACKAGE…: a Python environment of its own, made once.
venv() {
  local dir="$REAL_SERVERS_CACHE/$1" stamp
  shift
  stamp="$dir/.installed-$(printf '%s ' "$@" | cksum | cut -d' ' -f1)"
  if [ ! -e "$stamp" ]; then
    rm -rf "$dir"
    python3 -m venv "$dir" >&2 || skip "python3 cannot make a virtual environment (is python3-venv installed?)"
    "$dir/bin/pip" install --quiet --disable-pip-version-check "$@" >&2 || skip "pip could not install $*"
    touch "$stamp"
  fi
  echo "$dir"
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
