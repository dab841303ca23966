import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import v8 from "@vitest/coverage-v8";
import { V8CoverageProvider } from "@vitest/coverage-v8/dist/provider.js";
import type { CoverageProviderModule } from "vitest/node";
import { COVERAGE, WORKER } from "./build-worker.js";

type CoverageMap = Awaited<ReturnType<V8CoverageProvider["generateCoverage"]>>;

/** The part of the provider that its types hide. */
interface Remapper {
  remapCoverage(url: string, wrapper: number, source: object, functions: unknown): Promise<CoverageMap>;
}

/** Vitest's V8 coverage, with that of the worker threads merged in, and a line printed per folder. */
class CoverageWithWorkers extends V8CoverageProvider {
  #workers = this.createCoverageMap();

  override async generateCoverage(context: Parameters<V8CoverageProvider["generateCoverage"]>[0]) {
    await this.#readWorkers();
    const coverage = await super.generateCoverage(context);
    coverage.merge(this.#workers);
    return coverage;
  }

  override getUntestedFiles(tested: string[]): Promise<string[]> {
    return super.getUntestedFiles([...tested, ...this.#workers.files()]);
  }

  override async generateReports(coverage: CoverageMap, allTestsRun?: boolean): Promise<void> {
    printFolders(coverage);
    await super.generateReports(coverage, allTestsRun);
  }

  async #readWorkers(): Promise<void> {
    const code = await readFile(WORKER, "utf8");
    const map = JSON.parse(await readFile(`${WORKER}.map`, "utf8")) as { sources: string[] };
    const url = pathToFileURL(WORKER).href;
    map.sources = map.sources.map((source) => new URL(source, url).href);
    for (const name of await readdir(COVERAGE)) {
      const functions: unknown = JSON.parse(await readFile(join(COVERAGE, name), "utf8"));
      const remapped = (this as unknown as Remapper).remapCoverage(url, 0, { code, map }, functions);
      this.#workers.merge(await remapped);
    }
    this.#workers.filter((file: string) => this.isIncluded(file));
  }
}

export default { ...v8, getProvider: async () => new CoverageWithWorkers() } satisfies CoverageProviderModule;

function printFolders(coverage: CoverageMap): void {
  const folders = new Map<string, { covered: number; total: number }>();
  for (const file of coverage.files()) {
    const folder = /\/src\/((?:platform\/)?[^/]+)\//.exec(file)?.[1];
    if (folder === undefined) continue;
    const { covered, total } = coverage.fileCoverageFor(file).toSummary().lines;
    const sum = folders.get(folder) ?? { covered: 0, total: 0 };
    folders.set(folder, { covered: sum.covered + covered, total: sum.total + total });
  }
  const lines = [...folders].sort().map(([folder, { covered, total }]) => {
    const percent = ((100 * covered) / total).toFixed(1).padStart(5);
    return `  ${percent} %  src/${folder} (${covered} of ${total})\n`;
  });
  process.stdout.write(`\nLines that the tests cover, in worker threads too:\n${lines.join("")}`);
}
