import { HttpError, invalidField } from "./http-error.js";

/** A JSON object that a client sent. */
export type Body = Readonly<Record<string, unknown>>;

/** Parses a body that must be a JSON object. @throws HttpError 400 */
export function parseBody(text: string): Body {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new HttpError(400, "invalid_json", "body: must be JSON", { param: "body" });
  }
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw invalidField("body", "must be a JSON object");
  return body as Body;
}

/** A text that must be there and not be blank. @throws HttpError 400 */
export function requiredText(body: Body, field: string): string {
  const value = body[field];
  if (typeof value !== "string") throw invalidField(field, `must be a string${missing(value)}`);
  if (value.trim() === "") throw invalidField(field, "must not be blank");
  return value;
}

/** Absent, or of the one type; `null` counts as absent, since many clients write out every field they know. @throws HttpError 400 */
export function optional(body: Body, field: string, type: "boolean"): boolean | undefined;
export function optional(body: Body, field: string, type: "string"): string | undefined;
export function optional(body: Body, field: string, type: "boolean" | "string"): unknown {
  const value = body[field] ?? undefined;
  if (value !== undefined && typeof value !== type) throw invalidField(field, `must be a ${type}`);
  return value;
}

/** A whole number of at least 1, or absent. @throws HttpError 400 */
export function optionalCount(body: Body, field: string): number | undefined {
  const value = body[field] ?? undefined;
  if (value === undefined) return undefined;
  if (!Number.isSafeInteger(value) || (value as number) < 1)
    throw invalidField(field, "must be a whole number of at least 1");
  return value as number;
}

/** A list of texts within the limit, each a string or, where allowed, an object with `text`. @throws HttpError 400, 413 */
export function textList(body: Body, field: string, limit: number, objects: boolean): string[] {
  const list = body[field];
  if (!Array.isArray(list)) throw invalidField(field, `must be an array${missing(list)}`);
  if (list.length === 0) throw invalidField(field, "must hold at least one text");
  if (list.length > limit) {
    throw new HttpError(413, "too_many_documents", `${field}: ${list.length} texts, at most ${limit} are allowed`, {
      param: field,
    });
  }
  return list.map((item: unknown, index) => {
    if (typeof item === "string") return item;
    const text = objects ? (item as { text?: unknown } | null)?.text : undefined;
    if (typeof text === "string") return text;
    throw invalidField(
      `${field}[${index}]`,
      objects ? "must be a string, or an object with a string `text`" : "must be a string",
    );
  });
}

function missing(value: unknown): string {
  return value === undefined ? ", and is missing" : "";
}
