import { parseOwnerName } from "../../../src/dns/name/name.ts";
import { MINUTE } from "./scene.ts";
import {
  addAlias,
  editAlias,
  kill,
  leaderOf,
  pass,
  putZone,
  removeAlias,
  setPlace,
  spoilAlias,
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
    kind: "close a zone below another",
    name: "a name leaves a zone that no longer admits it before the zone above can be written",
    fault: /^move: a\.sub\.example\.com\. was withdrawn/,
    async play(stage) {
      putZone(stage, "dns/sub");
      addAlias(stage, "web/a", { hostnames: ["a.sub.example.com"], targets: ["one.test"] });
      await pass(stage, MINUTE);
      setPlace(stage, "com", true);
      putZone(stage, "dns/sub", { allowedNamespaces: { from: "Same" } });
      await pass(stage, 5 * MINUTE);
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
    kind: "delete an alias before it has its finalizer",
    name: "the first record is written before the finalizer, so a name can stay forever",
    fault: /^orphan: b\.example\.org\. is still in dns\/org/,
    async play(stage) {
      addAlias(stage, "web/a", { hostnames: ["b.example.org"], targets: ["one.test"] });
      await stage.world.clock.advance(200);
      kill(stage, leaderOf(stage));
      removeAlias(stage, "web/a");
      await pass(stage, 15 * MINUTE);
    },
  },
  {
    kind: "break a place that doesn't list",
    name: "a name that leaves its alias while its place is away stays forever after a restart, at a backend that doesn't list",
    fault: /^orphan: b\.example\.org\. is still in dns\/org/,
    async play(stage) {
      addAlias(stage, "web/a", { hostnames: ["b.example.org"], targets: ["one.test"] });
      await pass(stage, MINUTE);
      setPlace(stage, "rfc2136", true);
      editAlias(stage, "web/a", { hostnames: [parseOwnerName("b.example.com")] });
      await pass(stage, 5 * MINUTE);
      kill(stage, leaderOf(stage));
      await pass(stage, 5 * MINUTE);
      setPlace(stage, "rfc2136", false);
      await pass(stage, 15 * MINUTE);
    },
  },
  {
    kind: "a zone has ten RRsets",
    name: "the guard forgets the deletes of the hour at a change of leader",
    fault: /^guard: /,
    async play(stage) {
      const names = ["b", "c", "d", "shop", "sub", "*"].map((label) => `${label}.example.com`);
      names.forEach((name, index) => addAlias(stage, `web/n${index}`, { hostnames: [name], targets: ["one.test"] }));
      await pass(stage, 5 * MINUTE);
      for (const key of ["web/n0", "web/n1"]) {
        removeAlias(stage, key);
        await pass(stage, 5 * MINUTE);
        kill(stage, leaderOf(stage));
        await pass(stage, 5 * MINUTE);
      }
    },
  },
  {
    kind: "delete an alias that can't be read",
    name: "after a restart, an alias that can't be read can't be deleted",
    fault: /^stuck: DnsAlias web\/a can't be deleted/,
    async play(stage) {
      addAlias(stage, "web/a", { hostnames: ["b.example.net"], targets: ["one.test"] });
      await pass(stage, MINUTE);
      spoilAlias(stage, "web/a");
      kill(stage, leaderOf(stage));
      await pass(stage, MINUTE);
      removeAlias(stage, "web/a");
      await pass(stage, 15 * MINUTE);
    },
  },
];

export const KNOWN_KINDS: ReadonlySet<string> = new Set(KNOWN_FAULTS.map(({ kind }) => kind));
