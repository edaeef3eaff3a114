import type { Millis } from "../../src/base/clock.ts";
import { sameMembers } from "../../src/base/order.ts";
import { startNameServer, type NameServer } from "./name-server.ts";

export const FAMILIES = ["A", "AAAA"] as const;
export type Family = (typeof FAMILIES)[number];

/** Where the alias of examples/demo points. */
export const TARGET = "d111.cdn.test";
/** The zones that its chain of CNAMEs leads over. */
export const TARGET_ZONES = ["cdn.test", "edge.test", "pool.test"] as const;
/** Seconds; of every record on the way. */
const TTL = 4;

/** How an answer compares with the truth. */
export type Verdict =
  | { readonly kind: "current" }
  /** It was right until then. */
  | { readonly kind: "outdated"; readonly since: Millis }
  /** The target never had exactly these addresses. */
  | { readonly kind: "never" };

/** A CDN-like target: a CNAME chain over three zones to addresses that change. No set comes back in the time that a demo takes. */
export interface DemoTarget extends AsyncDisposable {
  readonly server: NameServer;
  /** The true addresses now. */
  addresses(family: Family): readonly string[];
  /** Changes the truth and says how; gives one sentence. */
  change(how: Change): string;
  judge(family: Family, addresses: readonly string[]): Verdict;
}

/** One address replaced, all replaced, one more, or the last CNAME moved to another name with addresses of its own. */
export type Change = "replace-one" | "replace-all" | "add" | "move";

export async function startDemoTarget(now: () => Millis): Promise<DemoTarget> {
  const server = await startNameServer({
    zones: {
      "cdn.test": [`d111 ${TTL} CNAME pop.edge.test.`],
      "edge.test": [`pop ${TTL} CNAME ${PLACES[0]}.`],
      "pool.test": [],
    },
  });
  const histories: Readonly<Record<Family, Truth[]>> = { A: [], AAAA: [] };
  let place = 0;
  let made = 0;
  /** The next one or more addresses, by family; none comes back before 254 others. */
  const fresh = (count: number): ((family: Family) => readonly string[]) => {
    const numbers = Array.from({ length: count }, (_, index) => ((made + index) % 254) + 1);
    made += count;
    return (family) => numbers.map((number) => `${PREFIX[family]}${number}`);
  };
  const current = (family: Family): readonly string[] => histories[family].at(-1)?.addresses ?? [];
  const publish = (next: (family: Family) => readonly string[]): void => {
    for (const family of FAMILIES) {
      const addresses = next(family);
      server.set(PLACES[place] ?? PLACES[0], family, TTL, addresses);
      histories[family].push({ addresses, since: now() });
    }
  };
  publish(fresh(2));
  return {
    server,
    addresses: current,
    change: (how) => {
      switch (how) {
        case "replace-one": {
          const added = fresh(1);
          publish((family) => [...current(family).slice(1), ...added(family)]);
          return "the target replaces one address of each family";
        }
        case "replace-all":
          publish(fresh(2));
          return "the target replaces all its addresses";
        case "add": {
          const added = fresh(1);
          publish((family) => [...current(family), ...added(family)]);
          return "the target has one more address of each family";
        }
        case "move":
          place = 1 - place;
          publish(fresh(2));
          server.set("pop.edge.test", "CNAME", TTL, [`${PLACES[place] ?? PLACES[0]}.`]);
          return `the chain's middle moves to ${PLACES[place]}, with other addresses`;
      }
    },
    judge: (family, addresses) => judge(histories[family], addresses),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const PLACES = ["eu.pool.test", "us.pool.test"] as const;
const PREFIX: Readonly<Record<Family, string>> = { A: "203.0.113.", AAAA: "2001:db8::" };

export interface Truth {
  readonly addresses: readonly string[];
  readonly since: Millis;
}

/** Compares an answer with all that was ever true, oldest first. */
export function judge(history: readonly Truth[], addresses: readonly string[]): Verdict {
  const at = history.findLastIndex((truth) => sameMembers(truth.addresses, addresses));
  if (at < 0) {
    return { kind: "never" };
  }
  const next = history[at + 1];
  return next === undefined ? { kind: "current" } : { kind: "outdated", since: next.since };
}
