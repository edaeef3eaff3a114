import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AliasStatus, DnsAlias, HistoryEntry } from "../../../../src/api/dns-alias.ts";
import { nextHistory } from "../../../../src/controller/status/history.ts";
import { alias } from "../../../support/objects.ts";
import { contribution, facts, inZone, NOW, rrset } from "./facts.ts";

const MINUTE = 60_000;

function at(minutesAgo: number): string {
  return `${new Date(NOW - minutesAgo * MINUTE).toISOString().slice(0, 19)}Z`;
}

function entry(revision: number, more: Partial<HistoryEntry> = {}): HistoryEntry {
  return {
    revision: `r${revision}`,
    publishedTime: at(600 - revision),
    a: [`11.0.0.${revision}`],
    targets: ["cdn.test"],
    reason: "Changed",
    generation: 1,
    uid: "web/shop",
    ...more,
  };
}

function entries(newest: number, count: number, more: Partial<HistoryEntry> = {}): readonly HistoryEntry[] {
  return Array.from({ length: count }, (_, index) => entry(newest - index, more));
}

function shop(status: Partial<AliasStatus> = {}, meta: Partial<DnsAlias["meta"]> = {}): DnsAlias {
  return {
    ...alias("web/shop", { meta }),
    status: { observedGeneration: 1, conditions: [], hostnames: [], targets: [], ...status },
  };
}

function after(of: DnsAlias, published: readonly string[], more: object = {}): readonly HistoryEntry[] | undefined {
  const sets = published.length === 0 ? [] : [rrset(published)];
  return nextHistory(facts({ alias: of, inZones: [inZone({ published: sets })], ...more }));
}

const shown = (history: readonly HistoryEntry[] | undefined) =>
  history?.map(({ revision, a = [], reason }) => `${revision} ${a.join()} ${reason}`);

const listed = (addresses: readonly string[]) => ({
  hostnames: [{ hostname: "example.com", zone: "dns/com", addresses, ttl: 60, publishedTime: at(30) }],
});

describe("the first entry", () => {
  test("comes with the first publication", () => {
    assert.deepEqual(after(shop(), ["11.0.0.1"]), [entry(1, { publishedTime: at(0), reason: "Initial" })]);
  });
  test("waits while nothing is published", () => assert.equal(after(shop(), []), undefined));
  test("waits for a change, if an older version of dnsalias wrote the status", () => {
    assert.equal(after(shop(listed(["11.0.0.1"])), ["11.0.0.1"]), undefined);
    assert.deepEqual(shown(after(shop(listed(["11.0.0.1"])), ["11.0.0.2"])), [
      "r2 11.0.0.2 Changed",
      "r1 11.0.0.1 Initial",
    ]);
  });
});

describe("a further entry", () => {
  const known = { history: entries(3, 3) };
  test("comes only with other addresses", () => {
    assert.equal(after(shop(known), ["11.0.0.3"]), known.history);
    assert.deepEqual(shown(after(shop(known), ["11.0.0.1"]))?.slice(0, 2), [
      "r4 11.0.0.1 Changed",
      "r3 11.0.0.3 Changed",
    ]);
  });
  test("doesn't come while nothing is published", () => assert.equal(after(shop(known), []), known.history));
  test("is Edited after an edit", () => {
    assert.equal(after(shop(known, { generation: 2 }), ["11.0.0.9"])?.[0]?.reason, "Edited");
  });
  test("counts from r1 for another object with the name", () => {
    assert.deepEqual(shown(after(shop(known, { uid: "new" }), ["11.0.0.9"]))?.slice(0, 2), [
      "r1 11.0.0.9 Initial",
      "r3 11.0.0.3 Changed",
    ]);
  });
  test("replaces the oldest of eight", () => {
    const history = after(shop({ history: entries(20, 8) }), ["11.0.0.99"]);
    assert.deepEqual(
      history?.map(({ revision }) => revision),
      ["r21", "r20", "r19", "r18", "r17", "r16", "r15", "r14"],
    );
  });
});

