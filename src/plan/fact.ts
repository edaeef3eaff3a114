/** One fact about a hostname that helps a user understand its state. */
export interface Fact {
  readonly topic:
    | "controller"
    | "from here"
    | "zone"
    | "claim"
    | "target"
    | "decision"
    | "published"
    | "change"
    | "status";
  readonly text: string;
  /** False: because of the fact, a part of the DnsAlias's spec has no effect. */
  readonly good: boolean;
  /** True: the fact is not known, so it is neither right nor wrong. `good` is true then. */
  readonly unknown?: true;
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

/** What can't be known, and why. */
export function unknown(topic: Fact["topic"], text: string): Fact {
  return { ...good(topic, text), unknown: true };
}
