import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/**
 * The folder of an installed package, this one included; finding it by name does not depend on where this code was built to. It is
 * looked up from this package and then from the working directory, since some package managers hide packages from one another.
 */
export function packageFolder(name: string): string | undefined {
  // Not called `require`, which CommonJS builds of this file use to compute `import.meta.url`.
  for (const start of [import.meta.url, join(process.cwd(), "package.json")].map((from) => createRequire(from))) {
    try {
      return dirname(start.resolve(`${name}/package.json`));
    } catch {
      // Not installed from this point of view, or its `exports` hide package.json.
    }
    const folders = (start.resolve.paths(name) ?? []).map((path) => join(path, name));
    const found = folders.find((folder) => existsSync(join(folder, "package.json")));
    if (found !== undefined) return found;
  }
  return undefined;
}
