import { KERNEL_BASE64 } from "./kernel-bytes.js";

/** The functions of kernel/max-sim.ts, where they are documented. Pointers are bytes of the memory. */
interface KernelExports {
  maxSimBytes(
    query: number,
    tokens: number,
    dimensions: number,
    document: number,
    vectors: number,
    scratch: number,
    best: number,
  ): void;
  sumRows(table: number, dimensions: number, rows: number, count: number, sums: number): void;
  maxSimRows(
    table: number,
    dimensions: number,
    scales: number,
    query: number,
    tokens: number,
    rows: number,
    count: number,
    slots: number,
    cosines: number,
    used: number,
    best: number,
  ): number;
}

const PAGE = 65536;

let compiled: WebAssembly.Module | null | undefined;

/** `null` where the runtime has no WebAssembly SIMD or the page's content security policy forbids WebAssembly. */
function compile(): WebAssembly.Module | null {
  try {
    return new WebAssembly.Module(Uint8Array.from(atob(KERNEL_BASE64), (character) => character.charCodeAt(0)));
  } catch {
    return null;
  }
}

/** The compiled loops with their memory. */
export class Kernel {
  readonly run: KernelExports;
  readonly #memory: WebAssembly.Memory;

  private constructor(module: WebAssembly.Module) {
    this.#memory = new WebAssembly.Memory({ initial: 1 });
    this.run = new WebAssembly.Instance(module, { env: { memory: this.#memory } }).exports as unknown as KernelExports;
  }

  /** Undefined where WebAssembly SIMD cannot be used; callers then compute the same in TypeScript. */
  static start(): Kernel | undefined {
    compiled ??= compile();
    return compiled ? new Kernel(compiled) : undefined;
  }

  /** Makes the memory at least this large. Views taken before do not survive. */
  reserve(bytes: number): void {
    const missing = bytes - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE));
  }

  /** The memory as bytes, 32-bit integers or floats, from `pointer` on. */
  bytes(pointer: number, length: number): Int8Array {
    return new Int8Array(this.#memory.buffer, pointer, length);
  }

  shorts(pointer: number, length: number): Int16Array {
    return new Int16Array(this.#memory.buffer, pointer, length);
  }

  integers(pointer: number, length: number): Int32Array {
    return new Int32Array(this.#memory.buffer, pointer, length);
  }

  floats(pointer: number, length: number): Float32Array {
    return new Float32Array(this.#memory.buffer, pointer, length);
  }
}

/** The next multiple of 16, where vectors begin. */
export function aligned(pointer: number): number {
  return (pointer + 15) & ~15;
}
