/**
 * Name of a scorer or of embeddings, for reports: `model` or `modelName`, unless it is something other than a name, such as the model itself. By
 * default it is the name of the class; modules, which have none, count as objects.
 */
export function modelName(of: object): string {
  const { model, modelName: name } = of as { model?: unknown; modelName?: unknown };
  const known = [model, name].find((each) => typeof each === "string" && each !== "");
  return (known as string | undefined) ?? className(of);
}

/** Name of an object's class. Modules and objects without a prototype have none. */
export function className(of: object): string {
  return of.constructor?.name ?? "Object";
}
