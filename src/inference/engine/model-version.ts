import { hashModelFiles } from "#platform/model-hash.js";
import type { Calibration } from "../../calibration.js";
import { sha256 } from "../../sha256.js";
import type { LocatedModel } from "./located-model.js";

/** Hashing takes a second per gigabyte, so that it is done once per located model. */
const known = new WeakMap<LocatedModel, Promise<string>>();

/** A hash of everything but options that a model's scores and probabilities depend on: its files, what the registry says, and its curve. */
export function modelVersion(located: LocatedModel, calibration: Calibration | undefined): Promise<string> {
  const hashing = known.get(located) ?? hash(located, calibration);
  known.set(located, hashing);
  hashing.catch(() => known.delete(located));
  return hashing;
}

async function hash(located: LocatedModel, calibration: Calibration | undefined): Promise<string> {
  const { head, activation, prompt, lateInteraction, maxLength } = located.entry ?? {};
  const settings = { head, activation, prompt, lateInteraction, maxLength, calibration };
  return sha256(JSON.stringify([await hashModelFiles(located), settings]));
}
