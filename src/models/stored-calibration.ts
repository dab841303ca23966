import { type Calibration, checkCalibration } from "../calibration.js";
import { ModelIntegrityError } from "../errors.js";

/**
 * Checks the calibration that a model's own files carry.
 *
 * @param file Where it is stored, for the error.
 * @param value The stored value; `undefined` if there is none.
 * @throws ModelIntegrityError when it is not a valid calibration.
 */
export function storedCalibration(model: string, file: string, value: unknown): Calibration | undefined {
  if (value === undefined || value === null) return undefined;
  try {
    checkCalibration("calibration", value);
    return value;
  } catch (cause) {
    throw new ModelIntegrityError(model, `its calibration is invalid. ${(cause as Error).message}`, { file, cause });
  }
}

/**
 * Reads the calibration from `langchain_rerank.calibration` in a model's `config.json`.
 *
 * @param readText Reads one of the model's files.
 * @throws ModelIntegrityError when it is not a valid calibration.
 */
export async function readStoredCalibration(
  model: string,
  readText: (file: string) => Promise<string>,
): Promise<Calibration | undefined> {
  const file = "config.json";
  const text = await readText(file).catch(() => "{}");
  let config: { langchain_rerank?: { calibration?: unknown } };
  try {
    config = JSON.parse(text);
  } catch {
    return undefined; // Loading the model reports the broken file.
  }
  return storedCalibration(model, file, config?.langchain_rerank?.calibration);
}
