import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseName, parseOwnerName } from "../../../src/dns/name/name.ts";
import { randomFrom } from "../../support/history/random.ts";
import {
  addAlias,
  type AliasParts,
  editAlias,
  kill,
  lead,
  removeAlias,
  removeZone,
  setLabels,
  setPlace,
  setTarget,
} from "../../support/history/stage.ts";
import { askResponder, comparePlanes, createTally, faultOf } from "../../support/planes/plane-judge.ts";
import { factsOf } from "../../support/planes/plane-facts.ts";
import { publishedZones } from "../../support/planes/plane-scene.ts";
import {
  createPlaneStage,
  followReplica,
  recordForgotten,
  recordLeader,
  type PlaneStage,
} from "../../support/planes/plane-stage.ts";
import type { AnsweredSet, PlaneAnswer } from "../../support/planes/published-answer.ts";

const SHOP: AliasParts = {
  hostnames: ["shop.example.com", "*.example.com"],
  targets: ["one.test"],
  spec: { httpsAlias: true },
};

/** A stage at rest, whose planes are alike. */
async function atRest(parts: AliasParts = SHOP): Promise<PlaneStage> {
  const plane = await createPlaneStage(randomFrom(1));
  setTarget(plane, "one.test", ["198.51.100.11", "198.51.100.12", "2001:db8:1::1"]);
  addAlias(plane, "web/shop", parts);
  // Published records may wait in the first minute of a leader.
  await plane.world.clock.advance(120_000);
  assert.deepEqual(await comparePlanes(plane, createTally()), []);
  return plane;
}

/** What the judge says of the responder's answer after a change of it, without the names of zones and records. */
async function judged(
  plane: PlaneStage,
  query: { readonly name: string; readonly type: string },
  change: (answer: PlaneAnswer) => PlaneAnswer,
): Promise<string | undefined> {
  const answer = await askResponder(plane, query);
  const fault = faultOf(factsOf(plane, publishedZones(plane), query), change(answer), createTally());
  return fault?.split(":")[0];
}

function withSet(change: (set: AnsweredSet) => AnsweredSet): (answer: PlaneAnswer) => PlaneAnswer {
  return (answer) => ({ ...answer, answers: answer.answers.map(change), authorities: answer.authorities.map(change) });
}

interface Planted {
  readonly fault: string;
  readonly query: readonly [name: string, type: string];
  readonly change: (answer: PlaneAnswer) => PlaneAnswer;
  readonly want: string;
}

const PLANTED: readonly Planted[] = [
  {
    fault: "another address",
    query: ["shop.example.com.", "A"],
    change: withSet((set) => ({ ...set, data: ["198.51.100.11", "198.51.100.13"] })),
    want: "differs",
  },
  {
    fault: "an address less",
    query: ["shop.example.com.", "A"],
    change: withSet((set) => ({ ...set, data: ["198.51.100.11"] })),
    want: "differs",
  },
  {
    fault: "another rcode",
    query: ["shop.example.com.", "A"],
    change: (answer) => ({ ...answer, rcode: "SERVFAIL", answers: [] }),
    want: "differs",
  },
  {
    fault: "NXDOMAIN for a wildcard's name",
    query: ["nothing.example.com.", "TXT"],
    change: (answer) => ({ ...answer, rcode: "NXDOMAIN" }),
    want: "differs",
  },
  {
    fault: "no AA",
    query: ["www.example.com.", "A"],
    change: (answer) => ({ ...answer, authoritative: false }),
    want: "differs",
  },
  {
    fault: "no HTTPS record",
    query: ["shop.example.com.", "HTTPS"],
    change: (answer) => ({ ...answer, answers: [] }),
    want: "differs",
  },
  {
    fault: "no SOA in a negative answer",
    query: ["shop.example.com.", "MX"],
    change: (answer) => ({ ...answer, authorities: [] }),
    want: "differs",
  },
  {
    fault: "a TTL above what is left",
    query: ["shop.example.com.", "A"],
    change: withSet((set) => ({ ...set, ttl: 61 })),
    want: "ttl",
  },
  {
    fault: "a TTL below 5 s",
    query: ["shop.example.com.", "AAAA"],
    change: withSet((set) => ({ ...set, ttl: 4 })),
    want: "ttl",
  },
  {
    fault: "a fresh answer that says that it is stale",
    query: ["shop.example.com.", "A"],
    change: (answer) => withSet((set) => ({ ...set, ttl: 30 }))({ ...answer, isStale: true }),
    want: "ttl",
  },
  {
    fault: "another TTL of a record of the base zone",
    query: ["www.example.com.", "A"],
    change: withSet((set) => ({ ...set, ttl: 299 })),
    want: "ttl",
  },
  {
    fault: "another negative TTL",
    query: ["www.example.com.", "TXT"],
    change: withSet((set) => ({ ...set, ttl: 301 })),
    want: "ttl",
  },
];

