/** The properties of a machine that decide which weights it runs best. */
export interface Machine {
  /** `process.arch`, or `"wasm"`. */
  arch: string;
  /** Files are downloaded before every first use. */
  downloads?: boolean;
  /** The processor multiplies 8-bit integers without the overflow of older instruction sets, and faster than floats. */
  int8: boolean;
}
