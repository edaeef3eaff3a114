import { MINUTE } from "./scene.ts";
import { addAlias, kill, leaderOf, pass, putZone, spoilAlias, spoilZone, type Stage } from "./stage.ts";

/** A fault of the product that isn't repaired yet. */
export interface KnownFault {
  /** The kind of action, or of their meeting, that random histories leave out until the fault is repaired. */
  readonly kind: string;
  /** What goes wrong. */
  readonly name: string;
  /** The judge's words for it. */
  readonly fault: RegExp;
  /** The shortest history that shows it. */
  readonly play: (stage: Stage) => Promise<void>;
}

const SHOP = "shop.example.com";

/** An entry goes when its fault is repaired: its test fails then. */
export const KNOWN_FAULTS: readonly KnownFault[] = [
  {
    kind: "close a zone below another",
    name: "a name goes to the alias of another namespace when its zone is closed that couldn't be read",
    fault: /^foreign: a\.sub\.example\.com\. got/,
    async play(stage) {
      putZone(stage, "dns/sub");
      addAlias(stage, "api/d", { hostnames: ["a.sub.example.com"], targets: ["two.test"] });
      addAlias(stage, "web/d", { hostnames: ["a.sub.example.com"], targets: ["four.test"] });
      await pass(stage, 3_000);
      spoilZone(stage, "dns/sub");
      await pass(stage, 3_000);
      putZone(stage, "dns/sub", { allowedNamespaces: { from: "Same" } });
      await pass(stage, 3 * MINUTE);
    },
  },
  {
    kind: "share a name with an alias of another namespace that can't be read",
    name: "after a restart, a name passes from an alias that can't be read to one of another namespace",
    fault: /^(foreign|dropped): shop\.example\.com\./,
    async play(stage) {
      addAlias(stage, "web/a", { hostnames: [SHOP], targets: ["one.test"] });
      addAlias(stage, "api/a", { hostnames: [SHOP], targets: ["two.test"] });
      await pass(stage, 5 * MINUTE);
      spoilAlias(stage, "web/a");
      kill(stage, leaderOf(stage));
      await pass(stage, MINUTE);
    },
  },
];

export const KNOWN_KINDS: ReadonlySet<string> = new Set(KNOWN_FAULTS.map(({ kind }) => kind));
