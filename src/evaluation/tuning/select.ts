/** Quality and cost of a system or setting. */
interface Rated {
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
 * The fastest whose mean is within a tolerance of the best; among equally fast ones the highest mean.
 *
 * @param within - tolerance as a proportion; 0.02 accepts 98% of the best mean
 */
export function pickFastest<T extends Rated>(rated: readonly T[], within: number): T {
  const floor = pickBest(rated).mean * (1 - within);
  const enough = rated.filter(({ mean }) => mean >= floor);
  return enough.reduce((best, each) =>
    each.seconds < best.seconds || (each.seconds === best.seconds && each.mean > best.mean) ? each : best,
  );
}

/** The Pareto front: those that no other beats in quality or time without losing in the other. Fastest first. */
export function paretoFront<T extends Rated>(rated: readonly T[]): T[] {
  const front: T[] = [];
  for (const each of [...rated].sort((a, b) => a.seconds - b.seconds || b.mean - a.mean)) {
    if (front.length === 0 || each.mean > front.at(-1)!.mean) front.push(each);
  }
  return front;
}
