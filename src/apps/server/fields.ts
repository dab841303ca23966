import { z } from "zod";
import { HttpError, invalidField } from "./http-error.js";

/** Fields that the schemas of request bodies are made of. `null` counts as absent, since many clients write every field they know. */

/** A string that is not blank. */
export const requiredText = () =>
  z.string(must("be a string")).refine((text) => text.trim() !== "", "must not be blank");

export const optionalText = () => z.string(must("be a string")).nullish();

export const optionalFlag = () => z.boolean(must("be a boolean")).nullish();

/** An integer of at least 1. */
export const requiredCount = () => {
  const error = must("be an integer of at least 1");
  return z.int(error).min(1, error);
};

export const optionalCount = () => requiredCount().nullish();

/** A string. */
export const stringItem = () => z.string(must("be a string"));

/** A string, or an object with a string `text`, whose other fields are ignored. */
export const documentItem = () =>
  z.union([z.string(), z.object({ text: z.string() }).transform(({ text }) => text)], {
    error: "must be a string, or an object with a string `text`",
  });

/** An array of 1 to `limit` texts. */
export const texts = (item: z.ZodType<string>, limit: number) =>
  z.array(item, must("be an array")).min(1, "must hold at least one text").max(limit);

/** Fields that a dialect defines and that have no effect here. */
export function ignored(...names: string[]): Record<string, z.ZodOptional<z.ZodUnknown>> {
  return Object.fromEntries(names.map((name) => [name, z.unknown().optional()]));
}

/**
 * Checks a request body.
 *
 * @param schema A strict object, so that a misspelled field is an error and not a default.
 * @throws HttpError 400 naming the first field at fault, or 413 for too many texts.
 */
export function parseRequest<Shape extends z.ZodRawShape>(schema: z.ZodObject<Shape>, body: unknown) {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const issue = result.error.issues[0] as z.core.$ZodIssue;
  if (issue.code === "unrecognized_keys") {
    const fields = Object.keys(schema.shape).join(", ");
    throw invalidField(
      pathOf([...issue.path, issue.keys[0] ?? ""]),
      `is not a field of this request; its fields are ${fields}`,
    );
  }
  const param = pathOf(issue.path) || "body";
  if (issue.code === "too_big" && issue.origin === "array") {
    const message = `${param}: at most ${issue.maximum} texts are allowed per request`;
    throw new HttpError(413, "too_many_documents", message, { param });
  }
  throw invalidField(param, issue.message);
}

/** The error parameter of a schema. */
function must(expectation: string) {
  return {
    error: ({ input }: { input?: unknown }) => `must ${expectation}${input === undefined ? ", and is missing" : ""}`,
  };
}

/** `documents[1].text`. */
function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((key, index) => (typeof key === "number" ? `[${key}]` : index ? `.${String(key)}` : String(key)))
    .join("");
}
