import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "node:test";
import { systemClock } from "../../../src/base/clock.ts";
import { silentLogger } from "../../support/silent-logger.ts";
import { parseName } from "../../../src/dns/name/name.ts";
import { createResponderPool } from "../../../src/responder/workers/pool.ts";
import { listen } from "../../../src/transport/server/listen.ts";
import { askUdp, queryFor } from "./asker.ts";
import { addresses, alias, openPool, sourceOf, twoAddresses, zone } from "./scene.ts";

const linux = process.platform === "linux" ? false : "reusePort is for Linux";
const served = zone({ aliases: Array.from({ length: 200 }, (_, index) => alias(`a${index}.example.com`)) });

test(
  "workers killed one after the other under load: no question goes unanswered beyond a client's retries",
  { skip: linux },
  async () => {
    await using at = await openPool([served], { workers: 2 });
    const done = new AbortController();
    let answers = 0;
    const ask = async (lane: number): Promise<void> => {
      for (let round = 0; !done.signal.aborted; round += 1) {
        const { message } = await askUdp(at, queryFor(`a${(lane * 31 + round) % 200}.example.com`), 500, 10);
        assert.deepEqual([message.rcode, message.answers.length], [0, 2]);
        answers += 1;
      }
    };
    const lanes = Promise.all(Array.from({ length: 8 }, (_, lane) => ask(lane)));
    for (let kill = 0; kill < 6; kill += 1) {
      await delay(300);
      const [first] = at.pool.threadIds;
      await at.pool.terminate(first ?? -1);
    }
    await until(() => at.pool.threadIds.length === 2 && at.pool.restarts === 6);
    done.abort();
    await lanes;
    assert.ok(answers > 100, `${answers} answers`);
    const counts = await at.pool.counts();
    assert.equal(counts.errors, 0);
  },
);

test("an address that someone else has is an error, though the other one shares it", { skip: linux }, async () => {
  await using other = await listen({ host: "127.0.0.1", port: 0, onQuery: () => undefined, reusePort: true });
  const pool = createResponderPool({
    listen: [{ host: "127.0.0.1", port: other.port }],
    workers: 2,
    source: twoAddresses,
    log: silentLogger,
    clock: systemClock,
    random: Math.random,
  });
  await assert.rejects(pool.open(), { code: "EADDRINUSE" });
  await pool[Symbol.asyncDispose]();
});

test("stopping closes the port, and the process has nothing left to wait for", async () => {
  const at = await openPool([served], { workers: 2 });
  await askUdp(at, queryFor("a1.example.com"));
  await at[Symbol.asyncDispose]();
  assert.equal(at.pool.threadIds.length, 0);
  const socket = createSocket("udp4").bind(at.port, at.host);
  await once(socket, "listening");
  socket.close();
});

test("who waits when the responder is stopped still gets an answer", async () => {
  const source = sourceOf(async () => {
    await delay(300);
    return addresses(["192.0.2.7"]);
  });
  const at = await openPool([served], { source });
  const asked = askUdp(at, queryFor("a1.example.com"));
  await until(() => source.asked.length > 0);
  await at[Symbol.asyncDispose]();
  assert.equal((await asked).message.answers.length, 1);
});

test(
  "a hundred thousand aliases come in slices: neither thread is held up, and the old zone answers until the new one is whole",
  { skip: linux },
  async () => {
    await using at = await openPool([served], { workers: 1 });
    await askUdp(at, queryFor("a1.example.com"));
    const big = zone({
      aliases: Array.from({ length: 100_000 }, (_, index) => alias(`b${index}.example.com`)),
    });
    let turns = 0;
    const ticks = setInterval(() => {
      turns += 1;
    }, 1);
    at.pool.setZone(big);
    let answered = 0;
    for (let rcode = 3; rcode !== 0; answered += 1) {
      ({ rcode } = (await askUdp(at, queryFor("b99999.example.com"), 20_000)).message);
    }
    clearInterval(ticks);
    // Counted and not timed: in one piece there would be one turn, and one answer, after it. How long a slice takes the benchmark says.
    assert.ok(answered > 1 && turns > 10, `${answered} answers, ${turns} turns of the main thread`);
    assert.equal((await askUdp(at, queryFor("a1.example.com"))).message.rcode, 3);
  },
);

test("counts that are wanted many times at once end no worker: that is for one that is silent for ten seconds", async () => {
  await using at = await openPool([served], { workers: 1 });
  const before = at.pool.threadIds;
  await askUdp(at, queryFor("a1.example.com"));
  const counts = await Promise.all(Array.from({ length: 50 }, () => at.pool.counts()));
  assert.deepEqual(new Set(counts.map(({ byProtocol }) => byProtocol.udp)), new Set([1]));
  assert.deepEqual([at.pool.restarts, at.pool.threadIds], [0, before]);
});

test("two zones that change all the time are each brought again and again", async () => {
  const second = parseName("example.net");
  await using at = await openPool([served, zone({ domain: second, aliases: [] })], { workers: 1 });
  for (let round = 0; round < 50; round += 1) {
    at.pool.setZone(zone({ aliases: [alias(`r${round}.example.com`)] }));
    at.pool.setZone(zone({ domain: second, aliases: [alias(`r${round}.example.net`)] }));
    await delay(2);
  }
  await until(async () => (await askUdp(at, queryFor("r49.example.com"))).message.rcode === 0);
  await until(async () => (await askUdp(at, queryFor("r49.example.net"))).message.rcode === 0);
  assert.equal((await askUdp(at, queryFor("r48.example.net"))).message.rcode, 3);
});

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 20_000; performance.now() < end; await delay(20)) {
    if (await isSo()) {
      return;
    }
  }
  throw new Error("it did not become so in 20 s");
}
