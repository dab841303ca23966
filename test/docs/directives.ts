import type { CodeBlock } from "./markdown.js";

/** What the comment above a block asks for. */
export interface Directive {
  /** The block goes on where the one before it of the same language ended. */
  continues: boolean;
  /** Names that `given.ts` provides. */
  given: string[];
  /** Names that only have a type, which a run could not fill. */
  declared: { name: string; type: string }[];
  /** The block is run, here and offline. */
  run: boolean;
  /** Name of the error that a run must end with. */
  fails: string | undefined;
  /** The block is what the run block before it prints. */
  output: boolean;
  /** Why the block cannot be checked. */
  skip: string | undefined;
}

/** Reads `continues; given documents, query; given key: string; run; fails BackendError; output; skip REASON`. */
export function parseDirective({ directive = "", page, line }: CodeBlock): Directive {
  const parsed: Directive = {
    continues: false,
    given: [],
    declared: [],
    run: false,
    fails: undefined,
    output: false,
    skip: undefined,
  };
  for (const clause of directive.split(";").map((each) => each.trim())) {
    if (clause === "") continue;
    const [word, rest] = [clause.split(" ", 1)[0]!, clause.slice(clause.indexOf(" ") + 1).trim()];
    const alone = clause === word;
    if (word === "continues" && alone) parsed.continues = true;
    else if (word === "run" && alone) parsed.run = true;
    else if (word === "output" && alone) parsed.output = true;
    else if (word === "fails" && !alone) {
      parsed.run = true;
      parsed.fails = rest;
    } else if (word === "skip" && !alone) parsed.skip = rest;
    else if (word === "given" && !alone) readGiven(rest, parsed);
    else throw new Error(`${page}:${line}: "${clause}" is no check; see test/docs/README.md`);
  }
  return parsed;
}

function readGiven(names: string, { given, declared }: Directive): void {
  const colon = names.indexOf(":");
  if (colon < 0) given.push(...names.split(",").map((name) => name.trim()));
  else declared.push({ name: names.slice(0, colon).trim(), type: names.slice(colon + 1).trim() });
}
