/** Values of a measure's parameters, as in `P(rel=2)@10`. Measures of your own may have other parameters. */
export interface MeasureParams {
  /** Rank after which documents no longer count: the number after `@`. A positive integer. */
  readonly cutoff?: number;
  /** Lowest grade that counts as relevant. A positive integer. */
  readonly rel?: number;
  /** `log2`: the grade is the gain. `exp-log2`: 2^grade − 1 is the gain. */
  readonly dcg?: "log2" | "exp-log2";
  /** Gain by grade, replacing the grade itself; grades that are not listed keep theirs. */
  readonly gains?: Readonly<Record<number, number>>;
  /** Remove documents without a judgment from the ranking before measuring. */
  readonly judged_only?: boolean;
  readonly [name: string]: unknown;
}

/** One parameter of a measure. */
export interface MeasureParameter {
  /** `integer` means a positive integer; `gains` maps grades to gains. */
  readonly type: "integer" | "number" | "boolean" | "string" | "gains";
  /** One sentence for users. */
  readonly description: string;
  /** Value that applies when none is given. */
  readonly default?: unknown;
  /** Whether a value must be given. */
  readonly required?: boolean;
  /** The only values allowed. */
  readonly choices?: readonly unknown[];
}

/** What defines a measure: its name, what it means, its parameters, and how to compute it for one query. */
export interface MeasureDeclaration {
  /** As in `nDCG@10`: letters only. */
  readonly name: string;
  /** Other names for the same measure, such as `MRR` for `RR`. */
  readonly aliases?: readonly string[];
  /** One sentence for users. */
  readonly description: string;
  /** Where the measure was first defined. */
  readonly citation?: string;
  /** By name. A parameter called `cutoff` can also be written as `@10`. */
  readonly parameters: Readonly<Record<string, MeasureParameter>>;
  /**
   * The measure's value for one query.
   *
   * @param ranking - document ids, best first
   * @param judgments - grade by document id; grades of 0 and below mean "not relevant"
   * @param params - every given parameter, and the defaults of the others
   * @returns A finite number; anything else is an error wherever measures are used.
   */
  compute(ranking: readonly string[], judgments: ReadonlyMap<string, number>, params: MeasureParams): number;
  /** The same for many rankings of one query, for measures that can do part of the work once. */
  prepare?(judgments: ReadonlyMap<string, number>, params: MeasureParams): (ranking: readonly string[]) => number;
}

/** Number of documents of one query whose grade is at least `rel`. */
export function countRelevant(judgments: ReadonlyMap<string, number>, rel: number): number {
  let count = 0;
  for (const grade of judgments.values()) if (grade >= rel) count++;
  return count;
}

/** The part of a ranking that a measure looks at: down to the cutoff, and only judged documents if it says so. */
export function visibleRanking(
  ranking: readonly string[],
  judgments: ReadonlyMap<string, number>,
  { cutoff, judged_only: judgedOnly }: MeasureParams,
): readonly string[] {
  const visible = judgedOnly ? ranking.filter((id) => (judgments.get(id) ?? -1) >= 0) : ranking;
  return cutoff === undefined ? visible : visible.slice(0, cutoff);
}
