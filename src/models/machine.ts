/** What matters of the machine for the choice of a file. */
export interface Machine {
  arch: string;
  /** Files come over the network before every first use. */
  downloads?: boolean;
  /** The processor multiplies 8-bit integers without the overflow of older instruction sets, and faster than floats. */
  int8: boolean;
}
