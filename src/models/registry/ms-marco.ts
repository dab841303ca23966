import type { ModelEntry, ModelFile, Precision } from "../types.js";
import { ettinFigures, msMarcoFigures } from "./figures.js";

/** BERT cross-encoders of the sentence-transformers project, trained on MS MARCO. Their `sim` is the raw logit, about −11 to 11. */
function msMarco(
  name: string,
  upstream: string,
  parameters: number,
  figures: ModelEntry["figures"],
  more: { revision?: string; files?: Partial<Record<Precision, ModelFile>> } = {},
): ModelEntry {
  return {
    name,
    aliases: [upstream, `Xenova/${upstream.replace("cross-encoder/", "")}`].filter((alias) => alias !== name),
    kind: "cross-encoder",
    family: "bert",
    description: `English reranker trained on MS MARCO (${name.replace(/.*ms-marco-/, "")}).`,
    repository: name,
    files: { fp32: { path: "onnx/model.onnx" }, q8: { path: "onnx/model_quantized.onnx" } },
    parameters,
    languages: ["en"],
    maxLength: 512,
    license: "Apache-2.0",
    commercial: true,
    head: { type: "logit" },
    activation: "identity",
    ...(figures ? { figures } : {}),
    source: "card",
    ...more,
  };
}

/** The ms-marco family in its conversions for ONNX, smallest first. */
export const MS_MARCO: readonly ModelEntry[] = [
  msMarco(
    "Xenova/ms-marco-TinyBERT-L-2-v2",
    "cross-encoder/ms-marco-TinyBERT-L2-v2",
    4.4,
    msMarcoFigures(69.84, 32.56),
  ),
  msMarco("Xenova/ms-marco-MiniLM-L-2-v2", "cross-encoder/ms-marco-MiniLM-L2-v2", 15.6, msMarcoFigures(71.01, 34.85)),
  msMarco("Xenova/ms-marco-MiniLM-L-4-v2", "cross-encoder/ms-marco-MiniLM-L4-v2", 19.2, [
    ...msMarcoFigures(73.04, 37.7),
    ...ettinFigures(0.4979, 0.6298),
  ]),
  msMarco(
    "Xenova/ms-marco-MiniLM-L-6-v2",
    "cross-encoder/ms-marco-MiniLM-L6-v2",
    22.7,
    [...msMarcoFigures(74.3, 39.01), ...ettinFigures(0.5082, 0.6312)],
    {
      revision: "a09144355adeed5f58c8ed011d209bf8ee5a1fec",
      files: {
        fp32: { path: "onnx/model.onnx" },
        q8: {
          path: "onnx/model_quantized.onnx",
          bytes: 23_143_499,
          sha256: "e9d8ebf845c413e981c175bfe49a3bfa9b3dcce2a3ba54875ee5df5a58639fbe",
        },
      },
    },
  ),
  msMarco("Xenova/ms-marco-MiniLM-L-12-v2", "cross-encoder/ms-marco-MiniLM-L12-v2", 33.4, [
    ...msMarcoFigures(74.31, 39.02),
    ...ettinFigures(0.5066, 0.6369),
  ]),
];
