import { PROVIDERS, type ProviderName } from "../../src/scorers/http/providers/index.js";
import type { Provider } from "../../src/scorers/http/providers/provider.js";
import { NOTES, type ProviderNotes } from "./notes.js";

const code = (text: string) => `\`${text}\``;
const codes = (list: readonly string[]) => list.map(code).join(", ");

const thousands = (number: number) => number.toLocaleString("en-US");

function limitsOf({ limits, modelLimits = {} }: Provider): string {
  const parts = [`${limits.maxTexts} texts`];
  if (limits.maxTokens) parts.push(`${thousands(limits.maxTokens)} tokens`);
  if (limits.maxBytes) parts.push(`${limits.maxBytes / 1e6} MB`);
  const byModel = Object.entries(modelLimits).map(([model, other]) => {
    const what = other.maxTokens ? `${thousands(other.maxTokens)} tokens` : `${other.maxTexts} texts`;
    return `${code(model)}: ${what}`;
  });
  return [parts.join(", "), ...byModel].join("; ");
}

function addressOf({ baseUrl, urlVariables = [] }: Provider): string {
  const own = baseUrl === undefined ? [] : [new URL(baseUrl).host];
  return [...own, ...urlVariables.map(code)].join(", ");
}

function modelsOf(provider: Provider, { newest }: ProviderNotes): string {
  const fallback = provider.model ? code(provider.model) : provider.needsModel ? "none" : "the server's";
  return newest === undefined ? fallback : `${fallback}; newest: ${newest}`;
}

/** The table of providers for docs/servers.md, made from the rows of src/scorers/http/providers. */
export function renderProviderTable(): string {
  const header = [
    "provider",
    "address",
    "path",
    "key",
    "default model; newest",
    "limits per request",
    "instruction",
    "scores",
    "billed",
    "checked against",
  ];
  const rows = Object.entries(PROVIDERS).map(([name, provider]) => {
    const notes = NOTES[name as ProviderName];
    return [
      code(name),
      addressOf(provider),
      codes([...new Set([provider.path, ...Object.values(provider.hostPaths ?? {})])]),
      codes(provider.keyVariables),
      modelsOf(provider, notes),
      limitsOf(provider),
      provider.instruction === undefined ? "–" : "yes",
      notes.scores,
      notes.billed,
      notes.checked,
    ];
  });
  const escapeBars = (cell: string) => cell.replaceAll("|", "\\|");
  const line = (cells: readonly string[]) => `| ${cells.map(escapeBars).join(" | ")} |`;
  return [line(header), `|${header.map(() => "---").join("|")}|`, ...rows.map(line)].join("\n");
}

const START = "<!-- The table is made by scripts/provider-table/update.js from src/scorers/http/providers. -->";
const END = "<!-- End of the table. -->";

/** Replaces the table between the two comments of a page. */
export function replaceTable(page: string, table: string): string {
  const start = page.indexOf(START);
  const end = page.indexOf(END);
  if (start < 0 || end < start) throw new Error("The page has no markers for the table of providers.");
  return `${page.slice(0, start + START.length)}\n\n${table}\n\n${page.slice(end)}`;
}
