import { InvalidOptionError } from "../errors.js";

/** Options that cannot change any result of a model that does not run on ONNX, so that several models may share them. */
const HARMLESS = ["acceptLicense", "onProgress"];

/**
 * Rejects options of ONNX models for a model that does not run on ONNX.
 *
 * @param kind Completes the sentence "…, which is": `a static model`.
 * @throws InvalidOptionError for the first option that would have no effect.
 */
export function rejectOnnxOptions(options: object, name: string, kind: string): void {
  for (const [option, value] of Object.entries(options)) {
    if (value === undefined || HARMLESS.includes(option)) continue;
    const sentence = `\`${option}\` has no effect on "${name}", which is ${kind}. Leave it out.`;
    throw InvalidOptionError.because(option, value, sentence);
  }
}
