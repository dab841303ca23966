/** A part of a text, in UTF-16 code units: `text.slice(start, end)`. */
export interface TextSpan {
  /** Index of the first code unit, 0 or more. */
  start: number;
  /** Index after the last code unit. */
  end: number;
}

/** A part of a text with the score of that part alone. */
export interface ScoredSpan extends TextSpan {
  /** A finite number on the scale of the model that scored the span; higher is more relevant. */
  score: number;
  /** The part of the query that the span matches, for models that compare words with words. */
  query?: TextSpan;
}
