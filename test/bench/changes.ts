import type { Question } from "../../src/dns/message/message.ts";
import type { Name } from "../../src/dns/name/name.ts";
import { TYPE } from "../../src/dns/registry.ts";

/** One change of a target, and when it was seen where; moments are performance.now(). */
export interface Change {
  readonly target: string;
  /** The alias's owner name. */
  readonly owner: Name;
  /** What the target has from now on. */
  readonly addresses: readonly string[];
  /** When the recursive server's copy of the old set ran out by its TTL; the moment of the change where it had none. */
  readonly expiredAt: number;
  /** When the rendered ConfigMap had the new set. */
  writtenAt?: number;
  /** When CoreDNS answered with it. */
  servedAt?: number;
}

export interface Changes {
  begin(change: Pick<Change, "target" | "owner" | "addresses">): Change;
  /** The recursive server has asked for a target: from now on it has a new copy. */
  asked(question: Question, at: number): void;
  /** Everything that began. */
  all(): readonly Change[];
}

/** `ttl` in seconds: of all targets. */
export function createChanges(ttl: number): Changes {
  const copiedAt = new Map<string, number>();
  const all: Change[] = [];
  return {
    begin: (what) => {
      const now = performance.now();
      const expiry = (copiedAt.get(what.target) ?? -Infinity) + ttl * 1_000;
      const change: Change = { ...what, expiredAt: Math.max(now, expiry) };
      all.push(change);
      return change;
    },
    asked: ({ name, type }, at) => {
      if (type === TYPE.A) {
        copiedAt.set(name.slice(0, -1), at);
      }
    },
    all: () => all,
  };
}
