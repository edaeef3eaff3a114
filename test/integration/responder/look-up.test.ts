import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "node:test";
import { systemClock } from "../../../src/base/clock.ts";
import { parseName } from "../../../src/dns/name/name.ts";
import type { LiveAnswer } from "../../../src/responder/answer-source.ts";
import { waitFor } from "../../lab/wait-for.ts";
import { skipWithout } from "../../support/component.ts";
import { answerData, dig } from "../../support/dig.ts";
import { askUdp, queryFor } from "./asker.ts";
import { addresses, alias, DOMAIN, openPool, sourceOf, zone } from "./scene.ts";

const skip = skipWithout("dig");
const served = zone({ aliases: [alias("example.com"), alias("other.example.com")] });

test("two hundred askers of a cold name make one look-up in each worker, and all get its answer", async () => {
  const source = sourceOf(async () => {
    await delay(1_000); // until all have asked, on a busy machine too
    return addresses(["192.0.2.9"]);
  });
  await using at = await openPool([served], { source, workers: 2 });
  const replies = await Promise.all(Array.from({ length: 200 }, () => askUdp(at, queryFor("example.com"))));
  assert.ok(replies.every(({ message }) => message.answers.length === 1 && message.rcode === 0));
  assert.ok(source.asked.length <= 2, `${source.asked.length} look-ups`);
  const counts = await at.pool.counts();
  assert.deepEqual([counts.waitedForLookup, counts.waiting, counts.byProtocol.udp], [200, 0, 200]);
});

test(
  "a look-up that does not end is SERVFAIL within 2 s for this family, and nothing else suffers",
  { skip },
  async () => {
    const source = sourceOf(({ family }) =>
      family === "A" ? new Promise(() => undefined) : addresses(["2001:db8::1"]),
    );
    await using at = await openPool([served], { source });
    const start = performance.now();
    const [four, six, mail] = await Promise.all([
      dig(at, "example.com", "A"),
      dig(at, "example.com", "AAAA"),
      dig(at, "example.com", "MX"),
    ]);
    assert.equal(four.status, "SERVFAIL", four.text);
    assert.match(four.text, /EDE: 22/);
    assert.ok(performance.now() - start < 4_500, "dig's first question is answered");
    assert.deepEqual([six.status, answerData(six, "AAAA")], ["NOERROR", ["2001:db8::1"]]);
    assert.deepEqual([mail.status, mail.authority[0]?.type], ["NOERROR", "SOA"]);
    const again = performance.now();
    assert.equal((await dig(at, "example.com", "A")).status, "SERVFAIL");
    assert.ok(performance.now() - again < LIVE.waitMs, "who comes later does not wait in vain too");
  },
);

test("past its time an answer is given out with EDE 3 and a TTL of 30 when the look-up hangs", { skip }, async () => {
  let calls = 0;
  const source = sourceOf(() => {
    calls += 1;
    return calls === 1 ? addresses(["192.0.2.1"], 300) : new Promise<LiveAnswer>(() => undefined);
  });
  await using at = await openPool([served], { source, limits: { live: { ...LIVE, waitMs: 300 } } });
  const fresh = await dig(at, "example.com");
  assert.deepEqual([fresh.answer[0]?.ttl, /EDE/.test(fresh.text)], [5, false], fresh.text);
  await delay(400);
  const stale = await dig(at, "example.com");
  assert.deepEqual([stale.status, stale.answer[0]?.ttl], ["NOERROR", 30], stale.text);
  assert.match(stale.text, /EDE: 3 /);
  await waitFor("the count of the worker", async () => assert.ok((await at.pool.counts()).stale >= 1));
});

test("the TTL counts down, and what is near its end is looked up ahead while it is asked for", { skip }, async () => {
  const ends: number[] = [];
  const source = sourceOf(() => {
    const now = systemClock.now();
    ends.push(now + 7_600);
    return { kind: "addresses", addresses: ["192.0.2.1"], freshUntil: now + 7_600, refreshAt: now };
  });
  await using at = await openPool([served], { source });
  const seen = new Set<number>();
  await waitFor("a look-up ahead", async () => {
    const askedAt = systemClock.now();
    const ttl = (await dig(at, "example.com")).answer[0]?.ttl ?? -1;
    const end = ends[0] ?? 0;
    if (ends.length === 1) {
      const least = Math.max(5, Math.floor((end - systemClock.now()) / 1_000));
      assert.ok(ttl >= least && ttl <= Math.max(5, (end - askedAt) / 1_000), `${ttl} s`);
      seen.add(ttl);
    }
    assert.equal(ends.length, 2);
  });
  assert.ok((ends[1] ?? 0) < (ends[0] ?? 0) + 7_600, "before the first one had run out");
  assert.ok(seen.size > 1, `${[...seen].join()}: it counted down`);
});

test("a name that has changed is asked for again, one that has not is not", { skip }, async () => {
  let address = "192.0.2.1";
  const source = sourceOf(() => addresses([address]));
  await using at = await openPool([served], { source });
  const both = async (): Promise<readonly unknown[]> =>
    Promise.all(["example.com", "other.example.com"].map(async (name) => answerData(await dig(at, name), "A")));
  assert.deepEqual(await both(), [["192.0.2.1"], ["192.0.2.1"]]);
  await both();
  await both();
  address = "192.0.2.2";
  at.pool.changed(DOMAIN, [DOMAIN]);
  await waitFor("the news", async () => assert.deepEqual(await both(), [["192.0.2.2"], ["192.0.2.1"]]));
});

test("a zone that is replaced, added or removed is so for prepared packets too", { skip }, async () => {
  await using at = await openPool([served]);
  const status = async (name: string): Promise<string> => (await dig(at, name)).status;
  for (let round = 0; round < 3; round += 1) {
    assert.deepEqual([await status("other.example.com"), await status("x.sub.example.com")], ["NOERROR", "NXDOMAIN"]);
  }
  at.pool.setZone(zone({ domain: parseName("sub.example.com"), aliases: [alias("x.sub.example.com")] }));
  at.pool.setZone(zone({ aliases: [alias("example.com")] }));
  await waitFor("the zones", async () =>
    assert.deepEqual([await status("other.example.com"), await status("x.sub.example.com")], ["NXDOMAIN", "NOERROR"]),
  );
  at.pool.removeZone(parseName("sub.example.com"));
  at.pool.removeZone(DOMAIN);
  await waitFor("no zone", async () =>
    assert.deepEqual([await status("example.com"), await status("x.sub.example.com")], ["REFUSED", "REFUSED"]),
  );
});

test("when too many wait, the next are answered without waiting, and known names as ever", async () => {
  const source = sourceOf(({ name }) =>
    name === DOMAIN ? addresses(["192.0.2.1"]) : new Promise<LiveAnswer>(() => undefined),
  );
  await using at = await openPool([served], { source, limits: { live: { ...LIVE, maxWaiting: 3, waitMs: 1_000 } } });
  await askUdp(at, queryFor("example.com"));
  const replies = await Promise.all(Array.from({ length: 10 }, () => askUdp(at, queryFor("other.example.com"))));
  assert.equal(replies.filter(({ tookMs }) => tookMs > 900).length, 3);
  assert.ok(replies.every(({ message }) => message.rcode === 2));
  const known = await askUdp(at, queryFor("example.com"));
  assert.deepEqual([known.message.answers.length, known.tookMs < 500], [1, true]);
});

const LIVE = { maxAnswers: 1_000, maxWaiting: 1_000, waitMs: 1_850 };
