import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { run } from "./commands.js";

/** What `npm pack` says of the tarball. */
export interface Packed {
  folder: string;
  tarball: string;
  /** Bytes of the tarball. */
  size: number;
  files: string[];
}

declare module "vitest" {
  interface ProvidedContext {
    packed: Packed;
  }
}

/** Builds and packs the package once, for all the projects. */
export default async function pack({ provide }: TestProject): Promise<() => Promise<void>> {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const folder = await mkdtemp(join(tmpdir(), "langchain-rerank-consumers-"));
  await run("npm", ["run", "build"], root);
  const printed = await run("npm", ["pack", "--json", "--pack-destination", folder], root);
  const described = Object.values(JSON.parse(printed.slice(printed.search(/^[[{]/m))) as object)[0] as {
    filename: string;
    size: number;
    files: { path: string }[];
  };
  provide("packed", {
    folder,
    tarball: join(folder, described.filename),
    size: described.size,
    files: described.files.map(({ path }) => path),
  });
  return () => rm(folder, { recursive: true, force: true });
}
