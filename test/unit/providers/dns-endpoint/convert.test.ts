import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { DnsZone } from "../../../../src/api/dns-zone.ts";
import { parseOwnerName } from "../../../../src/dns/name/name.ts";
import {
  isEdited,
  objectFor,
  ownerNameOf,
  setsIn,
  stands,
  type EndpointSet,
} from "../../../../src/providers/dns-endpoint/convert.ts";
import type { EndpointObject, StoredEndpoint } from "../../../../src/providers/dns-endpoint/endpoint-store.ts";
import { labZone } from "../../../support/provider-lab.ts";

const zone = labZone("example.com", {
  kind: "dnsEndpoint",
  dnsEndpoint: { labels: { dns: "public" } },
});
const ours = { zone, ownerId: "me" };
const A: EndpointSet = { type: "A", ttl: 60, addresses: ["192.0.2.1", "192.0.2.2"] };
const AAAA: EndpointSet = { type: "AAAA", ttl: 30, addresses: ["2001:db8::1"] };
const label = "a".repeat(63);

describe("the object of a name", () => {
  for (const name of [
    "example.com",
    "*.example.com",
    "_x_.example.com",
    "_.example.com",
    `${label}.${label}.${label}.${"b".repeat(49)}.example.com`,
    "xn--bcher-kva.example.com",
  ]) {
    test(`of ${name.slice(0, 20)} has a name that Kubernetes takes, and is known again by it alone`, () => {
      const object = objectFor(ours, parseOwnerName(name), [A], "");
      assert.match(object.name, /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
      assert.ok(object.name.length <= 253, String(object.name.length));
      assert.equal(ownerNameOf(stored(object), ours), parseOwnerName(name));
      assert.equal(ownerNameOf({ ...stored(object), annotations: {}, labels: {} }, ours), parseOwnerName(name));
    });
  }

  test("is another one for another installation, DnsZone or name, and not ours then", () => {
    const name = parseOwnerName("example.com");
    const object = objectFor(ours, name, [A], "");
    const renamed: DnsZone = { ...zone, meta: { ...zone.meta, name: "other" } };
    for (const other of [
      { zone, ownerId: "you" },
      { zone: renamed, ownerId: "me" },
    ]) {
      assert.notEqual(objectFor(other, name, [A], "").name, object.name);
      assert.equal(ownerNameOf(stored(object), other), undefined);
    }
    assert.notEqual(objectFor(ours, parseOwnerName("www.example.com"), [A], "").name, object.name);
  });

  test("has the labels of the DnsZone, and the name of the DnsZone where a label can have it", () => {
    for (const [length, has] of [
      [63, true],
      [64, false],
    ] as const) {
      const named: DnsZone = { ...zone, meta: { ...zone.meta, name: "z".repeat(length) } };
      const { labels } = objectFor({ zone: named, ownerId: "me" }, parseOwnerName("example.com"), [A], "");
      assert.deepEqual(labels, {
        dns: "public",
        ...(has && { "dnsalias.io/zone": "z".repeat(length) }),
        "app.kubernetes.io/managed-by": "dnsalias",
      });
    }
  });

  test("gives back the sets that went in, whatever their order", () => {
    const name = parseOwnerName("example.com");
    assert.deepEqual(setsIn(stored(objectFor(ours, name, [AAAA, A], "")), name), [A, AAAA]);
    assert.deepEqual(objectFor(ours, name, [AAAA, A], ""), objectFor(ours, name, [A, AAAA], ""));
  });
});

describe("an edit is seen, and the plan sees what stands:", () => {
  const name = parseOwnerName("example.com");
  const wanted = objectFor(ours, name, [A], "web/shop");
  const good = stored(wanted);
  const [endpoint] = good.endpoints;
  const edited = (changes: object): StoredEndpoint => ({
    ...good,
    endpoints: endpoint === undefined ? [] : [{ ...endpoint, ...changes }],
  });
  const cases: readonly (readonly [
    string,
    StoredEndpoint,
    { readonly edited: boolean; readonly stands: boolean; readonly sets: number },
  ])[] = [
    ["nothing", good, { edited: false, stands: true, sets: 1 }],
    ["another address", edited({ targets: ["192.0.2.66"] }), { edited: true, stands: false, sets: 1 }],
    ["another TTL", edited({ recordTTL: 5 }), { edited: true, stands: false, sets: 1 }],
    ["another name", edited({ dnsName: "evilexample.com" }), { edited: true, stands: false, sets: 0 }],
    ["a name", edited({ targets: ["cdn.example.net"], recordType: "CNAME" }), { edited: true, stands: false, sets: 0 }],
    ["a target that is no address", edited({ targets: ["192.0.2"] }), { edited: true, stands: false, sets: 0 }],
    ["addresses of the other family", edited({ targets: ["2001:db8::1"] }), { edited: true, stands: false, sets: 0 }],
    ["no endpoint", { ...good, endpoints: [] }, { edited: true, stands: false, sets: 0 }],
    ["more in an endpoint", { ...good, hasMore: true }, { edited: true, stands: false, sets: 1 }],
    ["a lost label", { ...good, labels: { dns: "public" } }, { edited: false, stands: false, sets: 1 }],
    ["a label more", { ...good, labels: { ...good.labels, team: "a" } }, { edited: false, stands: true, sets: 1 }],
    ["another owner", { ...good, ownerUids: [] }, { edited: false, stands: false, sets: 1 }],
  ];
  for (const [what, object, want] of cases) {
    test(what, () => {
      const found = { edited: isEdited(object), stands: stands(object, wanted), sets: setsIn(object, name).length };
      assert.deepEqual(found, want);
    });
  }
});

function stored({ owner, ...object }: EndpointObject): StoredEndpoint {
  return {
    ...object,
    ownerUids: owner === undefined ? [] : [owner.uid],
    uid: "u",
    resourceVersion: "1",
    generation: 1,
    hasMore: false,
    observedGeneration: undefined,
  };
}
