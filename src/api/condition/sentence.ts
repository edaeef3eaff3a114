/**
 * Joins texts to the message of a condition or an Event. Each text occurs once, begins with a capital letter, and ends with a full
 * stop. A text that begins with a field, an object, or a name keeps its first letter.
 */
export function sentences(texts: readonly string[]): string {
  return [...new Set(texts.map(sentence))].join(" ");
}

function sentence(text: string): string {
  const begun = PLAIN_WORD.test(text) ? `${text.slice(0, 1).toUpperCase()}${text.slice(1)}` : text;
  return ENDED.test(begun) || begun === "" ? begun : `${begun}.`;
}

/** An English word at the start of a text, which gets a capital letter. "dnsalias" is excluded, because it is a name. */
const PLAIN_WORD = /^(?!dnsalias\b)[a-z]+(?:-[a-z]+)?(?=[ ,:;]|$)/;
const ENDED = /[.!?…]$/;
