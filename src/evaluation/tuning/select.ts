/** Quality and cost of one setting: what choices are made by. */
export interface Rated {
  mean: number;
  seconds: number;
}

/** The highest mean; among equals the fastest, then the first. */
export function pickBest<T extends Rated>(rated: readonly T[]): T {
  return rated.reduce((best, each) =>
    each.mean > best.mean || (each.mean === best.mean && each.seconds < best.seconds) ? each : best,
  );
}

/**
 * The fastest whose mean is at most `within` (a share) below the best; among equally fast ones the highest mean.
 *
 * @param within - 0 or more; 0.02 keeps 98 %
 */
export function pickFastest<T extends Rated>(rated: readonly T[], within: number): T {
  const floor = pickBest(rated).mean * (1 - within);
  const enough = rated.filter(({ mean }) => mean >= floor);
  return enough.reduce((best, each) =>
    each.seconds < best.seconds || (each.seconds === best.seconds && each.mean > best.mean) ? each : best,
  );
}

/** Those that no other beats in one of quality and time without losing in the other: fastest first. */
export function paretoFront<T extends Rated>(rated: readonly T[]): T[] {
  const front: T[] = [];
  for (const each of [...rated].sort((a, b) => a.seconds - b.seconds || b.mean - a.mean)) {
    if (front.length === 0 || each.mean > front.at(-1)!.mean) front.push(each);
  }
  return front;
}
