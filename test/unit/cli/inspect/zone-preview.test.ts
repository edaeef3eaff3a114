import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsAlias } from "../../../../src/api/dns-alias.ts";
import { createViews } from "../../../../src/cli/compose/resolver-views.ts";
import { previewZones, type ZonePreview } from "../../../../src/cli/inspect/zone-preview.ts";
import { createStore } from "../../../../src/controller/inventory/store.ts";
import type { InvalidObject } from "../../../../src/controller/ports/inventory.ts";
import { keyText } from "../../../../src/dns/lookup-result.ts";
import { displayName, parseOwnerName } from "../../../../src/dns/name/name.ts";
import type { ActualRRset } from "../../../../src/plan/change.ts";
import type { TargetAnswer } from "../../../../src/plan/target-answer.ts";
import type { ReadResult } from "../../../../src/providers/provider.ts";
import { alias, answer, zone } from "../../../support/objects.ts";

const VIEWS = createViews([{ protocol: "udp", address: "192.0.2.53", port: 53 }]);
const ZONE = zone("dns/com", "example.com", { maxDeletePercent: 100 });
const SHOP = alias("web/shop", { spec: { families: ["A"] } });

interface Scene {
  readonly aliases?: readonly DnsAlias[];
  /** Of cdn.test A. */
  readonly live?: Partial<TargetAnswer> & { readonly addresses: readonly string[] };
  readonly sets?: readonly ActualRRset[];
  readonly result?: ReadResult;
  readonly invalid?: readonly InvalidObject[];
  /** An older zone that writes to the same place. */
  readonly twin?: boolean;
}

async function preview(scene: Scene): Promise<{ readonly shown: ZonePreview; readonly read: readonly string[] }> {
  const { aliases = [SHOP], live = { addresses: ["192.0.2.1"] }, sets = [], invalid = [] } = scene;
  const store = createStore(() => "one place");
  store.note({ kind: "zone", zone: ZONE });
  if (scene.twin === true) {
    store.note({ kind: "zone", zone: zone("dns/older", "example.net", {}, { createdAt: 1 }) });
  }
  aliases.forEach((one) => store.note({ kind: "alias", alias: one }));
  store.settle(Infinity);
  const found = answer("cdn.test", "A", live.addresses, live);
  const key = { ...found.key, view: VIEWS.idOf(ZONE, SHOP) };
  const read: string[] = [];
  const [shown] = await previewZones(
    {
      composition: {
        views: VIEWS,
        providerOf: () => ({
          id: "backend",
          read: async (names) => {
            read.push(...names.map(displayName));
            return scene.result ?? { kind: "ok", zone: { revision: "1", sets } };
          },
          apply: async () => assert.fail("nothing is written"),
        }),
      },
      snapshot: { store, invalid, problems: [], answers: new Map([[keyText(key), { ...found, key }]]) },
      ownerId: "me",
      now: 1_000_000,
    },
    [ZONE],
    new AbortController().signal,
  );
  return { shown: shown ?? assert.fail(), read };
}

/** "create 192.0.2.1 60", or "reason: message". */
function outcome({ shown }: { readonly shown: ZonePreview }): readonly string[] {
  if (shown.outcome.kind === "problem") {
    return [`${shown.outcome.reason}: ${shown.outcome.message}`];
  }
  return shown.outcome.proposal.changes.map((change) => {
    switch (change.kind) {
      case "create":
      case "update":
        return `${change.kind} ${change.after.data.join()} ${change.after.ttl}`;
      case "delete":
        return `delete ${change.before.data.join()}`;
      case "refuse":
        return `refuse ${change.reason}`;
    }
  });
}

const set = (addresses: readonly string[], ttl = 60, name = "example.com"): ActualRRset => ({
  name: parseOwnerName(name),
  type: "A",
  ttl,
  data: addresses,
  owner: "me",
});

const UNREAD: InvalidObject = { kind: "DnsAlias", key: "web/broken", generation: 1, problems: ["p"] };
const OTHER = set(["192.0.2.5"], 60, "other.example.com");
const PUBLISHED = set(["192.0.2.1"]);

const CASES: readonly (readonly [name: string, scene: Scene, want: readonly string[]])[] = [
  ["what is not there yet is created", {}, ["create 192.0.2.1 60"]],
  ["what is as wanted stays", { sets: [PUBLISHED] }, []],
  ["other addresses are an update", { sets: [set(["192.0.2.2"])] }, ["update 192.0.2.1 60"]],
  [
    "a lower TTL alone is the countdown of a recursive server",
    { sets: [PUBLISHED], live: { addresses: ["192.0.2.1"], ttl: 40 } },
    [],
  ],
  [
    "a higher TTL is an update",
    { sets: [PUBLISHED], live: { addresses: ["192.0.2.1"], ttl: 90 } },
    ["update 192.0.2.1 90"],
  ],
  [
    "a lower TTL with other addresses is an update",
    { sets: [set(["192.0.2.2"])], live: { addresses: ["192.0.2.1"], ttl: 40 } },
    ["update 192.0.2.1 40"],
  ],
  ["what nobody asks for is deleted", { sets: [PUBLISHED, OTHER] }, ["delete 192.0.2.5"]],
  ["what an unreadable alias may have stays", { sets: [PUBLISHED, OTHER], invalid: [UNREAD] }, []],
  [
    "an unreadable edit of an alias that is known holds nothing else",
    { sets: [PUBLISHED, OTHER], invalid: [{ ...UNREAD, key: "web/shop" }] },
    ["delete 192.0.2.5"],
  ],
  [
    "a backend that refuses",
    { result: { kind: "refused", reason: "BaseZoneInvalid", message: "no SOA" } },
    ["BaseZoneInvalid: no SOA"],
  ],
  ["a backend that can't be read", { result: { kind: "failed", message: "timeout" } }, ["ReadFailed: timeout"]],
  [
    "an older zone that writes to the same place",
    { twin: true },
    [
      "ZoneConflict: DnsZone dns/older already writes to the same place. Choose another place for this DnsZone, or delete one of them",
    ],
  ],
];

for (const [name, scene, want] of CASES) {
  test(name, async () => assert.deepEqual(outcome(await preview(scene)), want));
}

test("the backend is asked for the names that are claimed, and for those that a deleted alias may have left", async () => {
  const gone = alias("web/gone", { hostnames: ["gone.example.com"], meta: { deletedAt: 1 } });
  const { read, shown } = await preview({ aliases: [gone, SHOP] });
  assert.deepEqual(read, ["example.com", "gone.example.com"]);
  assert.equal(shown.provider, "backend");
});

test("an older zone that writes to the same place is reason enough not to read", async () => {
  assert.deepEqual((await preview({ twin: true })).read, []);
});
