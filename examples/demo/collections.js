import { films } from "../films/collection.js";

/** Passages written for this demo, with questions to ask of them and, per question, the passage that answers it best. */

const twentyFilms = {
  name: "Twenty films",
  passages: films,
  questions: [
    { query: "A story about a strong historically significant female figure.", best: 0 },
    { query: "people disguise themselves to escape criminals", best: 14 },
    { query: "which film is about being trapped in a time loop?", best: 13 },
  ],
};

const household = {
  name: "A household handbook",
  passages: [
    "Descale a kettle with a spoon of citric acid in a litre of water: bring it to the boil, wait a quarter of an hour, rinse twice.",
    "A kettle without its lid on takes a third longer to boil and uses that much more electricity.",
    "Tea keeps for two years in a closed tin away from light; after that it loses its scent, not its colour.",
    "White vinegar removes lime from shower heads, but it attacks natural stone and must not touch marble.",
    "Boilers should be looked at once a year, before the heating season begins.",
    "Limestone is made of the shells of sea animals that lived hundreds of millions of years ago.",
    "A washing machine that smells is usually run too cool: one empty wash at 90 degrees kills what grows in it.",
    "Moths leave wool alone that has been frozen for two days; lavender only keeps new ones away.",
    "The best time to paint a window frame is late summer, when wood is dry and evenings are mild.",
    "Radiators that gurgle hold air. Open the small valve at the top with a key until water comes.",
    "A drip of one drop a second wastes about twenty litres of water a day.",
    "Rust stains come out of cotton with lemon juice and salt, left in the sun for an hour.",
  ],
  questions: [
    { query: "how do I get the white crust out of my water boiler for tea?", best: 0 },
    { query: "my heating makes a bubbling noise, what can I do?", best: 9 },
    { query: "insects are eating holes in my sweaters", best: 7 },
  ],
};

const science = {
  name: "Notes on nature",
  passages: [
    "Bees see ultraviolet light, and many flowers carry ultraviolet marks that lead to their nectar.",
    "A honeybee tells the others where food is by a dance whose angle stands for the direction of the sun.",
    "Honey does not spoil, because its sugar draws water out of whatever would live in it.",
    "The Moon turns once on its axis in the time it takes to go round the Earth, so that we always see one side of it.",
    "Tides are highest when Sun and Moon pull along one line, at new and at full Moon.",
    "The far side of the Moon was photographed for the first time in 1959.",
    "Salt water freezes at about two degrees below zero, which is why the sea stays open when lakes are closed.",
    "Ice floats because water takes up more room when it freezes.",
    "Leaves turn yellow in autumn when the green pigment is taken back into the tree and the others remain.",
    "Evergreen needles have a coat of wax that keeps water in during frost.",
    "Lightning heats the air around it to some 30,000 degrees; the air bursts outwards, and that is the thunder.",
    "Sound covers a kilometre in about three seconds, light does so at once.",
  ],
  questions: [
    { query: "how far away is a thunderstorm?", best: 11 },
    { query: "why can't we see the back of the moon from earth", best: 3 },
    { query: "how do insects find blossoms?", best: 0 },
  ],
};

export const collections = [twentyFilms, household, science];
