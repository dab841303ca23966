/** An element of the page, of the kind that the script relies on. @throws Error when the page and its script do not belong together. */
export function find<T extends Element>(root: ParentNode, selector: string, kind: new () => T): T {
  const found = root.querySelector(selector);
  if (found instanceof kind) return found;
  throw new Error(`The page has no ${kind.name} ${selector}.`);
}

/** Shows or hides an element, for screen readers too. */
export function show(target: HTMLElement, visible: boolean): void {
  target.hidden = !visible;
}
