import { MINUTE } from "./scene.ts";
import {
  addAlias,
  kill,
  leaderOf,
  pass,
  putZone,
  removeAlias,
  removeZone,
  setLabels,
  spoilAlias,
  spoilZone,
  type Stage,
} from "./stage.ts";

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
    kind: "a namespace loses its label",
    name: "names go at once when a namespace loses its label",
    fault: /^label: b\.example\.net\. was withdrawn/,
    async play(stage) {
      addAlias(stage, "web/a", { hostnames: ["b.example.net"], targets: ["one.test"] });
      await pass(stage, MINUTE);
      setLabels(stage, "web", {});
      await pass(stage, 5_000);
    },
  },
  {
    kind: "close a zone",
    name: "names go at once when a selector changes",
    fault: /^label: shop\.example\.com\. was withdrawn/,
    async play(stage) {
      addAlias(stage, "web/a", { hostnames: [SHOP], targets: ["one.test"] });
      await pass(stage, MINUTE);
      putZone(stage, "dns/com", { allowedNamespaces: { from: "Same" } });
      await pass(stage, 5_000);
    },
  },
  {
    kind: "add a hostile zone",
    name: "a DnsZone of another namespace takes the names below it",
    fault: /^(foreign|blank): shop\.example\.com\./,
    async play(stage) {
      addAlias(stage, "web/a", { hostnames: [SHOP], targets: ["one.test"] });
      await pass(stage, MINUTE);
      putZone(stage, "mallory/shop");
      await pass(stage, MINUTE);
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
  {
    kind: "delete a zone below another",
    name: "the zone above takes the names of a deleted DnsZone",
    fault: /^foreign: a\.deep\.example\.net\. got .* in dns\/net|^reserved: a\.deep\.example\.net\./,
    async play(stage) {
      addAlias(stage, "web/a", { hostnames: ["a.deep.example.net"], targets: ["one.test"] });
      await pass(stage, MINUTE);
      removeZone(stage, "dns/deep");
      await pass(stage, MINUTE);
      removeAlias(stage, "web/a");
      await pass(stage, 15 * MINUTE);
    },
  },
  {
    kind: "spoil a zone below another",
    name: "after a restart, the zone above takes the names of a DnsZone that can't be read",
    fault: /^foreign: a\.sub\.example\.com\. got .* in dns\/com/,
    async play(stage) {
      putZone(stage, "dns/sub");
      addAlias(stage, "web/a", { hostnames: ["a.sub.example.com"], targets: ["one.test"] });
      await pass(stage, MINUTE);
      spoilZone(stage, "dns/sub");
      kill(stage, leaderOf(stage));
      await pass(stage, MINUTE);
    },
  },
];

export const KNOWN_KINDS: ReadonlySet<string> = new Set(KNOWN_FAULTS.map(({ kind }) => kind));
