import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { listFolder } from "../../../platform/node/folder.js";
import { packageFolder } from "../../../platform/node/locate-model.js";

/** An installed package. */
export interface PackageReport {
  name: string;
  /** Absent if the package is not installed. */
  version?: string;
}

/** The native runtime. */
export interface RuntimeReport extends PackageReport {
  /** The native library for this system. */
  binary?: {
    /** Path in the package. */
    path: string;
    /** Bytes of all files for this system. */
    bytes: number;
  };
  /** Bytes of the files for other systems. */
  otherBytes?: number;
  /** True if the package can be imported. */
  loads: boolean;
  /** Reason why it cannot. */
  error?: string;
}

/** Packages whose versions belong in a bug report. */
const PACKAGES = ["langchain-rerank", "langchain-rerank-multilingual", "@langchain/core", "onnxruntime-web"];

/** Versions of the packages that this package works with. */
export function describePackages(): Promise<PackageReport[]> {
  return Promise.all(
    PACKAGES.map(async (name) => {
      const version = await versionOf(name);
      return version === undefined ? { name } : { name, version };
    }),
  );
}

/** Tries to load onnxruntime-node, and describes its files. */
export async function describeRuntime(): Promise<RuntimeReport> {
  const name = "onnxruntime-node";
  const version = await versionOf(name);
  const error = await import("onnxruntime-node").then(
    () => undefined,
    (fault: unknown) => (fault instanceof Error ? fault.message.split("\n")[0]! : String(fault)),
  );
  const folder = packageFolder(name);
  return {
    name,
    ...(version === undefined ? {} : { version }),
    ...(folder === undefined ? {} : await describeBinary(folder)),
    loads: error === undefined,
    ...(error === undefined ? {} : { error }),
  };
}

async function describeBinary(folder: string): Promise<Pick<RuntimeReport, "binary" | "otherBytes">> {
  const files = (await listFolder(join(folder, "bin"))).map((file) => `bin/${file}`);
  const isOurs = (file: string) => file.includes(`/${process.platform}/${process.arch}/`);
  const path = files.find((file) => isOurs(file) && file.endsWith(".node"));
  const sum = async (paths: readonly string[]) =>
    (await Promise.all(paths.map(async (file) => (await stat(join(folder, file))).size))).reduce((a, b) => a + b, 0);
  return {
    ...(path === undefined ? {} : { binary: { path, bytes: await sum(files.filter(isOurs)) } }),
    otherBytes: await sum(files.filter((file) => !isOurs(file))),
  };
}

async function versionOf(name: string): Promise<string | undefined> {
  const folder = packageFolder(name);
  if (folder === undefined) return undefined;
  const { version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as { version?: string };
  return version;
}