describe("an entry of a pin", () => {
  const until = `${new Date(NOW + 60 * MINUTE).toISOString().slice(0, 19)}Z`;
  const pinned = (value: string) =>
    shop(
      { history: entries(20, 8, { targets: ["second"] }) },
      { annotations: { "dnsalias.io/pin": `${value} until ${until}` } },
    );
  test("has the targets of the revision, which stays in the history although it is the oldest", () => {
    const history = after(pinned("r13"), ["11.0.0.13"]);
    assert.deepEqual(
      history?.[0],
      entry(21, { a: ["11.0.0.13"], publishedTime: at(0), reason: "Pinned", targets: ["second"] }),
    );
    assert.deepEqual(
      history?.map(({ revision }) => revision),
      ["r21", "r20", "r19", "r18", "r17", "r16", "r15", "r13"],
    );
  });
  test("has no targets for the addresses of the annotation", () => {
    assert.deepEqual(after(pinned("11.9.9.9"), ["11.9.9.9"])?.[0]?.targets, []);
  });
  test("waits until the addresses are written", () => {
    assert.equal(after(pinned("11.9.9.9"), ["11.0.0.77"])?.[0]?.reason, "Changed");
  });
});

describe("30 changes an hour", () => {
  const fast = entries(20, 8).map((one, index) => ({ ...one, publishedTime: at(2 * index + 1) }));
  const oldest = "r13 11.0.0.13 Changed";
  test("become one entry, and the oldest set remains", () => {
    const [rotating, ...others] = after(shop({ history: fast }), ["11.0.0.99"]) ?? [];
    assert.deepEqual(shown([rotating ?? assert.fail(), ...others]), ["r21 11.0.0.99 Rotating", oldest]);
    const next = after(shop({ history: [rotating ?? assert.fail(), ...others] }), ["11.0.0.98"]);
    assert.deepEqual(shown(next), ["r22 11.0.0.98 Rotating", oldest]);
  });
  test("end with a pause", () => {
    const history = [entry(21, { reason: "Rotating", publishedTime: at(17) }), ...entries(13, 1)];
    assert.deepEqual(shown(after(shop({ history }), ["11.0.0.99"]))?.slice(0, 2), [
      "r22 11.0.0.99 Changed",
      "r21 11.0.0.21 Rotating",
    ]);
  });
  test("are no rotation if one of them is a switch, or if they are slower", () => {
    const [first, ...others] = fast;
    const mixed = [{ ...(first ?? assert.fail()), reason: "FailedOver" as const }, ...others];
    const slow = fast.map((one, index) => ({ ...one, publishedTime: at(3 * index + 1) }));
    for (const history of [mixed, slow]) {
      assert.equal(after(shop({ history }), ["11.0.0.99"])?.length, 8);
    }
  });
});

test("an entry has at most 64 addresses of both families", () => {
  const many = (family: "A" | "AAAA", count: number) =>
    rrset(
      Array.from({ length: count }, (_, index) => (family === "A" ? `11.0.0.${100 + index}` : `2600::${100 + index}`)),
      { type: family },
    );
  const lengths = (a: number, aaaa: number) => {
    const [first] =
      nextHistory(facts({ alias: shop(), inZones: [inZone({ published: [many("A", a), many("AAAA", aaaa)] })] })) ?? [];
    return [first?.a?.length, first?.a?.at(-1), first?.aaaa?.length, first?.aaaa?.at(-1)];
  };
  assert.deepEqual(lengths(4, 60), [4, "11.0.0.103", 60, "2600::159"]);
  assert.deepEqual(lengths(5, 60), [5, "11.0.0.104", 59, "and 2 more"]);
  assert.deepEqual(lengths(70, 70), [32, "and 39 more", 32, "and 39 more"]);
});

test("a name that another alias has too counts with the alias's own addresses, once they are written", () => {
  const shared = (own: readonly string[]) =>
    nextHistory(
      facts({
        alias: shop(),
        inZones: [
          inZone({
            isShared: true,
            published: [rrset(["11.0.0.1", "11.0.0.2"])],
            contribution: contribution([], { sets: { A: { addresses: own, ttl: 60 } } }),
          }),
        ],
      }),
    );
  assert.deepEqual(shared(["11.0.0.1"])?.[0]?.a, ["11.0.0.1"]);
  assert.equal(shared(["11.0.0.1", "11.0.0.3"]), undefined);
});
