import { raceAbort, startCall } from "../abort.js";
import type { RelevanceScorer } from "../scorers/relevance-scorer.js";

/** Running average of the milliseconds per character of each scorer, to predict whether the next batch fits the budget. */
export class ScoringRates {
  #rates = new WeakMap<RelevanceScorer, number>();

  /** Whether the scorer has scored before, so that its model is loaded. */
  has(scorer: RelevanceScorer): boolean {
    return this.#rates.has(scorer);
  }

  /** Forgets everything, because models have been disposed of. */
  reset(): void {
    this.#rates = new WeakMap();
  }

  /** Expected milliseconds for that many characters; 0 as long as nothing is known. */
  expect(scorer: RelevanceScorer, characters: number): number {
    return (this.#rates.get(scorer) ?? 0) * characters;
  }

  learn(scorer: RelevanceScorer, characters: number, milliseconds: number): void {
    const rate = milliseconds / Math.max(1, characters);
    const known = this.#rates.get(scorer);
    this.#rates.set(scorer, known === undefined ? rate : (known + rate) / 2);
  }
}

/** The time that a call has for scoring. */
export interface Budget {
  /** Whether that many characters are expected to be scored in time. */
  affords(scorer: RelevanceScorer, characters: number): boolean;
  /**
   * Runs work until the time is up, in which case it returns undefined. Errors of the work and aborts by the caller pass through.
   */
  run<T>(
    scorer: RelevanceScorer,
    characters: number,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T | undefined>;
}

/**
 * @param milliseconds The whole budget; undefined for no limit.
 * @param spent Milliseconds of it that have been used already.
 */
export function makeBudget(
  milliseconds: number | undefined,
  spent: number,
  signal: AbortSignal,
  rates: ScoringRates,
): Budget {
  if (milliseconds === undefined) return { affords: () => true, run: (_scorer, _characters, work) => work(signal) };
  let used = spent;
  return {
    affords(scorer, characters) {
      const isAffordable = used + rates.expect(scorer, characters) < milliseconds;
      // Halves the estimate, so that one slow call does not end scoring permanently.
      if (!isAffordable && rates.has(scorer)) rates.learn(scorer, 1, 0);
      return isAffordable;
    },
    async run(scorer, characters, work) {
      // Loading a model does not count.
      if (!rates.has(scorer)) await raceAbort(signal, Promise.resolve(scorer.load?.({ signal })));
      const call = startCall({ timeout: Math.max(0, milliseconds - used), signals: [signal] });
      const started = performance.now();
      try {
        return await raceAbort(call.signal, work(call.signal));
      } catch (error) {
        if (!call.signal.aborted || signal.aborted) throw error;
        return undefined;
      } finally {
        // Work that was cut short would have taken even longer.
        const elapsed = performance.now() - started;
        rates.learn(scorer, characters, elapsed);
        used += elapsed;
        call.release();
      }
    },
  };
}
