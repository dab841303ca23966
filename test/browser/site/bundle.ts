import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** A page made as `docs/browser.md` tells users of esbuild: the worker is an entry of its own. */
export async function bundlePage(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "rerank-page-"));
  await build({
    absWorkingDir: root,
    entryPoints: {
      page: "test/browser/app/page.ts",
      "inference-worker.web": "dist/inference-worker.web.js",
    },
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    outdir: join(folder, "assets"),
    // As an application sees the package: its own name is no path into the sources.
    tsconfigRaw: {},
    logLevel: "silent",
  });
  await writeFile(
    join(folder, "index.html"),
    '<!doctype html><meta charset="utf-8"><title>page</title><script type="module" src="/assets/page.js"></script>',
  );
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
