import type { ModelFile } from "../types.js";

/** Hashes of tokenizer and head files at the revision that the registry pins, by model. */
export const PINNED_FILES: Readonly<Record<string, readonly ModelFile[]>> = {
  "onnx-community/bge-reranker-v2-m3-ONNX": [
    { path: "tokenizer.json", sha256: "8bf8afbfd11306bd872018c53bfdf2e160a56f8edbcf49933324404791c148d3" },
  ],
  "jinaai/jina-reranker-v1-tiny-en": [
    { path: "tokenizer.json", sha256: "0046da43cc8c424b317f56b092b0512aaaa65c4f925d2f16af9d9eeb4d0ef902" },
  ],
  "Alibaba-NLP/gte-reranker-modernbert-base": [
    {
      path: "tokenizer.json",
      bytes: 3_583_499,
      sha256: "2aea6ff4701d063e7e029b6be695a1659f2caaa2ae4fb0e8b18285818271becd",
    },
  ],
  "cross-encoder/ettin-reranker-17m-v1": [
    { path: "1_Pooling/config.json", sha256: "343d502263e29ac81758d9d8f250e52d9420ecc3dfc771303e7d91f56bad5ef2" },
    {
      path: "2_Dense/model.safetensors",
      bytes: 262_232,
      sha256: "85e9596d9250a871deb159fb5db6979e910b4cf181d05c806733c49bc43d47c8",
    },
    {
      path: "3_LayerNorm/model.safetensors",
      bytes: 2_200,
      sha256: "de99fa351fb4badb74b56e85fa70b5bbd3fcf4d0e74de79eb749dba1e9e28b4a",
    },
    {
      path: "4_Dense/model.safetensors",
      bytes: 1_172,
      sha256: "654827171b89c76d19d663162243f38d63d1ba812ac1ec9c1b36512f1a8e9ce8",
    },
  ],
  "lightonai/LateOn-Code-edge": [
    { path: "tokenizer.json", sha256: "a388b94942e98e5c661c6c23f919842285738bfd123a0d148dea0c56287505d0" },
    { path: "config.json", sha256: "c1413b20ad05927b8226aa2223b3ae104cd04c8541fe1300bdcf455fc8667601" },
    {
      path: "config_sentence_transformers.json",
      sha256: "34942289dec20e285b07132aa1d09980ed776a0bc34e531dd7b49c4701876871",
    },
  ],
  "shawnw3i/Qwen3-Reranker-0.6B-seq-cls-ONNX": [{ path: "tokenizer.json", bytes: 11_422_654 }],
  "Xenova/all-MiniLM-L6-v2": [
    { path: "tokenizer.json", sha256: "da0e79933b9ed51798a3ae27893d3c5fa4a201126cef75586296df9b4d2c62a0" },
  ],
};
