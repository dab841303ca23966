import type { SourceReader } from "./source.js";

/** A number of a ranx file, with where it stands. */
export interface JsonNumber {
  query: string;
  document: string;
  text: string;
  line: number;
}

const TOKEN = /\s+|[{}:,]|"(?:[^"\\]|\\.)*"|[-+.\w]+/y;

/**
 * Reads `{"query": {"document": number}}`, the JSON of ranx, as a stream. `JSON.parse` would need the whole file in one string, would keep
 * the last of two equal keys without a word, and knows no line numbers.
 */
export async function* readNestedNumbers(reader: SourceReader): AsyncGenerator<JsonNumber> {
  const parser = new NestedParser(reader);
  for await (const { kind, text, line } of tokens(reader)) {
    const row = parser.take(kind, text, line);
    if (row) yield row;
  }
  parser.finish();
}

type Token = { kind: "punctuation" | "string" | "word"; text: string; line: number };

async function* tokens(reader: SourceReader): AsyncGenerator<Token> {
  for await (const { text, number } of reader.lines()) {
    // A ranx file may be one line of many megabytes: the pattern moves along it without cutting it up.
    TOKEN.lastIndex = 0;
    let at = 0;
    while (at < text.length) {
      TOKEN.lastIndex = at;
      const found = TOKEN.exec(text);
      if (!found)
        throw reader.error(number, `column ${at + 1}: ${JSON.stringify(text.slice(at, at + 20))} is not JSON`);
      at = TOKEN.lastIndex;
      const token = found[0];
      if (token.trim() === "") continue;
      yield {
        kind: token[0] === '"' ? "string" : /[{}:,]/.test(token) ? "punctuation" : "word",
        text: token,
        line: number,
      };
    }
  }
}

/** What may come next: a state machine over two levels of objects. */
type Expect = "open" | "key" | "key-or-close" | "colon" | "value" | "comma-or-close" | "end";

class NestedParser {
  readonly #reader: SourceReader;
  readonly #seen = new Set<string>();
  #expect: Expect = "open";
  #depth = 0;
  #query = "";
  #document = "";
  #line = 1;

  constructor(reader: SourceReader) {
    this.#reader = reader;
  }

  take(kind: Token["kind"], text: string, line: number): JsonNumber | undefined {
    this.#line = line;
    if (this.#expect === "open" && text === "{") return this.#move("key-or-close", 1);
    if (this.#expect.startsWith("key") && kind === "string") return this.#takeKey(text);
    if (this.#expect === "colon" && text === ":") return this.#move("value");
    if (this.#expect === "value" && this.#depth === 1 && text === "{") return this.#move("key-or-close", 1);
    if (this.#expect === "value" && this.#depth === 2 && kind === "word") {
      this.#expect = "comma-or-close";
      return { query: this.#query, document: this.#document, text, line };
    }
    if (this.#expect === "comma-or-close" && text === ",") return this.#move("key");
    if (this.#expect.endsWith("close") && text === "}")
      return this.#move(this.#depth === 1 ? "end" : "comma-or-close", -1);
    throw this.#unexpected(text);
  }

  finish(): void {
    if (this.#expect !== "end") throw this.#reader.error(this.#line, "the JSON ends too early");
  }

  #move(next: Expect, depth = 0): undefined {
    this.#expect = next;
    this.#depth += depth;
  }

  #takeKey(text: string): undefined {
    const key = this.#unquote(text);
    if (this.#depth === 2) this.#document = key;
    else {
      if (this.#seen.has(key)) throw this.#reader.error(this.#line, `query "${key}" stands twice`);
      this.#seen.add(key);
      this.#query = key;
    }
    this.#expect = "colon";
  }

  #unquote(text: string): string {
    try {
      return JSON.parse(text) as string;
    } catch (cause) {
      throw Object.assign(this.#unexpected(text), { cause });
    }
  }

  #unexpected(text: string): Error {
    const shape = 'expected {"query": {"document": number}}';
    return this.#reader.error(this.#line, `unexpected ${JSON.stringify(text.slice(0, 40))}; ${shape}`);
  }
}
