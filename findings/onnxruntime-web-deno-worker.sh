#!/usr/bin/env bash
# onnxruntime-web 1.30.0 can be imported by Deno's main thread, but not by its worker threads. There `location.origin` is the string "null", as the
# HTML standard has it for file addresses; onnxruntime-web uses it as the base URL of its own script, and the import throws.
# In Node and Bun, worker threads have no `location`, and the import succeeds.
#
# This affects everyone who runs models in worker threads of Deno. The error names an address that is correct. Hiding `location` in the
# worker before the import helps.
#
# Seen 2026-11-29 with onnxruntime-web 1.30.0, Deno 2.9.6 and Bun 1.3:
#   deno main thread: imported
#   deno worker thread: Invalid URL: 'file:///…/onnxruntime-web/dist/ort.wasm.bundle.min.mjs' with base 'null'
#   node worker thread: imported
#   bun worker thread: imported
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --silent --ignore-scripts --no-audit --no-fund onnxruntime-web@1.30.0 deno@npm:@deno/linux-x64-glibc@2.9.6 bun@npm:@oven/bun-linux-x64-baseline@1.3.0
cat >import.mjs <<'JS'
export const imported = () =>
  import("onnxruntime-web/wasm").then(
    () => "imported",
    (error) => error.message.replace(/file:\S*node_modules/, "file:///…"),
  );
JS
cat >main.mjs <<'JS'
import { imported } from "./import.mjs";
console.log(await imported());
JS
cat >worker.mjs <<'JS'
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { imported } from "./import.mjs";
if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url));
  worker.on("message", (message) => {
    console.log(message);
    worker.terminate();
  });
} else parentPort.postMessage(await imported());
JS
deno=(node_modules/deno/deno run --allow-all --quiet --node-modules-dir=manual)
{
  echo "deno main thread: $("${deno[@]}" main.mjs)"
  echo "deno worker thread: $("${deno[@]}" worker.mjs)"
  echo "node worker thread: $(node worker.mjs)"
  echo "bun worker thread: $(node_modules/bun/bin/bun run worker.mjs)"
} | tee seen.txt
diff seen.txt - <<'EXPECTED'
deno main thread: imported
deno worker thread: Invalid URL: 'file:///…/onnxruntime-web/dist/ort.wasm.bundle.min.mjs' with base 'null'
node worker thread: imported
bun worker thread: imported
EXPECTED
