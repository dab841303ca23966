import type { PlaygroundModel, RerankMethod } from "../../shared/playground-protocol.js";
import { type DocumentFormat, type ParsedDocuments, parseDocuments } from "../input/parse-documents.js";
import { DEFAULT_STATE, type PlaygroundState, type RerankerChoice } from "../settings.js";
import { find, show } from "./find.js";
import { count } from "./format.js";

const FORMAT_NAMES: Readonly<Partial<Record<ParsedDocuments["format"], string>>> = {
  lines: "one per line",
  paragraphs: "separated by blank lines",
  rules: "separated by dashes",
  json: "JSON",
  jsonl: "JSON lines",
};

/** The left side of the page: query, documents and settings. */
export class Form {
  readonly element = find(document, "#ask", HTMLFormElement);
  readonly query = find(document, "#query", HTMLTextAreaElement);
  readonly documents = find(document, "#documents", HTMLTextAreaElement);
  readonly #format = find(document, "#format", HTMLSelectElement);
  readonly #model = find(document, "#model", HTMLSelectElement);
  readonly #embeddings = find(document, "#embeddings", HTMLSelectElement);
  readonly #alpha = find(document, "#alpha", HTMLInputElement);
  readonly #topK = find(document, "#top-k", HTMLInputElement);
  readonly #run = find(document, "#run", HTMLButtonElement);
  #models: readonly PlaygroundModel[] = [];

  /** All models on offer. */
  get models(): readonly PlaygroundModel[] {
    return this.#models;
  }

  /** Chooses a model by id, in the list that it belongs to. */
  chooseModel(id: string): void {
    const embedding = this.#models.find((model) => model.id === id)?.kind === "embedding";
    (embedding ? this.#embeddings : this.#model).value = id;
    this.refresh();
  }

  /** Fills the lists of models and enables the rerankers that they make possible. */
  setModels(models: readonly PlaygroundModel[]): void {
    this.#models = models;
    fill(
      this.#model,
      models.filter(({ kind }) => kind !== "embedding"),
    );
    fill(
      this.#embeddings,
      models.filter(({ kind }) => kind === "embedding"),
    );
    for (const input of this.#rerankers()) {
      input.disabled = !this.#possible(input.value as RerankerChoice);
      if (input.disabled) input.checked = false;
    }
    const possible = this.#rerankers().filter(({ disabled }) => !disabled);
    if (possible[0] && !possible.some(({ checked }) => checked)) possible[0].checked = true;
    this.refresh();
  }

  /** The models that the chosen reranker runs. */
  get chosenModels(): PlaygroundModel[] {
    const { method } = this;
    const ids: unknown[] = method ? Object.values(method) : [];
    return this.#models.filter(({ id }) => ids.includes(id));
  }

  /** How to rank; `undefined` while the models for it are missing. */
  get method(): RerankMethod | undefined {
    const { reranker, alpha, topK } = this.state;
    const model = this.#model.value;
    const embeddings = this.#embeddings.value;
    if (!this.#possible(reranker)) return undefined;
    if (reranker === "cross-encoder") return { reranker, model };
    if (reranker === "embedding") return { reranker, embeddings };
    return { reranker, model, embeddings, alpha, topK };
  }

  get state(): PlaygroundState {
    const reranker = this.#rerankers().find(({ checked }) => checked)?.value as RerankerChoice | undefined;
    return {
      query: this.query.value,
      text: this.documents.value,
      format: this.#format.value as DocumentFormat,
      reranker: reranker ?? DEFAULT_STATE.reranker,
      ...(this.#model.value ? { model: this.#model.value } : {}),
      ...(this.#embeddings.value ? { embeddings: this.#embeddings.value } : {}),
      alpha: Number(this.#alpha.value),
      topK: Number(this.#topK.value),
    };
  }

  /** The list of models has been read. */
  get hasModels(): boolean {
    return this.#models.length > 0;
  }

  /** Puts query and documents into the form. */
  setTexts({ query, text, format }: Pick<PlaygroundState, "query" | "text" | "format">): void {
    this.query.value = query;
    this.documents.value = text;
    this.#format.value = format;
    this.refresh();
  }

  /** Chooses reranker, models and sliders. Returns the names of what is not available here. */
  setMethod({ reranker, model, embeddings, alpha, topK }: PlaygroundState): string[] {
    const missing: string[] = [];
    this.#alpha.value = String(alpha);
    this.#topK.value = String(topK);
    const radio = this.#rerankers().find(({ value }) => value === reranker);
    if (radio?.disabled) missing.push(`reranker "${reranker}"`);
    else if (radio) radio.checked = true;
    const wanted: [HTMLSelectElement, string | undefined][] = [
      [this.#model, reranker === "embedding" ? undefined : model],
      [this.#embeddings, reranker === "cross-encoder" ? undefined : embeddings],
    ];
    for (const [select, id] of wanted) {
      if (id === undefined) continue;
      if (Array.from(select.options).some(({ value }) => value === id)) select.value = id;
      else missing.push(`model "${id}"`);
    }
    this.refresh();
    return missing;
  }

  /** @throws TextSourceError */
  parse(): ParsedDocuments {
    return parseDocuments(this.documents.value, this.#format.value as DocumentFormat);
  }

  /** Updates the labels and shows the options of the chosen reranker. */
  refresh(): void {
    const { reranker, alpha, topK } = this.state;
    show(find(document, "#model-field", HTMLElement), reranker !== "embedding");
    show(find(document, "#embeddings-field", HTMLElement), reranker !== "cross-encoder");
    show(find(document, "#alpha-field", HTMLElement), reranker === "hybrid");
    show(find(document, "#top-k-field", HTMLElement), reranker === "hybrid");
    find(document, "#alpha-value", HTMLOutputElement).value = alpha.toFixed(2);
    find(document, "#top-k-value", HTMLOutputElement).value = String(topK);
    growToText(this.query);
  }

  /** Shows the number of documents and how they were read. */
  setCount(parsed: ParsedDocuments | undefined): void {
    const text = parsed ? `${count(parsed.documents.length, "document")}, ${FORMAT_NAMES[parsed.format]}` : "";
    find(document, "#count", HTMLElement).textContent = parsed?.documents.length ? text : "";
  }

  /** While a request runs, the button stops it. */
  setBusy(busy: boolean): void {
    this.#run.textContent = busy ? "Stop" : "Rerank";
    this.#run.classList.toggle("busy", busy);
    this.element.setAttribute("aria-busy", String(busy));
  }

  focusRun(): void {
    this.#run.focus();
  }

  #rerankers(): HTMLInputElement[] {
    return Array.from(this.element.querySelectorAll<HTMLInputElement>("input[name=reranker]"));
  }

  #possible(reranker: RerankerChoice): boolean {
    const has = (embedding: boolean) => this.#models.some(({ kind }) => (kind === "embedding") === embedding);
    return (reranker === "embedding" || has(false)) && (reranker === "cross-encoder" || has(true));
  }
}

function fill(select: HTMLSelectElement, models: readonly PlaygroundModel[]): void {
  const chosen = select.value;
  select.replaceChildren(
    ...models.map(({ id, kind }) => {
      const option = document.createElement("option");
      option.value = id;
      option.textContent = kind === "late-interaction" ? `${id} (late interaction)` : id;
      return option;
    }),
  );
  if (models.some(({ id }) => id === chosen)) select.value = chosen;
}

/** Makes a text area as tall as its text. */
function growToText(area: HTMLTextAreaElement): void {
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + area.offsetHeight - area.clientHeight}px`;
}
