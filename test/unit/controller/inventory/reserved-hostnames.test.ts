import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsAlias } from "../../../../src/api/dns-alias.ts";
import type { DnsZone } from "../../../../src/api/dns-zone.ts";
import { FINALIZER, TAKE_OVER_ANNOTATION } from "../../../../src/api/meta.ts";
import { createStore, type Store } from "../../../../src/controller/inventory/store.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import { alias, zone } from "../../../support/objects.ts";

const SECOND = 1_000;
const NAME = parseName("app.sub.example.com");
const WITHOUT_STATUS = alias("web/shop", { hostnames: ["app.sub.example.com"] });
const ABOVE = zone("dns/com", "example.com");
const SUB = zone("dns/sub", "sub.example.com", {
  allowedNamespaces: { from: "Selector", selector: { matchLabels: { dns: "public" } } },
});

interface Lab {
  readonly store: Store;
  readonly note: (...objects: readonly (DnsAlias | DnsZone)[]) => void;
  readonly pass: (ms: number) => void;
  /** Where the name is, or why it is nowhere. */
  readonly place: () => string;
}

/** Begins with an alias whose status has the name in a DnsZone that isn't there. */
function lab(above: readonly DnsZone[] = [ABOVE]): Lab {
  let now = 1_800_000_000_000;
  const store = createStore(
    (one) => one.spec.domain,
    () => now,
  );
  const one: Lab = {
    store,
    note(...objects) {
      for (const object of objects) {
        store.note(object.kind === "DnsAlias" ? { kind: "alias", alias: object } : { kind: "zone", zone: object });
      }
      store.settle(Infinity);
    },
    pass(ms) {
      now += ms;
      store.endGrace();
      store.settle(Infinity);
    },
    place() {
      const match = store.matchOf(store.alias("web/shop") ?? WITHOUT_STATUS, NAME);
      return match.kind === "none" ? match.reason : match.zones.map(({ meta }) => meta.name).join();
    },
  };
  one.note(...above, listedIn("dns/sub"));
  assert.equal(one.place(), "ZoneReserved");
  return one;
}

function listedIn(key: string): DnsAlias {
  const hostnames = [{ hostname: "app.sub.example.com", zone: key, addresses: ["192.0.2.1"] }];
  return { ...WITHOUT_STATUS, status: { observedGeneration: 1, conditions: [], targets: [], hostnames } };
}

test("a name stays for a minute in a DnsZone that is read for the first time and doesn't admit it, also if the status was lost before", () => {
  const { store, note, pass, place } = lab([]);
  note(WITHOUT_STATUS);
  note(SUB);
  assert.equal(place(), "NamespaceNotAllowed");
  assert.deepEqual([...store.namesOfNewZone("dns/sub")], [NAME]);
  pass(59 * SECOND);
  assert.deepEqual([...store.namesOfNewZone("dns/sub")], [NAME]);
  pass(SECOND);
  assert.deepEqual([...store.namesOfNewZone("dns/sub")], []);
  assert.equal(store.sizes().get("reservedNames"), 0, "this process knows itself what the DnsZone has");
});

test("a name that its status had in a known DnsZone since isn't of the deleted one when that status is lost", () => {
  const { note, pass, place } = lab();
  pass(60 * SECOND);
  note({ ...ABOVE, meta: { ...ABOVE.meta, annotations: { [TAKE_OVER_ANNOTATION]: "dns/sub" } } });
  assert.equal(place(), "com");
  note(listedIn("dns/com"));
  note(ABOVE);
  note(WITHOUT_STATUS);
  assert.equal(place(), "com");
});

test("a name of a DnsZone that was read a moment ago isn't of the deleted one either", () => {
  const { note, pass, place } = lab();
  note(listedIn("dns/com"));
  note(WITHOUT_STATUS);
  assert.equal(place(), "com");
  pass(60 * SECOND);
  assert.equal(place(), "com");
});

test("a name of a DnsZone that came back and ended with its finalizer is of the DnsZone above it", () => {
  for (const known of [0, 60 * SECOND]) {
    const { store, note, pass, place } = lab();
    const back = zone("dns/sub", "sub.example.com", { deletionPolicy: "Delete" }, { finalizers: [FINALIZER] });
    note(back, WITHOUT_STATUS);
    assert.equal(place(), "sub");
    pass(known);
    note({ ...back, meta: { ...back.meta, deletedAt: 1_800_000_000_000 } });
    store.note({ kind: "gone", of: "DnsZone", key: "dns/sub" });
    store.settle(Infinity);
    assert.equal(place(), "com", `${known}`);
  }
});

test("a name stays with a DnsZone that came back for a while and was deleted again", () => {
  const { store, note, pass, place } = lab();
  note(WITHOUT_STATUS, zone("dns/sub", "sub.example.com"));
  pass(60 * SECOND);
  store.note({ kind: "gone", of: "DnsZone", key: "dns/sub" });
  store.settle(Infinity);
  assert.equal(place(), "ZoneReserved");
});

test("a name that its alias gave up isn't of a DnsZone that came back and ended with its finalizer", () => {
  for (const known of [0, 60 * SECOND]) {
    const { store, note, pass } = lab([]);
    const back = {
      ...SUB,
      spec: { ...SUB.spec, deletionPolicy: "Delete" },
      meta: { ...SUB.meta, finalizers: [FINALIZER] },
    } as const;
    note(WITHOUT_STATUS, back);
    pass(known);
    const edited = alias("web/shop", { hostnames: ["other.example.com"], meta: { generation: 2 } });
    note(edited);
    note({ ...back, meta: { ...back.meta, deletedAt: 1_800_000_000_000 } });
    store.note({ kind: "gone", of: "DnsZone", key: "dns/sub" });
    store.settle(Infinity);
    assert.deepEqual(store.namesLeftReserved(), [], `${known}`);
  }
});
