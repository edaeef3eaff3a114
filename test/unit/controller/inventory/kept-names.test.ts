import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsAlias } from "../../../../src/api/dns-alias.ts";
import type { DnsZone } from "../../../../src/api/dns-zone.ts";
import { FINALIZER } from "../../../../src/api/meta.ts";
import { keptNames } from "../../../../src/controller/inventory/kept-names.ts";
import { createStore } from "../../../../src/controller/inventory/store.ts";
import type { InvalidObject } from "../../../../src/controller/ports/inventory.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import { alias, zone } from "../../../support/objects.ts";

const ZONE = zone("dns/com", "example.com");
const NAMES = ["a.example.com", "b.example.com", "c.example.com"].map(parseName);

function invalid(key: string, kind: InvalidObject["kind"] = "DnsAlias"): InvalidObject {
  return { kind, key, generation: 2, problems: ["x"] };
}

/** The names of {@link NAMES} that the zone keeps, as one letter each. */
function kept(aliases: readonly DnsAlias[], edits: readonly InvalidObject[], of: DnsZone = ZONE): string {
  const store = createStore(() => "place");
  store.note({ kind: "zone", zone: of });
  aliases.forEach((one) => store.note({ kind: "alias", alias: one }));
  store.settle(Infinity);
  const keeps = keptNames(store, edits, of);
  return NAMES.filter((name) => keeps(name))
    .map((name) => name.charAt(0))
    .join("");
}

const SHOP = alias("web/shop", { hostnames: ["a.example.com", "b.example.com"] });

test("without an invalid object no name is kept", () => assert.equal(kept([SHOP], []), ""));

test("the names of an alias whose last edit can't be read are kept", () => {
  assert.equal(kept([SHOP], [invalid("web/shop")]), "ab");
  assert.equal(kept([SHOP], [invalid("web/shop"), invalid("dns/com", "DnsZone")]), "ab");
  assert.equal(kept([SHOP], [invalid("dns/com", "DnsZone")]), "");
});

test("an alias of which nothing was ever read can have any name, until its names are known", () => {
  assert.equal(kept([SHOP], [invalid("web/unknown")]), "abc");
  assert.equal(kept([SHOP], [{ ...invalid("web/unknown"), hostnames: NAMES.slice(2) }]), "c");
});

test("a DnsZone under deletion keeps the names of a deleted DnsZone below it, and not those of unreadable aliases", () => {
  const ending = zone(
    "dns/com",
    "example.com",
    { deletionPolicy: "Delete" },
    { deletedAt: 1, finalizers: [FINALIZER] },
  );
  const store = createStore(({ spec }) => spec.domain);
  for (const object of [ending, zone("dns/a", "a.example.com")]) {
    store.note({ kind: "zone", zone: object });
  }
  store.note({ kind: "gone", of: "DnsZone", key: "dns/a" });
  store.settle(Infinity);
  const keeps = keptNames(store, [invalid("web/unknown")], ending);
  assert.deepEqual(
    NAMES.map((name) => keeps(name)),
    [true, false, false],
  );
  assert.deepEqual(
    NAMES.map((name) => keeps(name, "web")),
    [false, false, false],
  );
});
