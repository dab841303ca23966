import { availableParallelism } from "node:os";
import { type Command, Option } from "commander";
import { DEFAULT_MODELS } from "../../../models/bundled.js";
import { LOWEST_SCORE } from "../../../scorers/relevance-scorer.js";
import { type SourceText, TEXT_FORMATS } from "../../../text-sources/split-text.js";
import { warningsOf } from "../../shared/warnings.js";
import type { BulkOptions } from "../bulk/bulk-rank.js";
import { readShard } from "../bulk/shard.js";
import { CliError, EXIT, EXIT_CODES_HELP } from "../failure.js";
import { finiteNumber, wholeNumber } from "../options.js";
import type { RankedDocument, RankOptions } from "../ranking.js";
import { readDocuments } from "../read-documents.js";
import { renderTable } from "../terminal/table.js";
import { paint, terminalOf } from "../terminal/terminal.js";

const EXAMPLES = `
Examples:
  $ langchain-rerank rank --query "how do solar panels work?" notes.md
  $ langchain-rerank rank -q "refund policy" -n 3 faq/*.md tickets.jsonl
  $ grep -rih "timeout" docs | langchain-rerank rank -q "how do I set a timeout?" -n 5
  $ langchain-rerank rank -q "..." --model Xenova/ms-marco-MiniLM-L-6-v2 --json passages.jsonl | jq '.[0]'
  $ langchain-rerank rank -q "..." --model cohere:rerank-v3.5 passages.jsonl     (COHERE_API_KEY is set)
  $ langchain-rerank rank -q "..." --long-documents max-passage report.txt
  $ langchain-rerank rank --run bm25.trec --corpus beir/scifact --out reranked.trec --processes 2

What is read:
  .txt        paragraphs separated by blank lines; without blank lines, one text per line
  .md         sections, from heading to heading
  .jsonl      one record per line; .json: an array of records or strings; .csv, .tsv: one record per row. The text is
              in --field, or in text, pageContent, content, passage, body or document, after the record's title
  a folder    every such file in it and below, and links to such files, each file once; hidden files, node_modules and
              links to folders are left out
  -           standard input: JSON, texts between lines of ---, paragraphs, or one text per line when there are no blank lines
  --format    reads every file alike; "rules" means texts between lines of ---, "sections" from heading to heading
`;

/** Adds the command `rank`. */
export function register(program: Command): void {
  program
    .command("rank")
    .summary("order the texts of files by relevance to a query")
    .description(
      "Orders the texts of files, or of standard input, by relevance to a query. The most relevant comes first.",
    )
    .argument("[files...]", "files or folders to read; none or - means standard input")
    .option("-q, --query <text>", "what the texts should be relevant to")
    .option("-n, --top-n <count>", "how many to print (default: all)", wholeNumber(1))
    .option("--threshold <score>", "leave out texts that score below", finiteNumber)
    .option(
      "-m, --model <name>",
      `bundled, registered or Hugging Face model, local folder, or provider:model (default: ${DEFAULT_MODELS.reranker})`,
    )
    .addOption(
      new Option("--dtype <precision>", "weights of a local model").choices(["auto", "fp32", "fp16", "q8", "q4"]),
    )
    .addOption(
      new Option("--long-documents <how>", "how to score texts that exceed the model's maximum length").choices([
        "truncate",
        "max-passage",
      ]),
    )
    .option("--instruction <text>", "what to judge by, for models that take an instruction (Qwen3-Reranker)")
    .option("--accept-license", "confirm that you may use a model whose license forbids commercial use")
    .addOption(
      new Option("--format <kind>", "how files are split into texts (default: by extension)").choices([
        ...TEXT_FORMATS,
      ]),
    )
    .option("--field <name>", "field of JSON records that holds the text")
    .option("--json", "print JSON: a list of {rank, firstRank, score, text, source}")
    .option("--run <file>", "rerank a whole TREC run instead, with --corpus, --queries and --out")
    .option("--corpus <path>", "documents of the run: corpus.jsonl, or a BEIR folder that holds it")
    .option("--queries <path>", "queries of the run (default: queries.jsonl next to the corpus)")
    .option("--out <file>", "the reranked run; until it is complete, OUT.partial holds what is needed to resume")
    .option(
      "--processes <count>",
      "processes that score in parallel, with one thread each, up to four per core (default: one process that uses all cores)",
      wholeNumber(1, 4 * availableParallelism()),
    )
    .option(
      "--shard <i/n>",
      "rerank only part i of n; the outputs of all parts, joined in order, equal the output of one run",
      readShard,
    )
    .option("--verbose", "print model, counts and milliseconds to standard error")
    .addHelpText("after", EXAMPLES + EXIT_CODES_HELP)
    .action(run);
}

async function run(files: string[], options: RankOptions & Partial<BulkOptions>): Promise<void> {
  const bulk = (["run", "corpus", "queries", "out", "processes", "shard"] as const).some((name) => name in options);
  if (bulk) {
    const { rankRun, readBulkOptions } = await import("../bulk/bulk-rank.js");
    return rankRun(readBulkOptions(files, options));
  }
  if (options.query === undefined)
    throw new CliError('--query is missing. Pass the question: --query "what do bees see?"', EXIT.usage);
  if (options.query.trim() === "") throw new CliError("--query is blank.", EXIT.usage);
  const warn = (warning: string) => void process.stderr.write(`warning: ${warning}\n`);
  const documents = await readDocuments(files, { ...options, onWarning: warn });
  const { rank } = await import("../ranking.js");
  const { ranked, report } = await rank(documents, options);
  for (const warning of warningsOf(report)) warn(warning);
  if (options.verbose) printReport(documents, report);
  process.stdout.write(`${options.json ? JSON.stringify(ranked, null, 2) : table(ranked)}\n`);
}

function table(ranked: readonly RankedDocument[]): string {
  const columns = [
    { title: "rank", align: "right" },
    { title: "was", align: "right" },
    { title: "score", align: "right" },
    { title: "text", shrink: true },
  ] as const;
  const rows = ranked.map(({ rank, firstRank, score, text }) => [
    String(rank),
    String(firstRank),
    formatScore(score),
    text,
  ]);
  return renderTable(columns, rows, terminalOf(process.stdout));
}

/** Four decimals; scores that would round to 0 or 1 are printed in exponential form. */
function formatScore(score: number): string {
  if (score === LOWEST_SCORE) return "-";
  const short = score.toFixed(4);
  return score !== 0 && /^-?[01]\.0000$/.test(short) && !Number.isInteger(score) ? score.toExponential(2) : short;
}

function printReport(documents: readonly SourceText[], report: Readonly<Record<string, unknown>>): void {
  const terminal = terminalOf(process.stderr);
  process.stderr.write(`${paint(terminal, "dim", `${documents.length} texts`)}\n`);
  for (const [name, value] of Object.entries(report)) {
    process.stderr.write(`${paint(terminal, "dim", `${name}: ${JSON.stringify(value)}`)}\n`);
  }
}
