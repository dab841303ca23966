/** The first of these environment variables that is set and not blank. Runtimes without an environment have none. */
export function readVariable(names: readonly string[] = []): string | undefined {
  const environment = (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env;
  for (const name of names) {
    const value = environment?.[name]?.trim();
    if (value) return value;
  }
  return undefined;
}

/** Where the model objects of other libraries find their keys: a server may echo a key that this package was never given. */
const LIBRARY_KEYS = [
  "AI_GATEWAY_API_KEY",
  "AWS_BEARER_TOKEN_BEDROCK",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "CO_API_KEY",
  "COHERE_API_KEY",
  "MIXEDBREAD_API_KEY",
  "OPENAI_API_KEY",
  "TOGETHER_AI_API_KEY",
  "TOGETHER_API_KEY",
  "TYPESAFE_API_KEY",
  "VOYAGE_API_KEY",
];

/** The keys that model objects of other libraries read from the environment, to be removed from error messages. */
export function libraryKeys(): string[] {
  return LIBRARY_KEYS.flatMap((name) => readVariable([name]) ?? []);
}
