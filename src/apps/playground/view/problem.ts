import { PlaygroundError } from "../../shared/playground-protocol.js";
import { find, show } from "./find.js";

/** The part of the page that shows errors and asks for a key. */
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

  /** Shows the name and the message of an error. */
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

  /** Hides the field for the key after it was accepted. */
  hideKey(): void {
    show(this.#keyField, false);
    this.#key.value = "";
  }
}
