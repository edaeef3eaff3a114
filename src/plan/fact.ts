/** One known thing about a hostname, for a user who wants to know why it is as it is. */
export interface Fact {
  readonly topic: "zone" | "claim" | "target" | "decision" | "published" | "change" | "status";
  readonly text: string;
  /** False: the fact prevents what the DnsAlias wants. */
  readonly good: boolean;
}

export function fact(topic: Fact["topic"], text: string, isGood: boolean): Fact {
  return { topic, text, good: isGood };
}

export function good(topic: Fact["topic"], text: string): Fact {
  return fact(topic, text, true);
}

export function invalid(topic: Fact["topic"], text: string): Fact {
  return fact(topic, text, false);
}
