import type { Calibration } from "../calibration.js";
import { InvalidOptionError } from "../errors.js";
import { findCalibration } from "../models/calibrations.js";
import { modelsFolder } from "../platform/web/browser-settings.js";
import { staticModelUrl } from "../static-model-url.js";
import { loadBytes } from "./load.js";
import { readStaticTable, type StaticTable } from "./static-table.js";
import { WordPieces } from "./word-pieces.js";

/** What the bundled model is called, in reports and as a reranker's `model`. A constant that other entry points share would leave them an empty import. */
const BUNDLED = "static-en-v1";

/** Where a static model comes from: bytes, an `http(s):` address to fetch, or the path of a file. */
export type StaticModelSource = string | URL | Uint8Array | ArrayBuffer;

/** A table of vectors, and what cuts texts into its rows. */
export interface StaticModel {
  readonly table: StaticTable;
  readonly pieces: WordPieces;
}

/** A static model that is read at the first call, and after a failure at the next. */
export class StaticModelReader {
  /** The source as reports name it. */
  readonly name: string;
  readonly #source: StaticModelSource | undefined;
  #reading: Promise<StaticModel> | undefined;
  #calibration: Calibration | undefined;

  /**
   * @param source The bundled model where none is given.
   * @throws InvalidOptionError
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
      // A file that comes into being, or a server that comes back, must not need a new instance.
      this.#reading = undefined;
      throw error;
    }
  }

  /** The curve in the registry or, once the model has been read, in its file. */
  get calibration(): Calibration | undefined {
    return this.#source === undefined ? findCalibration(BUNDLED) : this.#calibration;
  }
}

/** An address may carry a token after its `?`, which no report shall show. */
function displayName(source: string | URL | Uint8Array | ArrayBuffer): string {
  const isAddress = source instanceof URL || /^https?:\/\//.test(String(source));
  return isAddress ? String(source).replace(/[?#].*$/s, "") : String(source);
}

async function read(name: string, source: StaticModelSource): Promise<StaticModel> {
  const table = readStaticTable(name, await loadBytes(source));
  return { table, pieces: new WordPieces(table.vocabulary) };
}

let bundled: Promise<StaticModel> | undefined;

/** The bundled model is read once a process, whoever asks. */
function readBundled(): Promise<StaticModel> {
  bundled ??= read(BUNDLED, staticModelUrl(modelsFolder())).catch((error: unknown) => {
    bundled = undefined;
    throw error;
  });
  return bundled;
}
