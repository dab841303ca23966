import type { PlaygroundBackend } from "../shared/playground-protocol.js";
import { readExamples } from "./examples/example.js";
import { formatDocuments } from "./input/parse-documents.js";
import { languageNotice } from "./language.js";
import { Ranking } from "./ranking.js";
import { DEFAULT_STATE, type PlaygroundState } from "./settings.js";
import { copyLink, readLink } from "./share/link.js";
import { takeFiles } from "./view/files.js";
import { find, show } from "./view/find.js";
import { Form } from "./view/form.js";
import { ProblemBox } from "./view/problem.js";
import { type ListOrder, ResultList } from "./view/result-list.js";

/** Milliseconds from the last keystroke, or the last move of a slider, until the page reacts. */
const SETTLE = 250;

/**
 * Starts the page. The document that the script runs in must be `index.html`.
 *
 * @param backend Where scores come from.
 * @throws Error when an element of the page is missing.
 */
export function startPlayground(backend: PlaygroundBackend): void {
  new Page(backend).start();
}

class Page {
  readonly #backend: PlaygroundBackend;
  readonly #form = new Form();
  readonly #undo = find(document, "#undo", HTMLButtonElement);
  readonly #problem: ProblemBox;
  readonly #list: ResultList;
  readonly #ranking: Ranking;
  #settling: ReturnType<typeof setTimeout> | undefined;
  /** The state of the form before it was replaced. */
  #replaced: PlaygroundState | undefined;
  /** A link's choice of models, until the list of models has loaded. */
  #wanted: PlaygroundState | undefined;

