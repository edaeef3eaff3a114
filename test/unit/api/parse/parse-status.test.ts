import assert from "node:assert/strict";
import { test } from "node:test";
import { aliasStatusOf, zoneStatusOf } from "../../../../src/api/parse/parse-status.ts";

const READY = {
  type: "Ready",
  status: "True",
  reason: "Ready",
  message: "Everything is as it should be.",
  observedGeneration: 3,
  lastTransitionTime: "2026-01-01T00:00:00Z",
};
const HOSTNAME = { hostname: "example.com", zone: "dns/com", addresses: ["192.0.2.1"], ttl: 60 };
const TARGET = {
  name: "cdn.test",
  hostname: "cdn.test",
  chain: ["cdn.test"],
  addresses: [],
  outcome: "NoData",
  lastTransitionTime: "2026-01-01T00:00:00Z",
};
const ALIAS_STATUS = { observedGeneration: 3, conditions: [READY], hostnames: [HOSTNAME], targets: [TARGET] };

const NONE: readonly (readonly [name: string, value: unknown])[] = [
  ["no status", undefined],
  ["null", null],
  ["a text", "Ready"],
  ["an empty status: no controller has seen the object", {}],
  ["the status that the apiserver fills in for a new object", { observedGeneration: -1 }],
  ["a generation that isn't a number", { observedGeneration: "3" }],
  ["a condition without a reason", { observedGeneration: 3, conditions: [{ ...READY, reason: undefined }] }],
];

for (const [name, value] of NONE) {
  test(`${name} is as good as none`, () => {
    assert.equal(aliasStatusOf(value), undefined);
    assert.equal(zoneStatusOf(value), undefined);
  });
}

test("a DnsAlias's status is read as it was written", () => {
  assert.deepEqual(aliasStatusOf(ALIAS_STATUS), ALIAS_STATUS);
});

test("a DnsAlias's selection and the health of its targets are read as they were written", () => {
  const time = "2026-12-01T14:02:13Z";
  const status = {
    ...ALIAS_STATUS,
    conditions: [{ ...READY, type: "Healthy", status: "False", reason: "FailedOver" }],
    targets: [
      {
        ...TARGET,
        name: "main",
        health: "Unhealthy",
        healthTransitionTime: time,
        message: "No address answers: connect timed out.",
      },
      { ...TARGET, name: "sorry", hostname: undefined, chain: [], outcome: "Static", health: "Healthy" },
    ].map(({ hostname, ...rest }) => (hostname === undefined ? rest : { ...rest, hostname })),
    selected: { targets: ["sorry"], lastTransitionTime: time, reason: "FailedOver" },
    switchBound: "1m35s",
  };
  assert.deepEqual(aliasStatusOf(status), status);
});

test("a DnsAlias's history is read as it was written", () => {
  const first = {
    revision: "r1",
    publishedTime: "2026-12-01T14:02:13Z",
    a: ["192.0.2.1"],
    aaaa: ["2001:db8::1", "and 9 more"],
    targets: ["main"],
    reason: "Initial",
    generation: 1,
    uid: "web/shop",
  };
  const pinned = { ...first, revision: "r2", a: undefined, targets: [], reason: "Pinned" };
  const status = { ...ALIAS_STATUS, history: [JSON.parse(JSON.stringify(pinned)), first] };
  assert.deepEqual(aliasStatusOf(status), status);
});

test("a DnsAlias's status without lists has empty ones", () => {
  assert.deepEqual(aliasStatusOf({ observedGeneration: 0 }), {
    observedGeneration: 0,
    conditions: [],
    hostnames: [],
    targets: [],
  });
});

test("a DnsZone's status is read as it was written", () => {
  const written = { observedGeneration: 3, conditions: [READY], provider: "coreDNS/zoneFile", names: 2, serial: 7 };
  assert.deepEqual(zoneStatusOf(written), written);
  assert.deepEqual(zoneStatusOf({ observedGeneration: 0 }), { observedGeneration: 0, conditions: [] });
});

test("fields and conditions of a newer release are left out", () => {
  const newer = { observedGeneration: 3, conditions: [{ ...READY, type: "Delegated" }, READY], delegation: "x" };
  assert.deepEqual(zoneStatusOf(newer), { observedGeneration: 3, conditions: [READY] });
  assert.deepEqual(aliasStatusOf({ ...ALIAS_STATUS, ...newer }), ALIAS_STATUS);
});
