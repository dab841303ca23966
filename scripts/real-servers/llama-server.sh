#!/usr/bin/env bash
# Builds llama.cpp's llama-server (CPU) from the sdist of llama-cpp-python. Prints the path of the binary.
. "$(dirname "$0")/common.sh"

binary="$REAL_SERVERS_CACHE/llama-server-$LLAMA_CPP_PYTHON_VERSION"
lock llama-server
if [ ! -x "$binary" ]; then
  need python3 cmake g++ tar
  started="$(date +%s)"
  generator=()
  if command -v ninja >/dev/null 2>&1; then generator=(-G Ninja); fi
  source="$(llama_source)"
  build="$REAL_SERVERS_CACHE/llama-build"
  # -O1 and no hand-tuned kernels: the models of the tests are tiny, the compiler's time is not.
  cmake -S "$source" -B "$build" "${generator[@]}" -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF \
    -DCMAKE_CXX_FLAGS_RELEASE="-O1" -DCMAKE_C_FLAGS_RELEASE="-O2" \
    -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_OPENSSL=OFF -DLLAMA_CURL=OFF \
    -DGGML_LLAMAFILE=OFF -DGGML_CPU_REPACK=OFF -DGGML_CCACHE=OFF >"$REAL_SERVERS_CACHE/llama-server.log" 2>&1
  cmake --build "$build" --target llama-server --parallel "$(getconf _NPROCESSORS_ONLN)" >>"$REAL_SERVERS_CACHE/llama-server.log" 2>&1 ||
    { tail -n 30 "$REAL_SERVERS_CACHE/llama-server.log" >&2; exit 1; }
  cp "$build/bin/llama-server" "$binary.new"
  mv "$binary.new" "$binary"
  rm -rf "$build"
  echo "built in $(($(date +%s) - started)) s" >&2
fi
echo "$binary"
