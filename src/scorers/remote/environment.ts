/** The first of some environment variables that is set and not blank; none in runtimes without an environment. */
export function readVariable(names: readonly string[] = []): string | undefined {
  const environment = (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env;
  for (const name of names) {
    const value = environment?.[name]?.trim();
    if (value) return value;
  }
  return undefined;
}
