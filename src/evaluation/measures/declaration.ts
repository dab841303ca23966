/** Values of a measure's parameters, as `P(rel=2)@10` gives them. */
export interface MeasureParams {
  /** Rank after which documents no longer count: the number after `@`. 1 or more. */
  cutoff?: number;
  /** Lowest grade that counts as relevant. Default: 1. */
  rel?: number;
  /** `log2`: the grade is the gain (default). `exp-log2`: 2^grade − 1 is the gain. */
  dcg?: "log2" | "exp-log2";
  /** Gain by grade, in place of the grade itself; grades that are not named keep theirs. */
  gains?: Readonly<Record<number, number>>;
  /** Leave documents without a judgement out of the ranking before measuring. Default: false. */
  judged_only?: boolean;
}

/** Which parameters a measure takes, with what holds when they are not given. */
export type ParamTable = { readonly [K in keyof MeasureParams]?: { required?: true; default?: MeasureParams[K] } };

/**
 * What makes a measure: its names, its parameters, and the figure of one query.
 * The ranking comes best first and in trec_eval's order; judgements include grades of 0 and below.
 */
export interface MeasureDeclaration {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly description: string;
  readonly params: ParamTable;
  /** The measure of one query: document ids best first, grades by document id. */
  compute(ranking: readonly string[], judgements: ReadonlyMap<string, number>, params: MeasureParams): number;
  /** The same for many rankings of one query, where part of the work needs doing only once. */
  prepare?(judgements: ReadonlyMap<string, number>, params: MeasureParams): (ranking: readonly string[]) => number;
}

/** Number of documents of one query whose grade is at least `rel`. */
export function countRelevant(judgements: ReadonlyMap<string, number>, rel: number): number {
  let count = 0;
  for (const grade of judgements.values()) if (grade >= rel) count++;
  return count;
}

/** The ranking that a measure looks at: judged documents only where it says so, down to the cutoff. */
export function visibleRanking(
  ranking: readonly string[],
  judgements: ReadonlyMap<string, number>,
  { cutoff, judged_only: judgedOnly }: MeasureParams,
): readonly string[] {
  const seen = judgedOnly ? ranking.filter((id) => (judgements.get(id) ?? -1) >= 0) : ranking;
  return cutoff === undefined ? seen : seen.slice(0, cutoff);
}
