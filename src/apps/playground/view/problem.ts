import { PlaygroundError } from "../../shared/playground-protocol.js";
import { find, show } from "./find.js";

/** Where errors are told, and where a key is asked for. */
export class ProblemBox {
  readonly #box = find(document, "#problem", HTMLElement);
  readonly #keyField = find(document, "#key-field", HTMLElement);
  readonly #key = find(document, "#key", HTMLInputElement);

  /** @param onKey Called with a key that was typed. */
  constructor(onKey: (key: string) => void) {
    const use = () => {
      const key = this.#key.value.trim();
      if (key !== "") onKey(key);
    };
    find(document, "#use-key", HTMLButtonElement).addEventListener("click", use);
    this.#key.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      use();
    });
  }

  /** Tells an error by its name and message. */
  tell(error: unknown): void {
    const needsKey = error instanceof PlaygroundError && error.needsKey;
    const name = error instanceof Error ? error.name : "Error";
    this.tellText(name, error instanceof Error ? error.message : String(error));
    if (!needsKey) return;
    show(this.#keyField, true);
    this.#key.focus();
  }

  tellText(title: string, message: string): void {
    find(this.#box, "strong", HTMLElement).textContent = `${title}.`;
    find(this.#box, "span", HTMLElement).textContent = message;
    show(this.#box, true);
  }

  clear(): void {
    show(this.#box, false);
  }

  /** The key was taken. */
  hideKey(): void {
    show(this.#keyField, false);
    this.#key.value = "";
  }
}
