import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * A long run over many small objects lets the young generation of the heap grow to 48 MB, and the old one to several times what lives in it,
 * which gains nothing. The old one's next limit is set at a collection, so the first collection must not wait until there are 30 MB.
 */
export function keepHeapSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--heap-growing-percent=10");
  setFlagsFromString("--optimize-for-size");
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  setFlagsFromString("--no-expose-gc");
}