for (const { fault, query, change, want } of PLANTED) {
  test(`the comparison of the planes catches ${fault}`, async () => {
    const plane = await atRest();
    const [name, type] = query;
    assert.equal(await judged(plane, { name, type }, (answer) => answer), undefined, "as it is");
    assert.equal(await judged(plane, { name, type }, change), want);
  });
}

describe("an exception excuses nothing but its difference", () => {
  const shop = { name: "shop.example.com.", type: "A" };
  const servfail = (): PlaneAnswer => ({ rcode: "SERVFAIL", authoritative: false, answers: [], authorities: [] });
  const withAddresses = (...data: readonly string[]): ((answer: PlaneAnswer) => PlaneAnswer) =>
    withSet((set) => ({ ...set, data }));

  test("of a target that rotates, an address that it doesn't have now", async () => {
    const plane = await atRest();
    for (const last of [12, 13, 11, 12, 13, 11]) {
      setTarget(plane, "one.test", [`198.51.100.${last}`, "2001:db8:1::1"]);
      await plane.world.clock.advance(75_000);
    }
    assert.equal(await judged(plane, shop, withAddresses("198.51.100.11")), undefined);
    assert.equal(await judged(plane, shop, withAddresses("198.51.100.77")), "differs");
    assert.equal(await judged(plane, shop, withAddresses()), "differs");
  });

  test("of a DnsZone with another policy, an address that no alias has, and another rcode", async () => {
    const plane = await atRest();
    plane.foreignNames.add("shop.example.com.");
    assert.equal(await judged(plane, shop, withAddresses("198.51.100.11")), undefined);
    assert.equal(await judged(plane, shop, withAddresses("198.51.100.77")), "differs");
    assert.equal(await judged(plane, shop, (answer) => ({ ...answer, rcode: "NXDOMAIN", answers: [] })), "differs");
  });

  test("of a paused name, addresses that aren't published", async () => {
    const plane = await atRest({ ...SHOP, spec: { paused: true } });
    assert.equal(await judged(plane, shop, (answer) => answer), undefined);
    const set = { name: shop.name, type: "A", ttl: 60, data: ["198.51.100.11"] };
    assert.equal(await judged(plane, shop, (answer) => ({ ...answer, answers: [set], authorities: [] })), "differs");
  });

  test("of a target without data, SERVFAIL for other types, and NODATA", async () => {
    const plane = await createPlaneStage(randomFrom(1));
    setTarget(plane, "one.test", "servfail");
    addAlias(plane, "web/shop", SHOP);
    await plane.world.clock.advance(120_000);
    assert.deepEqual(await comparePlanes(plane, createTally()), []);
    assert.equal(await judged(plane, shop, servfail), undefined);
    assert.equal(await judged(plane, { ...shop, type: "TXT" }, servfail), "differs");
    assert.equal(
      await judged(plane, { name: "nothing.example.net.", type: "A" }, servfail),
      "differs",
      "a name that no alias has",
    );
  });

  test("of a target that everybody has forgotten, SERVFAIL, and of one that an alias still asks for, none", async () => {
    for (const { hostnames, want } of [
      { hostnames: ["shop.example.net"], want: "differs" },
      { hostnames: ["shop.example.edu"], want: undefined },
    ]) {
      const plane = await atRest();
      addAlias(plane, "web/other", { hostnames, targets: ["one.test"] });
      removeAlias(plane, "web/shop");
      recordForgotten(plane);
      await plane.world.clock.advance(120_000);
      setTarget(plane, "one.test", "nxdomain");
      await plane.world.clock.advance(3_000);
      addAlias(plane, "web/shop", SHOP);
      recordForgotten(plane);
      await plane.world.clock.advance(6_000);
      assert.equal(await judged(plane, shop, (answer) => answer), undefined, "as it is");
      assert.equal(await judged(plane, shop, servfail), want);
    }
  });

  test("of a replica that started without a status, SERVFAIL, and of one that a leader left a status, none", async () => {
    for (const { isLed, want } of [
      { isLed: true, want: "differs" },
      { isLed: false, want: undefined },
    ]) {
      const plane = await createPlaneStage(randomFrom(1));
      setTarget(plane, "one.test", ["198.51.100.11"]);
      if (!isLed) {
        plane.replica.loseLead();
      }
      addAlias(plane, "web/shop", SHOP);
      await plane.world.clock.advance(120_000);
      recordLeader(plane);
      await askResponder(plane, shop);
      setTarget(plane, "one.test", "servfail");
      await plane.world.clock.advance(3_000);
      kill(plane, plane.replica);
      plane.replica = [...plane.world.replicas][0] ?? plane.replica;
      await plane.world.clock.advance(10_000);
      assert.equal(await judged(plane, shop, (answer) => answer), undefined, "as it is");
      assert.equal(await judged(plane, shop, servfail), want);
    }
  });

  test("of a name below which another one was left, a TTL of neither", async () => {
    const plane = await atRest({ ...SHOP, hostnames: ["*.example.com", "a.sub.example.com"] });
    const sub = { name: "sub.example.com.", type: "A" };
    editAlias(plane, "web/shop", { hostnames: [parseOwnerName("*.example.com")] });
    await plane.world.clock.advance(150_000);
    assert.equal(await judged(plane, sub, (answer) => answer), undefined, "as it is");
    assert.equal(
      await judged(
        plane,
        sub,
        withSet((set) => ({ ...set, ttl: 61 })),
      ),
      "ttl",
    );
  });

  test("of a paused name that a namespace loses by a label, the TTL of before, whether or not another namespace has it now", async () => {
    for (const hostnames of [["example.net"], ["shop.example.net"]]) {
      const plane = await atRest({ hostnames: ["example.net"], targets: ["one.test"] });
      const net = { name: "example.net.", type: "A" };
      addAlias(plane, "api/next", { hostnames, targets: ["two.test"] });
      setLabels(plane, "web", {});
      editAlias(plane, "web/shop", { paused: true });
      await plane.world.clock.advance(30_000);
      assert.equal(await judged(plane, net, (answer) => answer), undefined, "as it is");
      assert.equal(await judged(plane, net, withAddresses("198.51.100.21")), "differs");
    }
  });

  test("of a plan that the guard holds, HTTPS records count, and another address differs", async () => {
    const hostnames = ["example.com", "shop.example.com", "a.sub.example.com", "*.example.com"];
    const plane = await atRest({ ...SHOP, hostnames });
    removeAlias(plane, "web/shop");
    recordForgotten(plane);
    await plane.world.clock.advance(800_000);
    assert.equal(await judged(plane, shop, (answer) => answer), undefined, "as it is");
    const set = { name: shop.name, type: "A", ttl: 60, data: ["198.51.100.77"] };
    assert.equal(await judged(plane, shop, (answer) => ({ ...answer, answers: [set], authorities: [] })), "differs");
  });

  test("of a name whose alias went while no process saw it, the held records, and of one that a process saw go, none", async () => {
    for (const { isSeen, want } of [
      { isSeen: false, want: undefined },
      { isSeen: true, want: "differs" },
    ]) {
      const plane = await atRest({ ...SHOP, hostnames: ["shop.example.com"] });
      plane.replica.loseLead();
      plane.judge.changed("leader");
      followReplica(plane);
      removeAlias(plane, "web/shop");
      if (!isSeen) {
        kill(plane, plane.replica);
        followReplica(plane);
      }
      await plane.world.clock.advance(30_000);
      lead(plane, plane.replica);
      followReplica(plane);
      recordForgotten(plane);
      await plane.world.clock.advance(800_000);
      assert.deepEqual(await comparePlanes(plane, createTally()), [], "as it is");
      // As if the leader had not withdrawn the name.
      const store = plane.world.stores.get("com");
      const held = "shop.example.com. 60 IN A 198.51.100.11";
      if (store?.text?.includes("shop.example.com.\t60") === false) {
        store.edit(store.text.replace("; END dnsalias", `${held}\n; END dnsalias`));
      }
      assert.equal(await judged(plane, shop, (answer) => answer), want);
    }
  });

  test("of a deleted DnsZone without a leader, the zone above for a replica that started since, and not for one that knows it", async () => {
    for (const { isKilled, want } of [
      { isKilled: true, want: undefined },
      { isKilled: false, want: "differs" },
    ]) {
      for (const name of ["a.sub.example.com", "a.deep.example.net"]) {
        const plane = await createPlaneStage(randomFrom(1), ["dns/sub"]);
        setLabels(plane, "web", { dns: "public" });
        setTarget(plane, "one.test", ["198.51.100.11", "2001:db8:1::1"]);
        plane.replica.loseLead();
        plane.judge.changed("leader");
        addAlias(plane, "web/shop", { hostnames: [name], targets: ["one.test"] });
        removeZone(plane, name.includes("sub") ? "dns/sub" : "dns/deep");
        await plane.world.clock.advance(120_000);
        if (isKilled) {
          kill(plane, plane.replica);
          followReplica(plane);
          await plane.world.clock.advance(120_000);
        }
        assert.deepEqual(await comparePlanes(plane, createTally()), [], "as it is");
        const set = { name: `${name}.`, type: "A", ttl: 30, data: ["198.51.100.11"] };
        const above = (): PlaneAnswer => ({ rcode: "NOERROR", authoritative: true, answers: [set], authorities: [] });
        assert.equal(await judged(plane, { name: `${name}.`, type: "A" }, above), want);
        const long = withSet((one) => ({ ...one, ttl: 61 }));
        assert.equal(await judged(plane, { name: `${name}.`, type: "A" }, () => long(above())), want ?? "ttl");
      }
    }
  });

  test("of a deleted DnsZone whose records the zone above has too, the TTL of either for a replica that doesn't know it, and not for one that does", async () => {
    for (const { isKilled, want } of [
      { isKilled: true, want: undefined },
      { isKilled: false, want: "ttl" },
    ]) {
      const plane = await createPlaneStage(randomFrom(1), ["dns/sub"]);
      const name = "a.sub.example.com";
      setTarget(plane, "one.test", ["198.51.100.11", "2001:db8:1::1"]);
      addAlias(plane, "api/before", { hostnames: [name], targets: ["one.test"] });
      await plane.world.clock.advance(120_000);
      setPlace(plane, "sub", true);
      removeAlias(plane, "api/before");
      await plane.world.clock.advance(800_000);
      removeZone(plane, "dns/sub");
      plane.replica.loseLead();
      plane.judge.changed("leader");
      const ttl = { min: 10, max: 40 };
      addAlias(plane, "api/next", { hostnames: [name], targets: ["one.test"], spec: { ttl } });
      await plane.world.clock.advance(120_000);
      if (isKilled) {
        kill(plane, plane.replica);
        followReplica(plane);
        await plane.world.clock.advance(120_000);
      }
      assert.deepEqual(await comparePlanes(plane, createTally()), [], "as it is");
      const withTtl = (seconds: number) => (): PlaneAnswer => {
        const set = { name: `${name}.`, type: "A", ttl: seconds, data: ["198.51.100.11"] };
        return { rcode: "NOERROR", authoritative: true, answers: [set], authorities: [] };
      };
      assert.equal(await judged(plane, { name: `${name}.`, type: "A" }, withTtl(30)), want);
      assert.equal(await judged(plane, { name: `${name}.`, type: "A" }, withTtl(41)), "ttl");
    }
  });

  test("of an HTTPS record whose new target was never read, none, and neither that of the new target nor none of one that was read", async () => {
    for (const { says, want } of [
      { says: "servfail", want: undefined },
      { says: ["198.51.100.21", "2001:db8:2::1"], want: "differs" },
    ] as const) {
      const plane = await atRest();
      const https = { ...shop, type: "HTTPS" };
      setTarget(plane, "two.test", says);
      editAlias(plane, "web/shop", { targets: [{ kind: "hostname", hostname: parseName("two.test"), priority: 0 }] });
      await plane.world.clock.advance(120_000);
      assert.equal(await judged(plane, https, (answer) => answer), undefined, "as it is");
      assert.equal(await judged(plane, https, (answer) => ({ ...answer, answers: [] })), want);
      const set = { name: shop.name, type: "HTTPS", ttl: 30, data: ["0 four.test."] };
      for (const data of says === "servfail" ? ["0 two.test.", "0 four.test."] : ["0 four.test."]) {
        const other = (answer: PlaneAnswer): PlaneAnswer => ({ ...answer, answers: [{ ...set, data: [data] }] });
        assert.equal(await judged(plane, https, other), "differs");
      }
    }
  });

  test("of a name that a new leader could never publish, NODATA, and of one whose target was read in its term, none", async () => {
    for (const { isRead, want } of [
      { isRead: false, want: undefined },
      { isRead: true, want: "differs" },
    ]) {
      const plane = await createPlaneStage(randomFrom(1));
      const name = parseOwnerName("b.example.org");
      setTarget(plane, "one.test", ["198.51.100.11", "2001:db8:1::1"]);
      plane.replica.loseLead();
      plane.judge.changed("leader");
      followReplica(plane);
      kill(plane, plane.replica);
      followReplica(plane);
      await plane.world.clock.advance(3_000);
      addAlias(plane, "web/shop", { hostnames: ["b.example.org"], targets: ["one.test"] });
      await plane.world.clock.advance(120_000);
      await askResponder(plane, { name, type: "A" });
      setTarget(plane, "one.test", "servfail");
      await plane.world.clock.advance(120_000);
      lead(plane, plane.replica);
      followReplica(plane);
      if (isRead) {
        setTarget(plane, "one.test", ["198.51.100.11", "2001:db8:1::1"]);
      }
      await plane.world.clock.advance(400_000);
      assert.deepEqual(await comparePlanes(plane, createTally()), [], "as it is");
      // As if the leader had not written the name.
      const backend = plane.backends.get("rfc2136");
      backend
        ?.list()
        .filter((set) => set.name.endsWith(name))
        .forEach((set) => backend.remove(set.name, set.type));
      assert.equal(await judged(plane, { name, type: "TXT" }, (answer) => answer), want);
    }
  });
});
