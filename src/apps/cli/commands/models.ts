import { type Command, Option } from "commander";
import { DEFAULT_MODELS } from "../../../models/bundled.js";
import type { ModelFilter } from "../../../models/find.js";
import { DTYPES } from "../../../models/precision.js";
import type { ModelKind } from "../../../models/types.js";
import { EXIT_CODES_HELP } from "../failure.js";
import type { FetchOptions } from "../model-files.js";
import { finiteNumber } from "../options.js";

/** Filters of `models list`. */
interface ListOptions {
  kind?: ModelKind;
  language?: string;
  commercial?: boolean;
  maxParameters?: number;
  bundled?: boolean;
  json?: boolean;
}

const KINDS: readonly ModelKind[] = ["cross-encoder", "late-interaction", "embedding"];

const LIST_EXAMPLES = `
Examples:
  $ langchain-rerank models list
  $ langchain-rerank models list --kind cross-encoder --language ja --commercial
  $ langchain-rerank models list --max-parameters 40 --json | jq -r '.[].name'

Sizes with ~ are estimated from the number of parameters, and so is the speed: very fast is about 1 ms per passage on a
laptop, very slow about a second. "unverified" means that some facts could not be looked up: check the model's card.
`;

const INFO_EXAMPLES = `
Examples:
  $ langchain-rerank models info static-en-v1
  $ langchain-rerank models info jinaai/jina-reranker-v1-tiny-en
`;

const DOWNLOAD_EXAMPLES = `
Examples:
  $ langchain-rerank models download Xenova/ms-marco-MiniLM-L-6-v2
  $ langchain-rerank models download cross-encoder/ettin-reranker-17m-v1 --dtype fp32
  $ langchain-rerank models download someone/reranker/onnx/model_O3.onnx
  $ HF_ENDPOINT=https://hf.example.org langchain-rerank models download BAAI/bge-reranker-base

The cache and the environment variables HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE are those of other
Hugging Face tools. An interrupted download is resumed.
`;

const CHECK_EXAMPLES = `
Examples:
  $ langchain-rerank models check
  $ langchain-rerank models check static-en-v1
  $ langchain-rerank models check Xenova/ms-marco-MiniLM-L-6-v2

Compares sizes and hashes of the files with the registered ones, and the scores of a few pairs with those that the model's
authors computed. This detects damaged files and processors that compute different scores.
`;

const EXPORT_EXAMPLES = `
Examples:
  $ langchain-rerank models export late-en-v1 late-en-v1
  $ langchain-rerank models export Xenova/ms-marco-MiniLM-L-6-v2 minilm --dtype q8

The graph is plain ONNX: in Python, onnxruntime.InferenceSession("late-en-v1/onnx/model_int8.onnx") opens it.
`;

/** Adds the commands `models list`, `info`, `download`, `check` and `export`. */
export function register(program: Command): void {
  const models = program
    .command("models")
    .summary("list, describe, download, check and export models")
    .description("Lists, describes, downloads, checks and exports models.");
  models
    .command("list")
    .summary("list the registered models")
    .description("Lists the registered models, bundled ones first.")
    .addOption(new Option("--kind <kind>", "what the model computes").choices(KINDS))
    .option("--language <code>", "models for a language, such as en, ja or zh")
    .option("--commercial", "only models whose license allows commercial use")
    .option("--max-parameters <millions>", "maximum size in millions of parameters", finiteNumber)
    .option("--bundled", "only models that ship with this package")
    .option("--json", "print the entries as JSON")
    .addHelpText("after", LIST_EXAMPLES + EXIT_CODES_HELP)
    .action(async ({ json, ...filter }: ListOptions) => {
      const { printList } = await import("../model-output.js");
      printList(filter as ModelFilter, json ?? false);
    });
  models
    .command("info")
    .summary("show everything that is known about a model")
    .description("Shows everything that is known about a model.")
    .argument("<name>", "name of the model")
    .option("--json", "print the entry as JSON")
    .addHelpText("after", INFO_EXAMPLES + EXIT_CODES_HELP)
    .action(async (name: string, { json }: { json?: boolean }) => {
      const { printInfo } = await import("../model-output.js");
      printInfo(name, json ?? false);
    });
  addFetchOptions(models.command("download"))
    .summary("download a model into the cache of the Hugging Face tools")
    .description("Downloads a model into the cache that Hugging Face tools share, and prints its folder.")
    .argument("<name>", "registered model, or any repository with an ONNX file")
    .option("--update", "look for a newer commit even if the cache has a copy")
    .addHelpText("after", DOWNLOAD_EXAMPLES + EXIT_CODES_HELP)
    .action(async (name: string, options: FetchOptions) => {
      const { download } = await import("../model-files.js");
      await download(name, options);
    });
  addFetchOptions(models.command("check"))
    .summary("check a model's files and scores")
    .description("Checks that a model's files are complete and that it computes the right scores on this machine.")
    .argument("[name]", `name of the model, or a local folder (default: ${DEFAULT_MODELS.reranker})`)
    .option("--json", "print the findings as JSON")
    .addHelpText("after", CHECK_EXAMPLES + EXIT_CODES_HELP)
    .action(async (name: string | undefined, options: FetchOptions) => {
      const { check } = await import("../model-files.js");
      await check(name, options);
    });
  addFetchOptions(models.command("export"))
    .summary("copy a model to a folder that any ONNX runtime can read")
    .description("Copies a model to a folder that any ONNX runtime can read.")
    .argument("<name>", "registered model, local folder or repository with an ONNX file")
    .argument("<folder>", "new or empty folder")
    .addHelpText("after", EXPORT_EXAMPLES + EXIT_CODES_HELP)
    .action(async (name: string, folder: string, options: FetchOptions) => {
      const { exportModel } = await import("../model-export.js");
      await exportModel(name, folder, options);
    });
}

function addFetchOptions(command: Command): Command {
  return command
    .addOption(new Option("--dtype <precision>", "precision of the weights").choices(DTYPES))
    .option("--revision <commit>", "branch, tag or commit (default: the pinned commit, else main)")
    .option("--accept-license", "confirm that you may use a model whose license forbids commercial use")
    .option("--cache-dir <folder>", "cache folder (default: HF_HUB_CACHE, HF_HOME/hub, ~/.cache/huggingface/hub)")
    .option("--verbose", "print stack traces of errors");
}
