/**
 * Compiles kernel/max-sim.ts and writes the result to src/kernel/kernel-bytes.ts, which is checked in: a build of the package needs no compiler,
 * and a test compares both.
 *
 *   node scripts/build/kernel.js
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The module's bytes. */
export async function compileKernel() {
  let compiled;
  const { error, stderr } = await asc.main(
    [
      "kernel/max-sim.ts",
      "--baseDir",
      root,
      "-o",
      "kernel.wasm",
      "-O3",
      "--runtime",
      "stub",
      "--noAssert",
      "--enable",
      "simd",
      "--importMemory",
    ],
    {
      writeFile: (name, contents) => {
        if (name === "kernel.wasm") compiled = contents;
      },
    },
  );
  if (error || !compiled) throw new Error(`kernel/max-sim.ts does not compile. ${stderr}`, { cause: error });
  return compiled;
}

/** The source of src/kernel/kernel-bytes.ts. */
export function sourceOf(bytes) {
  const base64 = Buffer.from(bytes).toString("base64");
  return [
    "/** kernel/max-sim.ts, compiled by scripts/build/kernel.js. Do not edit. */",
    "export const KERNEL_BASE64 =",
    `  "${base64}";`,
    "",
  ].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const bytes = await compileKernel();
  writeFileSync(new URL("../../src/kernel/kernel-bytes.ts", import.meta.url), sourceOf(bytes));
  console.log(`${bytes.length} bytes`);
}
