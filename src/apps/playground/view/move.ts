const DURATION = 560;
/** Milliseconds between the start of one card's move and the next one's, so that the eye can follow. */
const STAGGER = 14;
const MOST_DELAY = 180;

/** Reorders elements and animates each from its old position to its new one, unless the user prefers reduced motion. */
export function glide(elements: readonly HTMLElement[], reorder: () => void): void {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
    reorder();
    return;
  }
  const before = elements.map((element) => element.getBoundingClientRect().top);
  reorder();
  const after = elements.map((element) => element.getBoundingClientRect().top);
  const reach = innerHeight;
  elements.forEach((element, index) => {
    const way = before[index]! - after[index]!;
    const near = (top: number) => top > -reach && top < 2 * reach;
    if (way === 0 || !(near(before[index]!) || near(after[index]!))) return;
    const from = Math.max(-reach, Math.min(reach, way));
    element.animate([{ transform: `translateY(${from}px)` }, { transform: "none" }], {
      duration: DURATION,
      delay: Math.min(MOST_DELAY, index * STAGGER),
      easing: "cubic-bezier(0.22, 0.8, 0.24, 1)",
      fill: "backwards",
    });
  });
}
