import { Document, type DocumentInterface } from "@langchain/core/documents";

/**
 * A copy of a document with more metadata. The copy has the same class and fields; the document passed in, and its metadata object, are
 * not changed. A plain object becomes a LangChain `Document`.
 */
export function copyWith(document: DocumentInterface, added: Record<string, unknown>): DocumentInterface {
  const prototype = Object.getPrototypeOf(document);
  const isPlain = prototype === Object.prototype || prototype === null;
  const fields: PropertyDescriptorMap = Object.getOwnPropertyDescriptors(document);
  fields.metadata = { value: { ...document.metadata, ...added }, enumerable: true };
  // The copy of a frozen document is not frozen.
  for (const key of Reflect.ownKeys(fields) as string[]) {
    fields[key]!.configurable = true;
    if ("value" in fields[key]!) fields[key].writable = true;
  }
  return Object.create(isPlain ? Document.prototype : prototype, fields);
}
