import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const path = (name: string) => fileURLToPath(new URL(`../../fixtures/tiny-models/${name}`, import.meta.url));

/** A copy of a tiny model that a test may change. */
export class ModelCopy {
  readonly folder = mkdtempSync(join(tmpdir(), "model-copy-"));

  constructor(name: string) {
    cpSync(path(name), this.folder, { recursive: true });
  }

  /** Merges fields into a JSON file; a field that is undefined is removed. */
  edit(file: string, fields: object): this {
    const json = JSON.parse(readFileSync(join(this.folder, file), "utf8"));
    writeFileSync(join(this.folder, file), JSON.stringify({ ...json, ...fields }));
    return this;
  }

  write(file: string, json: object): this {
    writeFileSync(join(this.folder, file), JSON.stringify(json));
    return this;
  }

  remove(file: string): this {
    rmSync(join(this.folder, file), { recursive: true });
    return this;
  }

  /** Replaces a named dimension of the graph's inputs and outputs by a number below 128. */
  fixDimension(name: string, value: number): this {
    const file = join(this.folder, "onnx/model.onnx");
    const graph = readFileSync(file);
    const named = Buffer.concat([Buffer.from([0x12, name.length]), Buffer.from(name)]);
    for (let at = graph.indexOf(named); at >= 0; at = graph.indexOf(named, at + 1)) {
      // Protocol buffers: field 1, an integer that is padded to nine bytes, and field 3, an empty or padded text, in the same space.
      const integer = [0x08, value | 0x80, ...new Array(7).fill(0x80), 0x00];
      const padding = named.length - integer.length - 2;
      graph.set([...integer, 0x1a, padding, ...new Array(padding).fill(0x2d)], at);
    }
    writeFileSync(file, graph);
    return this;
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Path of a tiny model that a test does not change. */
export const tinyModel = path;
