import type { Service } from "../../remote/service.js";
import type { RequestLimits } from "../../remote/texts.js";

/** The JSON of a request. Field names are paths: `"input.documents"` is the field `documents` of the object `input`. */
export interface RequestShape {
  /** Field of the query. @default "query" */
  query?: string;
  /** True where the field of the query is a list with the query once per text. */
  queryPerText?: true;
  /** Field of the list of texts. @default "documents" */
  texts?: string;
  /** Field that holds the text, where each element of the list is an object. */
  textField?: string;
  /** Field that holds the index as a string, where each element of the list is an object. */
  idField?: string;
  /** Field of the model; `null` where the body has none. @default "model" */
  model?: string | null;
  /** Field that is set to the number of texts, where the server would return only the best few. */
  count?: string;
  /** Object that `extra` and `fixed` belong to. @default the body itself */
  options?: string;
  /** Sent unless `extra` says otherwise. */
  defaults?: Readonly<Record<string, unknown>>;
  /** Always sent. */
  fixed?: Readonly<Record<string, unknown>>;
  /** Fields of the body whose values come from environment variables, unless `extra` has them. */
  environment?: Readonly<Record<string, readonly string[]>>;
}

/** How to read an answer. */
export interface ResponseShape {
  /** Where the list is; the empty path is the answer itself. */
  list: readonly string[];
  /** Field of the index. `id` may be a string of digits. @default "index" */
  index?: "index" | "id";
  /** True where the list holds bare numbers in the order of the request. */
  positional?: true;
  /** Field of the relevant spans of a text, in Unicode code points: `{start, end, score}`. */
  spans?: string;
}

/** How one provider differs from the others. Everything else is shared. */
export interface Provider extends Service {
  request?: RequestShape;
  response: ResponseShape;
  limits: RequestLimits;
  /** Other limits for models whose name begins with the key. */
  modelLimits?: Readonly<Record<string, Partial<RequestLimits>>>;
  /** Field of an instruction, within {@link RequestShape.options}. Without it the provider takes none. */
  instruction?: string;
  /** 0 where every score is known to be between 0 and 1. */
  lowestScore?: 0;
  /** The field of `extra` that makes the server send logits instead. */
  rawSwitch?: readonly [field: string, value: boolean];
}

/** Limit on the number of texts where the provider publishes none. */
export const UNSTATED = 1000;

/** Field that keeps the server from echoing the documents. */
export const NO_DOCUMENTS = { fixed: { return_documents: false } } satisfies RequestShape;
