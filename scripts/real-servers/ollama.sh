#!/usr/bin/env bash
# Builds the Ollama server (CPU) with the Go toolchain. Prints the path of the binary.
. "$(dirname "$0")/common.sh"

version=v0.17.4
binary="$REAL_SERVERS_CACHE/ollama-$version"
lock ollama
if [ ! -x "$binary" ]; then
  need go gcc g++ python3 tar
  # Go modules leave out folders named `vendor`, where Ollama keeps three single-file C++ libraries; llama.cpp carries the same ones.
  headers="$(llama_source)/vendor"
  GOBIN="$REAL_SERVERS_CACHE/ollama-bin" GOTOOLCHAIN=local \
    CGO_CPPFLAGS="-I$headers" CGO_CFLAGS="-O2 -I$headers" CGO_CXXFLAGS="-O1 -I$headers" \
    go install "github.com/ollama/ollama@$version" >"$REAL_SERVERS_CACHE/ollama.log" 2>&1 ||
    {
      tail -n 30 "$REAL_SERVERS_CACHE/ollama.log" >&2
      if grep -q "requires go >=" "$REAL_SERVERS_CACHE/ollama.log"; then skip "Ollama $version needs a newer Go than $(go version)"; fi
      if grep -qE "dial tcp|no such host|i/o timeout|proxyconnect" "$REAL_SERVERS_CACHE/ollama.log"; then skip "the Go module proxy cannot be reached"; fi
      exit 1
    }
  mv "$REAL_SERVERS_CACHE/ollama-bin/ollama" "$binary"
fi
echo "$binary"
