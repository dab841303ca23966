/** Imports one entry of the package and tells what that took: `node import-probe.js esm|cjs ENTRY`. Prints JSON. */

import fs from "node:fs";
import { createRequire, syncBuiltinESMExports } from "node:module";
import { resolve } from "node:path";
import { performance } from "node:perf_hooks";
import { pathToFileURL } from "node:url";
import workers from "node:worker_threads";

const [form, entry] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const load = (name) => (form === "esm" ? import(name) : require(name));

const seen = { filesRead: [], workers: 0, nativeLibraries: [] };

/** Stands before every function of `fs` that names the file it works on, so that a read at import is seen, whichever way it goes. */
function watchFiles() {
  for (const module of [fs, fs.promises]) {
    for (const name of Object.keys(module).filter((key) =>
      /^(read|open|createRead|stat|lstat|access|exists)/.test(key),
    )) {
      const real = module[name];
      if (typeof real !== "function") continue;
      module[name] = function (path, ...rest) {
        if (typeof path === "string" || path instanceof URL)
          seen.filesRead.push(String(path).replace(/^file:\/\//, ""));
        return real.call(this, path, ...rest);
      };
    }
  }
}

function watchWorkers() {
  const Real = workers.Worker;
  workers.Worker = class extends Real {
    constructor(...given) {
      super(...given);
      seen.workers += 1;
    }
  };
}

function watchNativeLibraries() {
  const real = process.dlopen;
  process.dlopen = (module, file, ...rest) => {
    seen.nativeLibraries.push(file);
    return real.call(process, module, file, ...rest);
  };
}

const started = performance.now();
for (const path of ["callbacks/manager", "documents", "retrievers", "retrievers/document_compressors", "runnables"]) {
  await load(`@langchain/core/${path}`);
}
const core = performance.now() - started;
const before = new Set(process.moduleLoadList);
const modulesBefore = new Set(Object.keys(require.cache));
watchFiles();
watchWorkers();
watchNativeLibraries();
syncBuiltinESMExports();

const ours = performance.now();
await load(form === "esm" ? pathToFileURL(entry).href : resolve(entry));
const milliseconds = performance.now() - ours;
// Some turns of the event loop, in which work that the import has started without waiting for it would show.
for (let turn = 0; turn < 100; turn++) await new Promise((done) => setImmediate(done));

const after = {
  // Taken before standard output is touched, which loads parts of Node itself.
  builtins: process.moduleLoadList.filter((name) => !before.has(name)),
  modules: Object.keys(require.cache).filter((name) => !modulesBefore.has(name)),
};
process.stdout.write(JSON.stringify({ ...seen, ...after, milliseconds, core }));
