#!/usr/bin/env bash
# natural 8.1.1 (npm): `setTokenizer` and `setStopwords` of one `TfIdf` change every `TfIdf` of the process, including those that already have documents
# (lib/natural/tfidf/tfidf.js: `tokenizer` and `stopwords` are variables of the module, not of the object). Both are methods of an object, and nothing says
# that others share them. With one index per language or per field, the queries of all are split by the tokenizer that was set last, so they match nothing,
# and documents that are added later lose the wrong stop words.
# Seen with Node 20 on 2026-11-30: "green tea" scores 2 in an index of texts, and 0 once a second index, of comma-separated tags, has its own tokenizer. A
# second one with German stop words removes "die" from an English text.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >npm.log
npm install --ignore-scripts --no-audit --no-fund natural@8.1.1 >>npm.log
cat >run.cjs <<'JS'
const TfIdf = require("natural/lib/natural/tfidf/tfidf.js");

const indexOf = (...texts) => {
  const index = new TfIdf();
  for (const text of texts) index.addDocument(text);
  return index;
};
const stopWords = indexOf("old stars die");
const before = stopWords.tfidf("die", 0) > 0;
new TfIdf().setStopwords(["der", "die", "das"]);
stopWords.addDocument("young stars die");
const after = stopWords.tfidf("die", 1) > 0;
console.log(`"die" counts in a text added before another index got its stop words: ${before}; in one added afterwards: ${after}`);

const texts = indexOf("Green tea from Japan", "Black coffee from Brazil");
const search = () => texts.tfidfs("green tea").join(", ");
const first = search();
new TfIdf().setTokenizer({ tokenize: (tags) => tags.split(",") });
const second = search();
console.log(`scores for "green tea": ${first}; after another index got its tokenizer: ${second}`);
if (!before || after || first !== "2, 0" || second !== "0, 0") throw new Error("the behavior changed");
JS
node run.cjs
