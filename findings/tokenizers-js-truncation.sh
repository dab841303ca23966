#!/usr/bin/env bash
# @huggingface/tokenizers 0.2.0 (npm) ignores `truncation` and `padding` of `tokenizer.json`, which the Python library with the same name applies. Rerankers and
# embedding models are often published with both; in JavaScript the model then gets more tokens than it was made for, and fails or reads on. The README
# lists what it does not support in that file, without naming these two.
# Seen with Node 20 and Python 3.11 (tokenizers 0.23.3) on 2026-11-29: of six words at a `max_length` of 4, Python keeps 4 tokens, JavaScript 8; one
# word, with padding to 4, has 4 tokens in Python and 3 in JavaScript.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >npm.log
npm install --ignore-scripts --no-audit --no-fund @huggingface/tokenizers@0.2.0 >>npm.log
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check tokenizers==0.23.3
venv/bin/python - <<'PY'
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

tokenizer = Tokenizer(WordLevel({"[PAD]": 0, "[CLS]": 1, "[SEP]": 2, "a": 3}, unk_token="[PAD]"))
tokenizer.pre_tokenizer = Whitespace()
tokenizer.add_special_tokens(["[PAD]", "[CLS]", "[SEP]"])
tokenizer.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)])
tokenizer.enable_truncation(4)
tokenizer.enable_padding(length=4)
tokenizer.save("tokenizer.json")
PY
cat >encode.mjs <<'JS'
import { readFileSync } from "node:fs";
import { Tokenizer } from "@huggingface/tokenizers";
const tokenizer = new Tokenizer(JSON.parse(readFileSync("tokenizer.json", "utf8")), {});
for (const text of ["a a a a a a", "a"]) console.log(tokenizer.encode(text).tokens.join(" "));
JS
javascript="$(node encode.mjs)"
python="$(venv/bin/python -c '
from tokenizers import Tokenizer
for text in ("a a a a a a", "a"):
    print(*Tokenizer.from_file("tokenizer.json").encode(text).tokens)')"
printf 'JavaScript:\n%s\nPython:\n%s\n' "$javascript" "$python"
[ "$javascript" = $'[CLS] a a a a a a [SEP]\n[CLS] a [SEP]' ] && [ "$python" = $'[CLS] a a [SEP]\n[CLS] a [SEP] [PAD]' ]
