/** A language other than English that a text is in, with the codes of the languages whose models read it. */
interface Language {
  readonly name: string;
  readonly codes: readonly string[];
}

/** Scripts other than Latin. Japanese comes before Chinese, because Japanese uses Chinese characters too. */
const SCRIPTS: readonly (Language & { readonly letters: RegExp })[] = [
  { name: "Japanese", letters: /[\p{Script=Hiragana}\p{Script=Katakana}]/gu, codes: ["ja"] },
  { name: "Chinese", letters: /\p{Script=Han}/gu, codes: ["zh", "ja"] },
  { name: "Korean", letters: /\p{Script=Hangul}/gu, codes: ["ko"] },
  { name: "Cyrillic", letters: /\p{Script=Cyrillic}/gu, codes: ["ru", "uk", "bg", "sr", "mk", "be", "kk"] },
  { name: "Arabic", letters: /\p{Script=Arabic}/gu, codes: ["ar", "fa", "ur"] },
  { name: "Hebrew", letters: /\p{Script=Hebrew}/gu, codes: ["he"] },
  { name: "Devanagari", letters: /\p{Script=Devanagari}/gu, codes: ["hi", "mr", "ne"] },
  { name: "Greek", letters: /\p{Script=Greek}/gu, codes: ["el"] },
  { name: "Thai", letters: /\p{Script=Thai}/gu, codes: ["th"] },
];

/** Languages in Latin script with frequent words that are rare in English texts. */
const LATIN: readonly (Language & { readonly words: string })[] = [
  {
    name: "German",
    codes: ["de"],
    words:
      "der und ist nicht ein eine einer eines dem mit für auf wie wird von sind werden zu im auch kann welche warum wo das den",
  },
  {
    name: "French",
    codes: ["fr"],
    words:
      "le les des une est et dans pour qui que sur pas avec sont cette du au ce quel quelle comment pourquoi où il elle",
  },
  {
    name: "Spanish",
    codes: ["es"],
    words: "el los las una y en por para con que del cómo qué es son se su como cuál dónde más pero sin sobre entre",
  },
  {
    name: "Italian",
    codes: ["it"],
    words: "il gli della delle dei è sono che per con una nel come perché quale dove non più si di anche questo quando",
  },
  {
    name: "Portuguese",
    codes: ["pt"],
    words: "os as uma é são não para com que do da dos das em por como mais qual onde quando ou ao pela pelo",
  },
  {
    name: "Dutch",
    codes: ["nl"],
    words: "het een en van zijn niet voor met dat op te aan worden wordt hoe wat waar welke deze door ook bij naar",
  },
  {
    name: "Swedish",
    codes: ["sv"],
    words: "och att det som är för på av med den till inte hur vad ett kan från varför vilken eller när",
  },
];

/** Frequent English words. A text with more of these than of another language's words is English. */
const ENGLISH =
  "the of and to in is that it for was on are with as his they be at from or had by but not what all were we when your can said there which their how do does who where why";

/** The languages that have a word, by their index in {@link LATIN}; English comes after the last one. */
const LANGUAGES_OF_WORD = new Map<string, number[]>();
for (const [index, words] of [...LATIN.map((language) => language.words), ENGLISH].entries()) {
  for (const word of words.split(" ")) LANGUAGES_OF_WORD.set(word, [...(LANGUAGES_OF_WORD.get(word) ?? []), index]);
}

/** Share of a text's letters from which a script counts as the text's script. */
const SCRIPT_SHARE = 0.2;
/** Share of accented letters from which a Latin text is not English. */
const ACCENT_SHARE = 0.05;
/** Characters of each text that are looked at. */
const SAMPLE = 240;

/** The language of a text if it is clearly not English; undefined for English, mixed and very short texts. */
export function detectForeignLanguage(text: string): Language | undefined {
  const sample = text.slice(0, SAMPLE);
  // Most texts end here: nothing but ASCII and Latin letters.
  const script = /[\u0370-\u1dff\u2e80-\uffff]/.test(sample) ? detectScript(sample) : undefined;
  return script ?? detectLatin(sample.toLowerCase());
}

/** The script of a text if it is not Latin, with the languages that are written in it. */
export function detectScript(text: string): Language | undefined {
  const letters = count(text, /\p{L}/gu);
  return SCRIPTS.find((script) => count(text, script.letters) > letters * SCRIPT_SHARE);
}

function detectLatin(sample: string): Language | undefined {
  const words = sample.split(/[^a-zß-ɏḀ-ỿ]+/).filter((word) => word !== "");
  const hits = new Array<number>(LATIN.length + 1).fill(0);
  for (const word of words) for (const index of LANGUAGES_OF_WORD.get(word) ?? []) hits[index]! += 1;
  const english = hits.pop()!;
  const best = hits.indexOf(Math.max(...hits));
  const found = hits[best]!;
  if (found >= 2 && found >= words.length * 0.15 && found > 2 * english) return LATIN[best];
  const letters = words.reduce((sum, word) => sum + word.length, 0);
  const isAccented = letters >= 15 && count(sample, /[ß-ɏḀ-ỿ]/g) > letters * ACCENT_SHARE;
  return isAccented && english < words.length * 0.1 ? { name: "a language other than English", codes: [] } : undefined;
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

/**
 * One sentence that warns if the query or some texts are in a language that a model does not read.
 *
 * @param model The model's name, for the message.
 * @param languages ISO 639-1 codes of the languages that the model reads, or `multilingual`; undefined if they are unknown.
 */
export function languageWarning(
  model: string,
  languages: readonly string[] | undefined,
  query: string,
  texts: readonly string[],
): string | undefined {
  if (!languages || languages.includes("multilingual")) return undefined;
  const isForeign = (language: Language | undefined): language is Language =>
    language !== undefined && !language.codes.some((code) => languages.includes(code));
  const ofQuery = detectForeignLanguage(query);
  const ofTexts = texts.map(detectForeignLanguage).filter(isForeign);
  if (!isForeign(ofQuery) && ofTexts.length === 0) return undefined;
  const found = [
    ...(isForeign(ofQuery) ? [`the query is in ${ofQuery.name}`] : []),
    ...(ofTexts.length > 0 ? [`${ofTexts.length} of ${texts.length} texts are in ${ofTexts[0]!.name}`] : []),
  ].join(" and ");
  const names = new Intl.DisplayNames("en", { type: "language", fallback: "code" });
  const known = languages.map((code) => names.of(code) ?? code).join(", ");
  return `${model} reads ${known}, but ${found}. Such scores mean little; use a model that reads these languages.`;
}
