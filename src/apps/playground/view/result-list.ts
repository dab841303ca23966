import type { TextSpan } from "../../../text-span.js";
import type { PlaygroundResult } from "../../shared/playground-protocol.js";
import { Card, type Placed } from "./card.js";
import { find, show } from "./find.js";
import { barShares } from "./format.js";
import { glide } from "./move.js";

/** Cards that are shown before a button asks for more. */
const PAGE = 100;

/** Which order the list is in. */
export type ListOrder = "new" | "given";

/** The documents as cards, in one of two orders. */
export class ResultList {
  readonly #list = find(document, "#cards", HTMLOListElement);
  readonly #template = find(document, "#card", HTMLTemplateElement);
  readonly #more = find(document, "#more", HTMLButtonElement);
  readonly #watcher: IntersectionObserver;
  readonly #cards = new Map<number, Card>();
  #texts: readonly string[] = [];
  #placed: ReadonlyMap<number, Placed> = new Map();
  #order: ListOrder = "new";
  #limit = PAGE;

  /** @param onSeen Called with the input indexes of cards that come into view. */
  constructor(onSeen: (indexes: number[]) => void) {
    this.#watcher = new IntersectionObserver(
      (entries) => {
        const seen = entries.filter(({ isIntersecting }) => isIntersecting);
        if (seen.length > 0) onSeen(seen.map(({ target }) => Number((target as HTMLElement).dataset.index)));
      },
      { rootMargin: "200px" },
    );
    this.#more.addEventListener("click", () => {
      const first = this.#limit;
      this.#limit += PAGE;
      this.#render();
      // The button may be gone, so the focus moves to the first of the new cards.
      const next = this.#list.children[first];
      if (next instanceof HTMLElement) {
        next.tabIndex = -1;
        next.focus();
      }
    });
  }

  /** Shows documents as given, without scores. */
  setDocuments(texts: readonly string[]): void {
    this.#take(texts);
    this.#setPlaced(new Map());
  }

  /** Puts the documents in their new order. */
  setResults(texts: readonly string[], results: readonly PlaygroundResult[]): void {
    this.#take(texts);
    const shares = barShares(results.map(({ score }) => score));
    const placed = results.map((result, at): [number, Placed] => [
      result.index,
      { result, rank: at + 1, share: shares[at]! },
    ]);
    this.#setPlaced(new Map(placed));
  }

  setOrder(order: ListOrder): void {
    this.#order = order;
    this.#render();
  }

  mark(index: number, passage: TextSpan | undefined): void {
    this.#cards.get(index)?.mark(passage);
  }

  /** Reports every card that is in view, again. */
  #look(): void {
    this.#watcher.disconnect();
    for (const element of Array.from(this.#list.children)) this.#watcher.observe(element);
  }

  /** Cards of documents that are there already stay, so that they can be seen to move. */
  #take(texts: readonly string[]): void {
    if (texts.length === this.#texts.length && texts.every((text, index) => text === this.#texts[index])) return;
    this.#watcher.disconnect();
    this.#cards.clear();
    this.#texts = texts;
    this.#limit = PAGE;
    this.#list.replaceChildren();
  }

  #setPlaced(placed: ReadonlyMap<number, Placed>): void {
    this.#placed = placed;
    for (const card of this.#cards.values()) card.mark(undefined);
    this.#render();
  }

  #render(): void {
    const given = this.#texts.map((_, index) => index);
    const order = this.#order === "new" && this.#placed.size > 0 ? [...this.#placed.keys()] : given;
    const cards = order.slice(0, this.#limit).map((index) => this.#card(index));
    for (const [index, card] of this.#cards) card.place(this.#placed.get(index));
    const present = cards.map(({ element }) => element).filter((element) => element.isConnected);
    glide(present, () => this.#list.replaceChildren(...cards.map(({ element }) => element)));
    const left = order.length - cards.length;
    show(this.#more, left > 0);
    this.#more.textContent = `Show ${Math.min(left, PAGE)} more of ${left}`;
    this.#look();
  }

  #card(index: number): Card {
    const known = this.#cards.get(index);
    if (known) return known;
    const card = new Card(this.#template, index, this.#texts[index]!);
    this.#cards.set(index, card);
    return card;
  }
}
