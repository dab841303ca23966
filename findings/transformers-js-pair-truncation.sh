#!/usr/bin/env bash
# @huggingface/transformers 4.3.1 (npm): a query-document pair that is longer than `max_length` is cut at its end, so the final [SEP] is lost
# and only the document is shortened. The Python tokenizers library keeps all special tokens and shortens the longer part. A cross-encoder
# therefore sees a different input, and gives a different score, for every long document.
# Seen with Node 20 and Python 3.11 on 2026-11-29, length 8: "[CLS] q q q [SEP] a b c" in JavaScript, "[CLS] q q [SEP] a b c [SEP]" in Python.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >make-tokenizer.mjs <<'JS'
import { writeFileSync } from "node:fs";
const words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "b", "c", "d", "e", "f", "q"];
const special = (id, type_id = 0) => ({ SpecialToken: { id, type_id } });
const sequence = (id, type_id) => ({ Sequence: { id, type_id } });
writeFileSync("tokenizer.json", JSON.stringify({
  version: "1.0", truncation: null, padding: null, decoder: null,
  added_tokens: words.slice(0, 4).map((content, id) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true })),
  normalizer: { type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
  pre_tokenizer: { type: "BertPreTokenizer" },
  post_processor: {
    type: "TemplateProcessing",
    single: [special("[CLS]"), sequence("A", 0), special("[SEP]")],
    pair: [special("[CLS]"), sequence("A", 0), special("[SEP]"), sequence("B", 1), special("[SEP]", 1)],
    special_tokens: { "[CLS]": { id: "[CLS]", ids: [2], tokens: ["[CLS]"] }, "[SEP]": { id: "[SEP]", ids: [3], tokens: ["[SEP]"] } },
  },
  model: { type: "WordPiece", unk_token: "[UNK]", continuing_subword_prefix: "##", max_input_chars_per_word: 100, vocab: Object.fromEntries(words.map((word, id) => [word, id])) },
}));
JS
cat >encode.mjs <<'JS'
import { readFileSync } from "node:fs";
import { PreTrainedTokenizer } from "@huggingface/transformers";
const json = JSON.parse(readFileSync("tokenizer.json", "utf8"));
const words = Object.keys(json.model.vocab);
const tokenizer = new PreTrainedTokenizer(json, { tokenizer_class: "BertTokenizer", model_max_length: 8, pad_token: "[PAD]" });
const { input_ids } = tokenizer("q q q", { text_pair: "a b c d e f", truncation: true, max_length: 8, return_tensor: false });
console.log(input_ids.map((id) => words[id]).join(" "));
JS
npm init -y >npm.log
npm install --ignore-scripts --no-audit --no-fund @huggingface/transformers@4.3.1 >>npm.log
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check tokenizers==0.22.1
node make-tokenizer.mjs
javascript="$(node encode.mjs)"
python="$(venv/bin/python -c '
from tokenizers import Tokenizer
tokenizer = Tokenizer.from_file("tokenizer.json")
tokenizer.enable_truncation(8)
print(" ".join(tokenizer.encode("q q q", "a b c d e f").tokens))')"
printf 'JavaScript: %s\nPython:     %s\n' "$javascript" "$python"
[ "$javascript" = "[CLS] q q q [SEP] a b c" ] && [ "$python" = "[CLS] q q [SEP] a b c [SEP]" ]
