import type { Rolldown } from "tsdown";

/** In browsers the two ends of the engine have another form: `x-web.ts` stands in for every `x-node.ts`, with the same exports. */
export const webForm: Rolldown.Plugin = {
  name: "web-form",
  resolveId(source, importer) {
    if (!/^\.{1,2}\/.*-node\.js$/.test(source)) return null;
    return this.resolve(source.replace(/-node\.js$/, "-web.js"), importer);
  },
};
