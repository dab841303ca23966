import type { TextSpan } from "../../../text-span.js";
import type { PlaygroundResult } from "../../shared/playground-protocol.js";
import { excerpt } from "./excerpt.js";
import { find, show } from "./find.js";
import { formatScore } from "./format.js";

/** A document's rank in the new order. */
export interface Placed {
  result: PlaygroundResult;
  /** From 1. */
  rank: number;
  /** Length of the score's bar, 0–1. */
  share: number;
}

/** One document on the page. Its text is somebody else's: it only ever becomes text nodes. */
export class Card {
  readonly element: HTMLLIElement;
  readonly #text: string;
  readonly #firstRank: number;
  #passage: TextSpan | undefined;
  #whole = false;

  /** @param index Index of the document in the order given. */
  constructor(template: HTMLTemplateElement, index: number, text: string) {
    const copy = document.importNode(template.content, true);
    this.element = find(copy, ".card", HTMLLIElement);
    this.element.dataset.index = String(index);
    this.#text = text;
    this.#firstRank = index + 1;
    this.#part(".link").addEventListener("click", () => {
      this.#whole = !this.#whole;
      this.#renderText();
    });
    this.place(undefined);
    this.#renderText();
  }

  get text(): string {
    return this.#text;
  }

  /** Marks the passage that matters most, or none. */
  mark(passage: TextSpan | undefined): void {
    this.#passage = passage;
    this.#renderText();
  }

  /** Shows rank and score; without them, the position in the order given. */
  place(placed: Placed | undefined): void {
    this.#part(".rank").textContent = String(placed?.rank ?? this.#firstRank);
    this.element.classList.toggle("placed", placed !== undefined);
    show(this.#part(".measure"), placed !== undefined);
    show(this.#part(".change"), placed !== undefined);
    const stages = placed?.result.stages;
    this.#part(".stages").textContent = stages ? stageText(stages) : "";
    const flag = this.#part(".flag");
    show(flag, placed?.result.truncated === true);
    flag.textContent = placed?.result.truncated ? "Cut: the model read only the beginning" : "";
    if (!placed) return;
    this.#renderChange(placed.rank);
    this.#part(".score").textContent = formatScore(placed.result.score);
    this.#part(".bar i").style.setProperty("--share", String(placed.share));
  }

  #renderChange(rank: number): void {
    const change = this.#part(".change");
    const moved = this.#firstRank - rank;
    const direction = moved > 0 ? "up" : moved < 0 ? "down" : "same";
    change.dataset.direction = direction;
    change.textContent = moved === 0 ? "=" : `${this.#firstRank} → ${rank}`;
    change.title = moved === 0 ? "stays where it was" : `moved ${direction} from ${this.#firstRank} to ${rank}`;
  }

  #renderText(): void {
    const { before, marked, after, cut } = excerpt(this.#text, this.#passage, this.#whole);
    const parts: (string | HTMLElement)[] = [before];
    if (marked !== "") {
      const mark = document.createElement("mark");
      mark.textContent = marked;
      parts.push(mark);
    }
    const body = this.#part(".text");
    body.replaceChildren(...parts, after);
    body.classList.toggle("blank", this.#text.trim() === "");
    if (this.#text.trim() === "") body.textContent = "(empty)";
    const button = this.#part(".link");
    show(button, cut || this.#whole);
    button.textContent = this.#whole ? "Show less" : `Show all ${this.#text.length.toLocaleString("en")} characters`;
    button.setAttribute("aria-expanded", String(this.#whole));
  }

  #part(selector: string): HTMLElement {
    return find(this.element, selector, HTMLElement);
  }
}

function stageText({ first, cross }: NonNullable<PlaygroundResult["stages"]>): string {
  const parts = [
    ...(first === undefined ? [] : [`first stage ${formatScore(first)}`]),
    cross === undefined ? "not read by the cross-encoder" : `cross-encoder ${formatScore(cross)}`,
  ];
  return parts.join(" · ");
}
