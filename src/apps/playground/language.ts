import type { PlaygroundModel } from "../shared/playground-protocol.js";

/** Scripts other than Latin, with a name for people and the languages whose models read them. */
const SCRIPTS: readonly { name: string; letters: RegExp; languages: readonly string[] }[] = [
  { name: "Japanese", letters: /[\p{Script=Hiragana}\p{Script=Katakana}]/gu, languages: ["ja"] },
  { name: "Chinese", letters: /\p{Script=Han}/gu, languages: ["zh", "ja"] },
  { name: "Korean", letters: /\p{Script=Hangul}/gu, languages: ["ko"] },
  { name: "Cyrillic", letters: /\p{Script=Cyrillic}/gu, languages: ["ru", "uk", "bg", "sr", "mk", "be", "kk"] },
  { name: "Arabic", letters: /\p{Script=Arabic}/gu, languages: ["ar", "fa", "ur"] },
  { name: "Hebrew", letters: /\p{Script=Hebrew}/gu, languages: ["he"] },
  { name: "Devanagari", letters: /\p{Script=Devanagari}/gu, languages: ["hi", "mr", "ne"] },
  { name: "Greek", letters: /\p{Script=Greek}/gu, languages: ["el"] },
  { name: "Thai", letters: /\p{Script=Thai}/gu, languages: ["th"] },
];

/** Part of the letters from which a script counts as the text's. */
const SHARE = 0.2;
/** Characters that are looked at. */
const SAMPLE = 4000;

const NAMES = new Intl.DisplayNames("en", { type: "language", fallback: "code" });

/** One sentence that warns about a text whose script the model was not trained on, or nothing. */
export function languageWarning(text: string, models: readonly PlaygroundModel[]): string | undefined {
  const sample = text.slice(0, SAMPLE);
  const letters = sample.match(/\p{L}/gu)?.length ?? 0;
  if (letters === 0) return undefined;
  const script = SCRIPTS.find(({ letters: own }) => (sample.match(own)?.length ?? 0) > letters * SHARE);
  if (!script) return undefined;
  const model = models.find(({ languages }) => languages && !languages.some((code) => reads(code, script.languages)));
  if (!model) return undefined;
  const known = model.languages!.map((code) => NAMES.of(code) ?? code).join(", ");
  return `${model.id} was made for ${known}; its scores for ${script.name} text mean little. Choose one that reads it.`;
}

function reads(code: string, languages: readonly string[]): boolean {
  return code === "multilingual" || languages.includes(code);
}
