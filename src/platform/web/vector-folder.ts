import { InvalidOptionError } from "../../errors.js";

/** Browsers have no folders. Vectors are cached in memory only. */
export const VectorFolder = {
  async open(folder: string): Promise<never> {
    const sentence =
      "`cache.folder` is not supported in browsers, which have no folders. Vectors are cached in memory.";
    throw InvalidOptionError.because("cache.folder", folder, sentence);
  },
};
