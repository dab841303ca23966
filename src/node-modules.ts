/**
 * The only way to Node's modules. The specifier is a variable so that bundlers for browsers leave the import alone: it runs only when a path
 * is read or written, which never happens in a browser.
 */
async function load<T>(specifier: string): Promise<T> {
  return (await import(/* @vite-ignore */ /* webpackIgnore: true */ specifier)) as T;
}

export const nodeFs = () => load<typeof import("node:fs")>("node:fs");
export const nodeFsPromises = () => load<typeof import("node:fs/promises")>("node:fs/promises");
export const nodePath = () => load<typeof import("node:path")>("node:path");
export const nodeUrl = () => load<typeof import("node:url")>("node:url");
export const nodeZlib = () => load<typeof import("node:zlib")>("node:zlib");
