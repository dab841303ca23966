/** A habit of wording that readers stumble over, and what to write instead. */
export interface Phrase {
  pattern: RegExp;
  instead: string;
}

const COUNTED =
  "(?:numbers?|score|results?|requests?|rows?|vectors?|texts?|documents?|passages?|tokens?|bytes|(?:milli)?seconds?|ms|[kMG]B|files?|sessions?|threads?|workers?|questions?|queries|pairs?|logits?|answers?|entries|entry|lines?)";
const UNIT =
  "(?:text|document|query|token|line|question|passage|candidate|request|worker|session|call|pair|batch|second|minute|model|file|process|set|list|row|run|stage|thread|page|label|entry|word|piece|layer|month|day)";

/** British spellings. */
const BRITISH =
  /\b(?:licen[c]e[sd]?|judgement(?:s|al)?|behaviours?|favou?rs?(?<=our|ours)|colou?rs?(?<=our|ours)|neighbours?|honour(?:s|ed)?|artefacts?|centre[sd]?|grey|catalogues?|programmes?|(?:normal|quant|token|initial|recogn|optim|summar|serial|random|organ|general|character|util|minim|maxim|vector|emphas|parametr|standard|synchron|penal|capital|local)is(?:e|ed|es|er|ers|ing|ation|ations))\b/i;

/** Checked in source, tests, documentation and `--help`. The glossary of CONTRIBUTING.md explains them. */
export const PHRASES: readonly Phrase[] = [
  { pattern: BRITISH, instead: "American spelling" },
  {
    pattern: new RegExp(`\\b(?:one|an?|two|\\d[\\d.,]*) (?:\\w+ )?${COUNTED} an? ${UNIT}\\b`, "i"),
    instead: '"per": one score per text',
  },
  {
    pattern: new RegExp(`\\b${COUNTED} an? ${UNIT}\\b(?! (?:is|that|which|has|of|in|to|for|with|was)\\b)`),
    instead: '"per"',
  },
  {
    pattern: /\bplaces\b(?! (?:an?|the) )|\b(?:its|their|whose|each|every|at|of|by) place\b/i,
    instead: "index, position, rank or location",
  },
  {
    pattern:
      /\b(?:is|are|was|were|be|been|as|than|it) told\b|\btold (?:of|by|as|with|in|apart)\b|\btells (?:of|apart)\b/i,
    instead: '"reported", "says" or "distinguishes"',
  },
  { pattern: /(?<!\/)\bfigures\b(?! out\b)/i, instead: "metrics, numbers or charts" },
  { pattern: /\b(?:known by|goes by) (?:its|their|the|an?)\b/i, instead: '"identified by"' },
  { pattern: /\bh(?:e|o)ld against\b/i, instead: '"compare with"' },
  { pattern: /\bkept (?:vectors|scores)\b|\bvectors? (?:are|is|were) kept\b/i, instead: '"cached"' },
  { pattern: /(?:\/\*\*|^\s*\*) (?:Of|Whoever) /m, instead: "a sentence or noun phrase that says what the thing is" },
  { pattern: /; allowed: /i, instead: '"expected …, got …"' },
  {
    pattern:
      /\b(?:anew|amid|whosoever|unasked|nobody can tell|stands? (?:still|there twice|as it is)|no matter of|without a word|in silence|what became of|keys of the keyboard|no longer delay|worked on once|as last seen|spoken of|thereby|wherein|hereby)\b/i,
    instead: "plain words",
  },
  {
    pattern:
      /\bbeyond chance\b|\bforeign ground\b|\bgo(?:es|ing)? on from\b|\bl(?:ies?|ying|ay) close\b|\bnothing else going on\b|\bcan be had from\b|\bas it ships\b|\bfor want of\b/i,
    instead:
      '"significantly", "out of domain", "continues", "is close", "an idle machine", "is available", "as shipped"',
  },
  { pattern: /\bthe same, for `await using`/i, instead: '"Calls `dispose`, so that `await using` works."' },
  { pattern: /\b(?:an|the) own\b|\bown ones?\b/i, instead: '"its own" or "your own"' },
  { pattern: /\bhow (?:\w+ ){0,3}at most\b|, at (?:most|least)[.;,]/i, instead: '"maximum number of …"' },
];
