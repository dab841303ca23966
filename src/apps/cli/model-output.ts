import { getModel, listModels, type ModelFilter } from "../../models/find.js";
import { type ModelEntry, type Precision, speedClass } from "../../models/types.js";
import { formatBytes } from "./download-detail.js";
import { renderTable } from "./terminal/table.js";
import { paint, terminalOf } from "./terminal/terminal.js";

/** Bytes a parameter takes in a file, about. */
const BYTES_A_PARAMETER: Record<Precision, number> = { fp32: 4, fp16: 2, q8: 1, q4: 0.6 };

/** Prints the models that a filter keeps. */
export function printList(filter: ModelFilter, json: boolean): void {
  const entries = listModels(filter);
  if (json) print(JSON.stringify(entries.map(withSpeed), null, 2));
  else if (entries.length === 0) print("No registered model fits. `models list` without filters shows all.");
  else print(listTable(entries));
}

function listTable(entries: readonly ModelEntry[]): string {
  const columns = [
    { title: "name", shrink: true },
    { title: "kind" },
    { title: "size", align: "right" },
    { title: "languages" },
    { title: "licence" },
    { title: "speed" },
  ] as const;
  const rows = entries.map((entry) => [
    entry.name,
    kinds(entry),
    entry.bundled ? "bundled" : entry.package ? "npm package" : size(entry),
    entry.languages.join(", "),
    entry.commercial ? entry.license : `${entry.license} (non-commercial)`,
    speedClass(entry),
  ]);
  return renderTable(columns, rows, terminalOf(process.stdout));
}

/** Prints one model. @throws ModelNotFoundError */
export function printInfo(name: string, json: boolean): void {
  const entry = getModel(name);
  print(json ? JSON.stringify(withSpeed(entry), null, 2) : infoText(entry));
}

function infoText(entry: ModelEntry): string {
  const terminal = terminalOf(process.stdout);
  const lines = facts(entry).map(([label, value]) => `${paint(terminal, "dim", label.padEnd(14))}${value}`);
  return [paint(terminal, "bold", entry.name), entry.description, "", ...lines].join("\n");
}

function facts(entry: ModelEntry): [label: string, value: string][] {
  const rows: [string, string | undefined][] = [
    ["kind", kinds(entry)],
    ["architecture", entry.family],
    ["parameters", `${entry.parameters} million`],
    ["speed", speedClass(entry)],
    ["languages", entry.languages.join(", ")],
    ["length", `${entry.maxLength} tokens`],
    ["licence", entry.commercial ? entry.license : `${entry.license}, no commercial use (--accept-license)`],
    ["repository", entry.bundled ? "ships with this package" : entry.repository],
    ["npm package", entry.package],
    ["revision", entry.repository ? (entry.revision ?? "main, not pinned") : undefined],
    ["also known as", entry.aliases?.join(", ")],
    [
      "score",
      entry.activation === "identity"
        ? "the raw logit"
        : entry.activation
          ? `${entry.activation} of the logit`
          : undefined,
    ],
    ["head", entry.head?.type],
    ["instruction", entry.prompt?.instruction],
    [
      "vector",
      entry.dimensions === undefined
        ? undefined
        : `${entry.dimensions} numbers${entry.kind === "late-interaction" ? " a token" : `, ${entry.pooling} pooling`}`,
    ],
    ["markers", markers(entry)],
    ["query prefix", entry.queryPrefix === undefined ? undefined : JSON.stringify(entry.queryPrefix)],
    ["text prefix", entry.documentPrefix === undefined ? undefined : JSON.stringify(entry.documentPrefix)],
    ...Object.entries(entry.files).map(([precision, file]): [string, string] => [
      precision,
      fileFacts(entry, precision as Precision, file),
    ]),
    ...(entry.figures ?? []).map(({ benchmark, measure, value, from }): [string, string] => [
      "figure",
      `${benchmark}, ${measure}: ${value} (${from})`,
    ]),
    [
      "facts",
      entry.source === "card"
        ? "from cards and code that runs this model"
        : "some not verified; check the model's card",
    ],
  ];
  return rows.filter((row): row is [string, string] => row[1] !== undefined);
}

function kinds({ kind, also = [] }: ModelEntry): string {
  return [kind, ...also].join(", ");
}

function markers({ lateInteraction }: ModelEntry): string | undefined {
  const { queryMarker, documentMarker, queryLength, expandQueries } = lateInteraction ?? {};
  if (queryMarker === undefined && documentMarker === undefined) return undefined;
  const filled = expandQueries ? `, queries filled up to ${queryLength} tokens` : "";
  return `${queryMarker ?? "none"} for queries, ${documentMarker ?? "none"} for documents${filled}`;
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

/** The smallest file that `auto` may take. */
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
  return entry.parameters * 1e6 * BYTES_A_PARAMETER[precision];
}

function withSpeed(entry: ModelEntry) {
  return { ...entry, speed: speedClass(entry) };
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
