import { InvalidOptionError } from "../../errors.js";

/** Browsers have no folders; vectors are kept in memory alone. */
export const VectorFolder = {
  async open(folder: string): Promise<never> {
    throw new InvalidOptionError("cache.folder", folder, "nothing in a browser, which has no folders");
  },
};
