import { afterEach, beforeEach } from "vitest";

/** The warnings that Node emits during each test of the surrounding `describe`. */
export function collectProcessWarnings(): readonly Error[] {
  const warnings: Error[] = [];
  const collect = (warning: Error) => warnings.push(warning);
  beforeEach(() => {
    warnings.length = 0;
    process.on("warning", collect);
  });
  afterEach(() => {
    process.off("warning", collect);
  });
  return warnings;
}
