import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Path of a file that `npm run build` writes, for tests of what users install.
 *
 * @throws Error when the build is older than a source file, so that no test passes on yesterday's code.
 */
export function built(file: string): string {
  const path = join(root, "dist", file);
  const builtAt = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const newer = sources().find((source) => statSync(source).mtimeMs > builtAt);
  if (newer) throw new Error(`dist/${file} is older than ${newer}. Run \`npm run build\` first.`);
  return path;
}

function sources(): string[] {
  const entries = readdirSync(join(root, "src"), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}
