import type { Calibration } from "../calibration.js";
import { InvalidOptionError } from "../errors.js";
import { findCalibration } from "../models/bundled.js";
import { modelsFolder } from "../platform/web/browser-settings.js";
import { sha256 } from "../sha256.js";
import { staticModelUrl } from "../static-model-url.js";
import { loadBytes } from "./load.js";
import { readStaticTable } from "./read-static-table.js";
import type { StaticTable } from "./static-table.js";
import { WordPieces } from "./word-pieces.js";

/** Name of the bundled model in reports. Not imported: a constant shared with other entry points would add an empty import to them. */
const BUNDLED = "static-en-v1";

/** Source of a static model: its bytes, an `http(s):` URL or the path of a file. */
export type StaticModelSource = string | URL | Uint8Array | ArrayBuffer;

/** A table of vectors and the tokenizer whose tokens are its rows. */
export interface StaticModel {
  readonly table: StaticTable;
  readonly pieces: WordPieces;
}

/** Reads a static model on the first call. After a failure, the next call tries again. */
export class StaticModelReader {
  /** Name of the source in reports. */
  readonly name: string;
  readonly #source: StaticModelSource | undefined;
  #reading: Promise<StaticModel> | undefined;
  #calibration: Calibration | undefined;
  #version: string | undefined;

  /**
   * @param source Default: the bundled model.
   * @throws InvalidOptionError if the source is neither bytes nor a non-empty URL or path.
   */
  constructor(source: StaticModelSource | undefined) {
    const isBytes = source instanceof Uint8Array || source instanceof ArrayBuffer;
    const isAddress = source instanceof URL || (typeof source === "string" && source.trim() !== "");
    if (source !== undefined && !isBytes && !isAddress) {
      throw new InvalidOptionError("model", source, "bytes, an address or the path of a file");
    }
    this.#source = source;
    this.name = source === undefined ? BUNDLED : isBytes ? "static model" : displayName(source);
  }

  /** @throws ModelNotFoundError ModelIntegrityError DownloadError */
  async read(): Promise<StaticModel> {
    this.#reading ??= this.#source === undefined ? readBundled() : read(this.name, this.#source);
    try {
      const model = await this.#reading;
      this.#calibration = model.table.calibration;
      return model;
    } catch (error) {
      // The file may be created, or the server may come back, while this instance is in use.
      this.#reading = undefined;
      throw error;
    }
  }

  /** Frees the model, if nothing else refers to it. */
  forget(): void {
    this.#reading = undefined;
    // The next model may be another one.
    this.#version = undefined;
  }

  /** Hash of the source's bytes and of the curve, which is read with them. */
  async version(): Promise<string> {
    if (this.#version !== undefined) return this.#version;
    const bytes = await loadBytes(this.#source ?? staticModelUrl(modelsFolder()));
    await this.read();
    this.#version = await sha256(JSON.stringify([await sha256(new Uint8Array(bytes)), this.calibration]));
    return this.#version;
  }

  /** The curve in the registry or, once the model has been read, in its file. */
  get calibration(): Calibration | undefined {
    return this.#source === undefined ? findCalibration(BUNDLED) : this.#calibration;
  }
}

/** Without the query string, which may hold a token. */
function displayName(source: string | URL | Uint8Array | ArrayBuffer): string {
  const isAddress = source instanceof URL || /^https?:\/\//.test(String(source));
  return isAddress ? String(source).replace(/[?#].*$/s, "") : String(source);
}

async function read(name: string, source: StaticModelSource): Promise<StaticModel> {
  const table = readStaticTable(name, await loadBytes(source));
  return { table, pieces: new WordPieces(table.vocabulary) };
}

let bundled: Promise<StaticModel> | undefined;

/** The bundled model is read once per process. */
function readBundled(): Promise<StaticModel> {
  bundled ??= read(BUNDLED, staticModelUrl(modelsFolder())).catch((error: unknown) => {
    bundled = undefined;
    throw error;
  });
  return bundled;
}
