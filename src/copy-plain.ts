/**
 * A copy of arrays and plain objects, at any depth. Everything else, such as functions and instances of classes, is shared: unlike
 * `structuredClone`, this fails for nothing that a scorer may put into its report.
 *
 * @param copies The copies so far, by what they are of, for values that contain themselves.
 */
export function copyPlain<T>(value: T, copies = new Map<unknown, unknown>()): T {
  if (copies.has(value)) return copies.get(value) as T;
  const isList = Array.isArray(value);
  if (!isList && Object.getPrototypeOf(value ?? 0) !== Object.prototype) return value;
  const copy = (isList ? [...value] : { ...value }) as Record<string, unknown>;
  copies.set(value, copy);
  for (const key of Object.keys(copy)) copy[key] = copyPlain(copy[key], copies);
  return copy as T;
}
