import type {
  PlaygroundAnswer,
  PlaygroundBackend,
  PlaygroundCall,
  PlaygroundProgress,
} from "../shared/playground-protocol.js";
import { PassageFinder } from "./passage-finder.js";
import { find, show } from "./view/find.js";
import type { Form } from "./view/form.js";
import { count, formatDuration, formatScore } from "./view/format.js";
import type { ProblemBox } from "./view/problem.js";
import type { ResultList } from "./view/result-list.js";

/** Milliseconds that a request may take before a bar says that it is under way: a flash would only disturb. */
const PATIENCE = 150;

/** The right side of the page: requests an order and shows it. Only one request runs at a time; a new one cancels it. */
export class Ranking {
  readonly #backend: PlaygroundBackend;
  readonly #form: Form;
  readonly #list: ResultList;
  readonly #problem: ProblemBox;
  readonly #status = find(document, "#status", HTMLElement);
  readonly #progress = find(document, "#progress", HTMLElement);
  #current = new AbortController();
  #busy = false;
  #finder: PassageFinder | undefined;
  #ranked = false;

  constructor(backend: PlaygroundBackend, form: Form, list: ResultList, problem: ProblemBox) {
    this.#backend = backend;
    this.#form = form;
    this.#list = list;
    this.#problem = problem;
  }

  get busy(): boolean {
    return this.#busy;
  }

  /** The documents on the page have been ranked. */
  get ranked(): boolean {
    return this.#ranked;
  }

  /** The options of a call to the backend. */
  call(signal = new AbortController().signal): PlaygroundCall {
    return { signal, onProgress: (progress) => this.#showProgress(progress) };
  }

  /** Announces a text in the live region. */
  say(text: string): void {
    this.#status.textContent = text;
  }

  stop(): void {
    if (!this.#busy) return;
    this.#current.abort();
    this.say("Stopped.");
  }

  /** Shows the documents in the order given, without scores. */
  preview(): void {
    this.#current.abort();
    this.#finder = undefined;
    this.#setRanked(false);
    let documents: readonly string[] = [];
    try {
      const parsed = this.#form.parse();
      documents = parsed.documents;
      this.#form.setCount(parsed);
    } catch {
      // The error is shown when the documents are ranked: they may be half typed.
      this.#form.setCount(undefined);
    }
    this.#list.setDocuments(documents);
    show(find(document, "#empty", HTMLElement), documents.length === 0);
    this.say(documents.length > 0 ? "In the order given." : "");
  }

  /** Says that the order belongs to an earlier query. */
  outdate(): void {
    if (this.#ranked) this.say("The query has changed since: press Rerank.");
  }

  /** Requests the best passages of the visible documents. */
  wantPassages(indexes: readonly number[]): void {
    this.#finder?.want(indexes).catch((error: unknown) => {
      if (!this.#current.signal.aborted) this.#problem.tell(error);
      this.#finder = undefined;
    });
  }

  async run(): Promise<void> {
    this.#problem.clear();
    this.#current.abort();
    const current = new AbortController();
    this.#current = current;
    const request = this.#readRequest();
    if (!request) return;
    this.#setBusy(true);
    try {
      const answer = await this.#backend.rerank(request, this.call(current.signal));
      if (current.signal.aborted) return;
      const { signal } = current;
      this.#finder = new PassageFinder(this.#backend, request, answer, signal, (index, span) =>
        this.#list.mark(index, span),
      );
      this.#setRanked(true);
      this.#list.setResults(request.documents, answer.results);
      this.say(summary(answer, request.documents));
      this.#reveal();
    } catch (error) {
      if (current.signal.aborted) return;
      this.say("");
      this.#problem.tell(error);
    } finally {
      if (this.#current === current) this.#setBusy(false);
    }
  }

  /** The request from the form; if something is missing, the page says so and focuses it. */
  #readRequest() {
    const query = this.#form.query.value;
    const { method } = this.#form;
    try {
      const parsed = this.#form.parse();
      const { documents } = parsed;
      this.#form.setCount(parsed);
      if (query.trim() === "") return this.#ask("No query", "Write what you are looking for.", this.#form.query);
      if (documents.length === 0)
        return this.#ask("No documents", "Paste some, drop a file, or choose an example.", this.#form.documents);
      if (!method) return this.#ask("No model", "The list of models has not been read yet.", undefined);
      return { query, documents, method };
    } catch (error) {
      this.#problem.tell(error);
      this.#form.documents.focus();
      return undefined;
    }
  }

  #ask(title: string, message: string, where: HTMLElement | undefined): undefined {
    this.#problem.tellText(title, message);
    where?.focus();
  }

  #setRanked(ranked: boolean): void {
    this.#ranked = ranked;
    show(find(document, "#view", HTMLElement), ranked);
  }

  #setBusy(busy: boolean): void {
    this.#busy = busy;
    this.#form.setBusy(busy);
    show(this.#progress, false);
    if (!busy) return;
    this.say("Ranking…");
    const current = this.#current;
    setTimeout(() => {
      if (this.#busy && this.#current === current) show(this.#progress, true);
    }, PATIENCE);
  }

  #showProgress({ label, fraction }: PlaygroundProgress): void {
    this.say(fraction === undefined ? `${label}…` : `${label}: ${Math.round(fraction * 100)}%`);
  }

  /** Scrolls to the order if it is below the form, as on a phone. */
  #reveal(): void {
    const { top } = this.#status.getBoundingClientRect();
    if (top < innerHeight * 0.7 && top > 0) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    find(document, "#results", HTMLElement).scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
  }
}

function summary({ results, milliseconds }: PlaygroundAnswer, documents: readonly string[]): string {
  const ranked = `${count(documents.length, "document")} in ${formatDuration(milliseconds)}.`;
  const [best] = results;
  if (!best) return ranked;
  const from = best.index === 0 ? "it was first before" : `before, it was number ${best.index + 1}`;
  return `${ranked} Best score ${formatScore(best.score)}; ${from}.`;
}
