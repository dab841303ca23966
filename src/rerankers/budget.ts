import { raceAbort, startCall } from "../abort.js";
import type { RelevanceScorer } from "../scorers/relevance-scorer.js";

/** Milliseconds a character by scorer, as last seen: what tells whether another batch still fits. */
export class ScoringRates {
  readonly #rates = new WeakMap<RelevanceScorer, number>();

  /** Expected milliseconds for so many characters; 0 as long as nothing is known. */
  expect(scorer: RelevanceScorer, characters: number): number {
    return (this.#rates.get(scorer) ?? 0) * characters;
  }

  learn(scorer: RelevanceScorer, characters: number, milliseconds: number): void {
    const rate = milliseconds / Math.max(1, characters);
    const known = this.#rates.get(scorer);
    this.#rates.set(scorer, known === undefined ? rate : (known + rate) / 2);
  }
}

/** What is left of a call's time for its second stages. */
export interface Budget {
  /** Whether so many characters are expected to be scored in time. */
  affords(scorer: RelevanceScorer, characters: number): boolean;
  /** Runs work until the time is up. `undefined` when it was; errors of the work and aborts of the caller pass through. */
  run<T>(
    scorer: RelevanceScorer,
    characters: number,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T | undefined>;
  release(): void;
}

/** @param milliseconds From now; undefined for as long as it takes. */
export function startBudget(milliseconds: number | undefined, signal: AbortSignal, rates: ScoringRates): Budget {
  if (milliseconds === undefined) {
    return { affords: () => true, run: (_scorer, _characters, work) => work(signal), release: () => {} };
  }
  const started = performance.now();
  const deadline = startCall({ timeout: milliseconds, signals: [signal] });
  return {
    affords: (scorer, characters) => performance.now() - started + rates.expect(scorer, characters) < milliseconds,
    async run(scorer, characters, work) {
      const begun = performance.now();
      try {
        const result = await raceAbort(deadline.signal, work(deadline.signal));
        rates.learn(scorer, characters, performance.now() - begun);
        return result;
      } catch (error) {
        if (!deadline.signal.aborted || signal.aborted) throw error;
        // It was cut short, so the true rate is higher still.
        rates.learn(scorer, characters, performance.now() - begun);
        return undefined;
      }
    },
    release: deadline.release,
  };
}
