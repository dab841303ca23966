import { type Command, Option } from "commander";
import type { ModelFilter } from "../../../models/find.js";
import type { ModelKind } from "../../../models/types.js";
import { EXIT_CODES_HELP } from "../failure.js";
import type { FetchOptions } from "../model-files.js";
import { finiteNumber } from "../options.js";

/** Filters of `models list` as the command line gives them. */
interface ListOptions {
  kind?: ModelKind;
  language?: string;
  commercial?: boolean;
  maxParameters?: number;
  bundled?: boolean;
  json?: boolean;
}

const LIST_EXAMPLES = `
Examples:
  $ langchain-rerank models list
  $ langchain-rerank models list --kind cross-encoder --language ja --commercial
  $ langchain-rerank models list --max-parameters 40 --json | jq -r '.[].name'

Sizes with ~ are estimates from the number of parameters. Speed goes by size: very fast is about 1 ms a passage on a
laptop, very slow about a second.
`;

const DOWNLOAD_EXAMPLES = `
Examples:
  $ langchain-rerank models download Xenova/ms-marco-MiniLM-L-6-v2
  $ langchain-rerank models download cross-encoder/ettin-reranker-17m-v1 --dtype fp32
  $ HF_ENDPOINT=https://hf.example.org langchain-rerank models download BAAI/bge-reranker-base

Environment: HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE mean what they mean to other Hugging Face
tools, and the cache is the same. A download that was broken off goes on where it stopped.
`;

const CHECK_EXAMPLES = `
Examples:
  $ langchain-rerank models check
  $ langchain-rerank models check Xenova/ms-marco-MiniLM-L-6-v2

Computes the hashes of the files anew, and scores the model's golden pairs: a processor or a file that gives other scores
than the model's authors had is found out here.
`;

/** Adds the commands `models list`, `info`, `download` and `check`. */
export function register(program: Command): void {
  const models = program.command("models").description("List, describe, download and check models.");
  models
    .command("list")
    .description("List the models that can be named, bundled ones first.")
    .addOption(
      new Option("--kind <kind>", "what the model computes").choices([
        "cross-encoder",
        "late-interaction",
        "embedding",
      ]),
    )
    .option("--language <code>", "models for a language, such as en, ja or zh")
    .option("--commercial", "only models whose licence allows commercial use")
    .option("--max-parameters <millions>", "only models of at most so many million parameters", finiteNumber)
    .option("--bundled", "only models that ship with this package")
    .option("--json", "print the entries as JSON")
    .addHelpText("after", LIST_EXAMPLES + EXIT_CODES_HELP)
    .action(async ({ json, ...filter }: ListOptions) => {
      const { printList } = await import("../model-output.js");
      printList(filter as ModelFilter, json ?? false);
    });
  models
    .command("info")
    .description("Show everything that is known of a model.")
    .argument("<name>", "name of the model")
    .option("--json", "print the entry as JSON")
    .addHelpText(
      "after",
      `\nExample:\n  $ langchain-rerank models info jinaai/jina-reranker-v1-tiny-en\n${EXIT_CODES_HELP}`,
    )
    .action(async (name: string, { json }: { json?: boolean }) => {
      const { printInfo } = await import("../model-output.js");
      printInfo(name, json ?? false);
    });
  fetching(models.command("download"))
    .description("Download a model into the cache that Hugging Face tools share, and print its folder.")
    .argument("<name>", "registered model, or any repository with an ONNX file")
    .option("--update", "look for a newer commit even if there is a copy")
    .addHelpText("after", DOWNLOAD_EXAMPLES + EXIT_CODES_HELP)
    .action(async (name: string, options: FetchOptions) => {
      const { download } = await import("../model-files.js");
      await download(name, options);
    });
  fetching(models.command("check"))
    .description("Check that a model's files are whole and that it scores as it should on this machine.")
    .argument("[name]", "name of the model, or a local folder (default: the bundled one)")
    .option("--json", "print the findings as JSON")
    .addHelpText("after", CHECK_EXAMPLES + EXIT_CODES_HELP)
    .action(async (name: string | undefined, options: FetchOptions) => {
      const { check } = await import("../model-files.js");
      await check(name, options);
    });
}

function fetching(command: Command): Command {
  return command
    .addOption(
      new Option("--dtype <precision>", "precision of the weights").choices(["auto", "fp32", "fp16", "q8", "q4"]),
    )
    .option("--revision <commit>", "branch, tag or commit (default: the pinned one, else main)")
    .option("--accept-license", "your use is allowed by the licence of a non-commercial model")
    .option(
      "--cache-dir <folder>",
      "folder of the cache (default: HF_HUB_CACHE, HF_HOME/hub, ~/.cache/huggingface/hub)",
    )
    .option("--verbose", "print stacks of errors");
}
