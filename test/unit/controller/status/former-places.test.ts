import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostnameStatus } from "../../../../src/api/dns-alias.ts";
import type { Move } from "../../../../src/controller/inventory/move/name-move.ts";
import type { FormerPlace } from "../../../../src/controller/status/alias-facts.ts";
import { formerStatuses, formerTexts, isMoving } from "../../../../src/controller/status/former-places.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import { alias } from "../../../support/objects.ts";
import { at, NAME, rrset } from "./facts.ts";

const OTHER = parseName("other.example.com");

function move(phase: Move["phase"], stays?: Move["stays"]): Move {
  return {
    name: NAME,
    to: ["dns/new", "dns/next"],
    since: at("10:00:00"),
    phase,
    ...(stays !== undefined && { stays }),
  };
}

function place(more: Partial<FormerPlace> = {}): FormerPlace {
  return { hostname: NAME, zone: "dns/old", published: [rrset(["192.0.2.1"])], move: move("waiting"), ...more };
}

const cases: readonly { readonly name: string; readonly former: FormerPlace; readonly want: readonly string[] }[] = [
  {
    name: "waits for the servers of its new zones",
    former: place(),
    want: ["Hostname example.com remains in DnsZone dns/old until then, at most until 2026-11-24T10:10:00Z"],
  },
  {
    name: "waits while nothing may change at it",
    former: place({ move: move("waiting", "frozen") }),
    want: ["Hostname example.com remains in DnsZone dns/old while it is paused or leads back to itself"],
  },
  {
    name: "waits for its new zones to be written",
    former: place({ move: move("waiting", "unwritten") }),
    want: ["Hostname example.com remains in DnsZone dns/old until it is written to DnsZone dns/new, dns/next"],
  },
  {
    name: "waited for too long, and is still there",
    former: place({ move: move("overdue") }),
    want: ["Hostname example.com moved 10 minutes ago, and is due to be withdrawn from DnsZone dns/old"],
  },
  {
    name: "waited for too long, and was withdrawn",
    former: place({ move: move("overdue"), published: [] }),
    want: ["Hostname example.com was withdrawn from DnsZone dns/old, 10 minutes after it moved"],
  },
  { name: "has moved", former: place({ move: move("moved") }), want: [] },
  { name: "is in a zone that has planned no move", former: place({ move: undefined }), want: [] },
  { name: "is another one", former: place({ hostname: OTHER }), want: [] },
];

for (const { name, former, want } of cases) {
  test(`a name that ${name}: ${want.join() || "nothing to say"}`, () => {
    assert.deepEqual(formerTexts({ former: [former] }, NAME), want);
  });
}

test("a name moves while a zone that had it waits", () => {
  const moves = (former: FormerPlace) => isMoving({ former: [former] }, NAME);
  assert.equal(moves(place()), true);
  assert.equal(moves(place({ hostname: OTHER })), false);
  assert.equal(moves(place({ move: move("moved") })), false);
  assert.equal(moves(place({ move: undefined })), false);
  assert.equal(isMoving({}, NAME), false);
  assert.equal(isMoving({ former: [place({ hostname: OTHER }), place()] }, NAME), true);
});

test("the records of a former zone are listed with both families and the least TTL", () => {
  const published = [rrset(["192.0.2.1"], { ttl: 60 }), rrset(["2001:db8::1"], { type: "AAAA", ttl: 30 })];
  assert.deepEqual(formerStatuses({ alias: alias("web/shop"), former: [place({ published })] }), [
    {
      hostname: "example.com",
      zone: "dns/old",
      addresses: ["192.0.2.1", "2001:db8::1"],
      ttl: 30,
      reason: "Moving",
    },
  ]);
  assert.deepEqual(formerStatuses({ alias: alias("web/shop"), former: [place({ published: [] })] }), []);
});

test("after a restart the entry of a former zone remains until its records are read", () => {
  const entry = (hostname: string, zone: string): HostnameStatus => ({ hostname, zone, addresses: ["192.0.2.1"] });
  const hostnames = [entry("example.com", "dns/old"), entry("example.com", "dns/new"), entry("a.test", "dns/old")];
  const shop = {
    ...alias("web/shop"),
    status: { observedGeneration: 1, conditions: [], hostnames, targets: [] },
  };
  const former = [place({ published: undefined })];
  assert.deepEqual(formerStatuses({ alias: shop, former }), hostnames.slice(0, 1));
  assert.deepEqual(formerStatuses({ alias: alias("web/shop"), former }), []);
});
