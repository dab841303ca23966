import { films } from "../films/collection.js";

/**
 * Passages written for this demo, with questions and, for each question, the index of the passage that answers it. In the help center and
 * the contract, all passages come from one source and the question uses other words than its answer: the usual case in
 * retrieval-augmented generation. In the last collection, the wrong passages share the question's words, which is harder.
 */
const twentyFilms = {
  name: "Twenty films",
  passages: films,
  questions: [
    { query: "A story about a strong historically significant female figure.", best: 0 },
    { query: "people disguise themselves to escape criminals", best: 14 },
    { query: "which film is about being trapped in a time loop?", best: 13 },
  ],
};

const helpCenter = {
  name: "The help center of an online store",
  passages: [
    "Parcels that nobody accepts go back to our warehouse after seven days; we then refund the price without the shipping fee.",
    "Standard delivery takes two to four business days, express delivery one.",
    "If an item arrives broken, send us a photo within 14 days and we will ship a replacement at no charge.",
    "You can pay by card, by bank transfer or on invoice.",
    "To unsubscribe from the newsletter, use the link at the bottom of any message.",
    "Gift cards are valid for three years and cannot be exchanged for cash.",
    "Choose Recover on the sign-in page; we will email you a link that lets you set a new password.",
    "Company accounts can have up to twenty users, each with a role.",
  ],
  questions: [
    { query: "My package was damaged when I opened it", best: 2 },
    { query: "I can't log in anymore", best: 6 },
    { query: "I was on vacation and missed the courier", best: 0 },
    { query: "Please stop sending me ads", best: 4 },
    { query: "When will my order get here?", best: 1 },
  ],
};

const contract = {
  name: "A software contract",
  passages: [
    "Either party may end this agreement with three months' written notice to the close of a calendar year.",
    "The Supplier's liability for lost data is limited to the cost of restoring it from a daily backup.",
    "Fees are due within thirty days of the invoice; after that, interest of four percent per year accrues.",
    "The Supplier keeps the service available for 99.5 percent of each month, planned maintenance excluded.",
    "The Customer may not sublicense the software or make it available to third parties.",
    "Confidential information must be protected for five years after this agreement ends.",
    "Changes to this agreement are valid only if both parties sign them.",
    "Disputes are heard by the courts at the Supplier's registered office.",
  ],
  questions: [
    { query: "How do we get out of this deal?", best: 0 },
    { query: "What happens if we pay late?", best: 2 },
    { query: "How much downtime do we have to accept?", best: 3 },
    { query: "Is a handshake enough to change the terms?", best: 6 },
  ],
};

const nature = {
  name: "Notes that share the question's words",
  passages: [
    "Sound travels about one kilometer in three seconds while light arrives at once, so counting the seconds gives the distance.",
    "Thunderstorms form far away from cold fronts when warm, humid air rises.",
    "How far a thunderstorm moves depends on the wind several kilometers up.",
    "The Moon turns on its axis once per orbit, so the same side always faces us.",
    "The back of the Moon was first photographed in 1959.",
    "From Earth we see the Moon because it reflects sunlight.",
    "Many flowers carry ultraviolet marks, invisible to us, that lead bees to their nectar.",
    "Insects find it hard to fly in strong wind, and blossoms lose their petals.",
  ],
  questions: [
    { query: "how far away is a thunderstorm?", best: 0 },
    { query: "why can't we see the back of the moon from earth", best: 3 },
    { query: "how do insects find blossoms?", best: 6 },
  ],
};

export const collections = [twentyFilms, helpCenter, contract, nature];
