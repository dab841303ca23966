const LONG = "The ferry to the island leaves at seven from the old harbour and returns in the evening. ";

/** Query–document pairs of every kind: short and past the model's length, plain and full of rare characters. */
export const PAIRS: readonly (readonly [query: string, text: string])[] = [
  ["how long does a bicycle chain last?", "A bicycle chain that is oiled once a month lasts about 4,000 kilometres."],
  ["how long does a bicycle chain last?", "Bread dough rises faster in a warm kitchen."],
  ["why are roads salted in winter?", "Salt lowers the freezing point of water, so roads are gritted before a frost."],
  ["why are roads salted in winter?", "Winter roads in the mountains are narrow."],
  ["capital of Australia", "Canberra has been the seat of Australia's government since 1927."],
  ["capital of Australia", "Sydney is the largest city of Australia."],
  ["when does the ferry leave?", LONG],
  ["when does the ferry leave?", LONG.repeat(8)],
  ["when does the ferry leave?", LONG.repeat(100)],
  ["when does the ferry leave?", `Nothing here. ${"Gulls cry over the water. ".repeat(60)}`],
  ["what do bees see?", "Bees see ultraviolet light, which people cannot."],
  ["what do bees see?", "Ｂｅｅｓ ｓｅｅ ultraviolet — naïve façade, Ångström, e\u0301te\u0301."],
  ["自転車のチェーンの寿命は？", "自転車のチェーンは約4,000キロメートル走れます。"],
  ["когда отходит паром?", "Паром отходит в семь часов утра от старой пристани."],
  ["emoji", "👩‍👩‍👧‍👦 family, 🏴󠁧󠁢󠁳󠁣󠁴󠁿 flag, 🚲 bicycle"],
  ["zero width", "a\u200Bb\u00ADc\u2060d \u202Etfel ot thgir\u202C"],
  ["math", "∑ᵢ xᵢ² ≤ ‖x‖², ℝⁿ → ℝ, ½ + ⅓ = ⅚"],
  ["code", "const f = (x) => x?.y ?? 0; // returns 0\n\n\tif (!f) throw new Error('no f');"],
  ["mixed ตัวอย่าง مثال", "ตัวอย่างข้อความ مثال على نص दस्तावेज़ 텍스트"],
  ["a", "."],
];