  constructor(backend: PlaygroundBackend) {
    this.#backend = backend;
    this.#problem = new ProblemBox((key) => {
      backend.setKey?.(key);
      this.#problem.clear();
      this.#problem.hideKey();
      void this.#loadModels();
    });
    this.#list = new ResultList((indexes) => this.#ranking.wantPassages(indexes));
    this.#ranking = new Ranking(backend, this.#form, this.#list, this.#problem);
  }

  start(): void {
    find(document, "#privacy", HTMLElement).textContent = this.#backend.privacy;
    this.#listenToForm();
    this.#listenToPage();
    const examples = this.#offerExamples();
    if (examples[0] && location.hash.length <= 1) this.#showExample(examples[0]);
    else this.#form.setTexts(DEFAULT_STATE);
    this.#form.setMethod(DEFAULT_STATE);
    show(this.#undo, false);
    this.#preview();
    void this.#openLink();
    void this.#loadModels();
  }

  async #loadModels(): Promise<void> {
    try {
      this.#form.setModels(await this.#backend.models(this.#ranking.call()));
      const missing = this.#wanted ? this.#form.setMethod(this.#wanted) : [];
      this.#wanted = undefined;
      if (missing.length > 0) {
        this.#problem.tellText("Not quite what the link says", `There is no ${missing.join(" and no ")} here.`);
      }
      this.#warnOfLanguage();
    } catch (error) {
      this.#problem.tell(error);
    }
  }

  async #openLink(): Promise<void> {
    if (location.hash.length <= 1) return;
    try {
      const state = await readLink();
      this.#keep();
      this.#wanted = state;
      this.#form.setTexts(state);
      if (this.#form.hasModels) await this.#loadModels();
      this.#preview();
      this.#ranking.say("Opened from a link. Nothing has been sent anywhere yet: press Rerank.");
      this.#form.focusRun();
    } catch (error) {
      this.#problem.tellText("This link cannot be read", error instanceof Error ? error.message : String(error));
    }
  }

  #listenToForm(): void {
    const { element, query, documents } = this.#form;
    element.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#ranking.busy) this.#ranking.stop();
      else this.#run();
    });
    query.addEventListener("keydown", (event) => {
      // 229: the key belongs to an input method, which Safari reports in no other way.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.#run();
    });
    query.addEventListener("input", () => {
      this.#form.refresh();
      this.#ranking.outdate();
      this.#settle(() => this.#warnOfLanguage());
    });
    documents.addEventListener("input", () => this.#settle(() => this.#preview()));
    find(document, "#format", HTMLSelectElement).addEventListener("change", () => this.#preview());
    for (const input of Array.from(element.querySelectorAll("input[type=radio], #model, #embeddings"))) {
      input.addEventListener("change", () => this.#methodChanged(0));
    }
    for (const input of Array.from(element.querySelectorAll("input[type=range]"))) {
      input.addEventListener("input", () => this.#methodChanged(SETTLE));
    }
    this.#undo.addEventListener("click", () => {
      if (this.#replaced) this.#form.setTexts(this.#replaced);
      show(this.#undo, false);
      documents.focus();
      this.#preview();
    });
  }

  #listenToPage(): void {
    document.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
        event.preventDefault();
        this.#run();
      }
      if (event.key === "Escape") this.#ranking.stop();
    });
    find(document, "#skip", HTMLAnchorElement).addEventListener("click", (event) => {
      // The part of the address after # belongs to links.
      event.preventDefault();
      find(document, "#results-title", HTMLElement).focus();
    });
    find(document, "#share", HTMLButtonElement).addEventListener("click", () => {
      void copyLink(this.#form.state).then(
        (sentence) => this.#ranking.say(sentence),
        (error: unknown) => this.#problem.tell(error),
      );
    });
    addEventListener("hashchange", () => {
      this.#problem.clear();
      void this.#openLink();
    });
    find(document, "#view", HTMLFieldSetElement).addEventListener("change", (event) => {
      this.#list.setOrder((event.target as HTMLInputElement).value as ListOrder);
    });
    takeFiles(
      (texts) => {
        this.#keep();
        const { text, format } = formatDocuments(texts);
        this.#form.setTexts({ ...this.#form.state, text, format });
        this.#preview();
      },
      (error) => this.#problem.tell(error),
    );
  }

  #offerExamples() {
    const select = find(document, "#example", HTMLSelectElement);
    const examples = readExamples();
    select.append(...examples.map(({ name }, index) => new Option(name, String(index))));
    select.addEventListener("change", () => {
      const example = examples[Number(select.value)];
      if (select.value === "" || !example) return;
      this.#showExample(example);
      this.#preview();
      select.value = "";
    });
    return examples;
  }

  #showExample({ query, documents }: ReturnType<typeof readExamples>[number]): void {
    this.#keep();
    this.#form.setTexts({ query, ...formatDocuments(documents) });
  }

  /** Offers to undo the replacement that follows. */
  #keep(): void {
    this.#replaced = this.#form.state;
    show(this.#undo, this.#replaced.text.trim() !== "" || this.#replaced.query.trim() !== "");
  }

  #methodChanged(wait: number): void {
    this.#form.refresh();
    this.#warnOfLanguage();
    this.#settle(() => {
      if (this.#ranking.ranked) this.#run();
    }, wait);
  }

  /** Shows the documents of the editor, in the order given. */
  #preview(): void {
    this.#problem.clear();
    this.#ranking.preview();
    this.#warnOfLanguage();
  }

  #warnOfLanguage(): void {
    const { query, text } = this.#form.state;
    const notice = languageNotice({ query, documents: text }, this.#form.chosenModels, this.#form.models);
    const box = find(document, "#language", HTMLElement);
    const message = find(box, "span", HTMLElement);
    // Writing the same text again would make screen readers repeat it.
    if (message.textContent !== (notice?.message ?? "")) message.textContent = notice?.message ?? "";
    const use = find(box, "button", HTMLButtonElement);
    use.textContent = `Use ${notice?.alternative ?? ""}`;
    use.onclick = () => {
      if (notice?.alternative !== undefined) this.#form.chooseModel(notice.alternative);
      this.#methodChanged(0);
    };
    show(use, notice?.alternative !== undefined);
    show(box, notice !== undefined);
  }

  #run(): void {
    // A pending preview would come after the result and undo it.
    clearTimeout(this.#settling);
    this.#warnOfLanguage();
    void this.#ranking.run();
  }

  #settle(then: () => void, wait = SETTLE): void {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(then, wait);
  }
}
