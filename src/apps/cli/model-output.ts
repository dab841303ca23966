import { existsSync } from "node:fs";
import { findModel, getModel, listModels, type ModelFilter } from "../../models/find.js";
import { type ModelEntry, type Precision, speedClass } from "../../models/types.js";
import { isRemoteModel } from "../../scorers/remote-model.js";
import { formatBytes } from "./download-detail.js";
import { CliError, EXIT } from "./failure.js";
import { renderTable } from "./terminal/table.js";
import { paint, terminalOf } from "./terminal/terminal.js";

/** Approximate bytes per parameter in a weights file. */
const BYTES_PER_PARAMETER: Record<Precision, number> = { fp32: 4, fp16: 2, q8: 1, q4: 0.6 };

/** Prints the models that match a filter. */
export function printList(filter: ModelFilter, json: boolean): void {
  const entries = listModels(filter);
  if (json) print(JSON.stringify(entries.map(withSpeed), null, 2));
  else if (entries.length === 0) print("No registered model matches. `models list` without filters shows all.");
  else print(listTable(entries));
}

function listTable(entries: readonly ModelEntry[]): string {
  const columns = [
    { title: "name", shrink: true },
    { title: "kind" },
    { title: "size", align: "right" },
    { title: "languages" },
    { title: "license" },
    { title: "speed" },
    { title: "facts" },
  ] as const;
  const rows = entries.map((entry) => [
    entry.name,
    kinds(entry),
    entry.bundled ? "bundled" : entry.package ? "npm package" : size(entry),
    entry.languages.join(", "),
    entry.commercial ? entry.license : `${entry.license} (non-commercial)`,
    speedClass(entry),
    entry.source === "card" ? "" : "unverified",
  ]);
  return renderTable(columns, rows, terminalOf(process.stdout));
}

/** Prints one model. @throws ModelNotFoundError when no model has this name. */
export function printInfo(name: string, json: boolean): void {
  refuseRemote(name);
  const path = /^(?:[.~]{0,2}\/|file:|[a-z]:\\)/i.test(name) || existsSync(name);
  if (path && !findModel(name)) {
    const message = `${name} is a path, not a registered model. \`models check ${name}\` checks a model's files.`;
    throw new CliError(message, EXIT.usage);
  }
  const entry = getModel(name);
  print(json ? JSON.stringify(withSpeed(entry), null, 2) : infoText(entry));
}

function infoText(entry: ModelEntry): string {
  const terminal = terminalOf(process.stdout);
  const lines = facts(entry).map(([label, value]) => `${paint(terminal, "dim", label.padEnd(14))}${value}`);
  return [paint(terminal, "bold", entry.name), entry.description, "", ...lines].join("\n");
}

function facts(entry: ModelEntry): [label: string, value: string][] {
  const { metrics = [], queryPrefix, documentPrefix, maxLength } = entry;
  const rows: [string, string | undefined][] = [
    ["kind", kinds(entry)],
    ["architecture", entry.family],
    ["parameters", `${entry.parameters} million`],
    ["speed", speedClass(entry)],
    ["languages", entry.languages.join(", ")],
    ["length", maxLength === undefined ? "no limit" : `${maxLength} tokens`],
    ["license", entry.commercial ? entry.license : `${entry.license}, no commercial use (--accept-license)`],
    ["repository", entry.bundled ? "ships with this package" : entry.repository],
    ["npm package", entry.package],
    ["revision", entry.repository ? (entry.revision ?? "main, not pinned") : undefined],
    ["also known as", entry.aliases?.join(", ")],
    ["score", score(entry)],
    ["head", entry.head?.type],
    ["instruction", entry.prompt?.instruction],
    ["vector", vector(entry)],
    ["markers", markers(entry)],
    ["query prefix", queryPrefix === undefined ? undefined : JSON.stringify(queryPrefix)],
    ["text prefix", documentPrefix === undefined ? undefined : JSON.stringify(documentPrefix)],
    ...Object.entries(entry.files).map(([precision, file]): [string, string] => [
      precision,
      fileFacts(entry, precision as Precision, file),
    ]),
    ...metrics.map(({ benchmark, measure, value, from }): [string, string] => [
      "metric",
      `${benchmark}, ${measure}: ${value} (${from})`,
    ]),
    [
      "facts",
      entry.source === "card"
        ? "from model cards and from code that runs this model"
        : "some are unverified; check the model's card",
    ],
  ];
  return rows.filter((row): row is [string, string] => row[1] !== undefined);
}

function kinds({ kind, also = [] }: ModelEntry): string {
  return [kind, ...also].join(", ");
}

function score({ kind, activation }: ModelEntry): string | undefined {
  if (kind === "late-interaction") return "MaxSim, 0 to 1";
  if (activation === undefined) return undefined;
  return activation === "identity" ? "the raw logit" : `${activation} of the logit`;
}

function vector({ dimensions, kind, pooling }: ModelEntry): string | undefined {
  if (dimensions === undefined) return undefined;
  return `${dimensions} dimensions${kind === "late-interaction" ? " per token" : `, ${pooling} pooling`}`;
}

function markers({ lateInteraction }: ModelEntry): string | undefined {
  const { queryMarker, documentMarker, queryLength, expandQueries } = lateInteraction ?? {};
  if (queryMarker === undefined && documentMarker === undefined) return undefined;
  const expansion = expandQueries ? `, queries padded to ${queryLength} tokens` : "";
  return `${queryMarker ?? "none"} for queries, ${documentMarker ?? "none"} for documents${expansion}`;
}

function fileFacts(
  entry: ModelEntry,
  precision: Precision,
  { path, bytes, sha256 }: { path: string; bytes?: number; sha256?: string },
): string {
  const shown = bytes === undefined ? `~${formatBytes(estimate(entry, precision))}` : formatBytes(bytes);
  const notes = [shown, sha256 ? "hash pinned" : "", entry.lossy?.includes(precision) ? "loses quality" : ""].filter(
    Boolean,
  );
  return `${path} (${notes.join(", ")})`;
}

/** Size of the smallest file that `auto` may choose. */
function size(entry: ModelEntry): string {
  const precisions = (Object.keys(entry.files) as Precision[]).filter((precision) => !entry.lossy?.includes(precision));
  const sizes = (precisions.length > 0 ? precisions : (["fp32"] as const)).map((precision) => {
    const bytes = entry.files[precision]?.bytes;
    return { bytes: bytes ?? estimate(entry, precision), known: bytes !== undefined };
  });
  const smallest = sizes.reduce((best, next) => (next.bytes < best.bytes ? next : best));
  return `${smallest.known ? "" : "~"}${formatBytes(smallest.bytes)}`;
}

function estimate(entry: ModelEntry, precision: Precision): number {
  return entry.parameters * 1e6 * BYTES_PER_PARAMETER[precision];
}

function withSpeed(entry: ModelEntry) {
  return { ...entry, speed: speedClass(entry) };
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** @throws CliError for a model of a provider, of which nothing is on this machine. */
export function refuseRemote(name: string): void {
  if (!isRemoteModel(name)) return;
  throw new CliError(
    `"${name}" runs at a provider, so there are no files. \`rank --model ${name}\` tries it.`,
    EXIT.usage,
  );
}
