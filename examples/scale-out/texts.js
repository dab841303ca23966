/** Questions of a help desk. */
export const QUESTIONS = [
  "how do I get my money back?",
  "my parcel has not arrived",
  "can I change the address of an order?",
  "which cards do you accept?",
];

/** What the help desk has to say. */
export const TEXTS = [
  "Refunds reach your account within five working days after we have received the returned item.",
  "You can return anything within thirty days; the label is in the box.",
  "A delivery that is late by more than three days can be traced in your account under Orders.",
  "The courier leaves a note with a code if nobody is at home.",
  "Until an order is packed, its address can be edited in your account.",
  "We accept Visa, Mastercard and bank transfers, but no checks.",
  "Our shop is closed on public holidays.",
  "Gift cards are valid for three years and cannot be exchanged for cash.",
];
