import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "node:test";
import { startFloodedLab } from "../../e2e/flooded-lab.ts";
import { waitFor } from "../../lab/wait-for.ts";
import { queryBytes, EDNS } from "../../support/dns-query.ts";
import { checkFirstTries, checkLimited, floodFromOutside } from "../../support/outside-flood.ts";
import { skipWithoutOutside, startOutsideNetwork } from "../../support/outside-network.ts";
import { seededRandom } from "../../support/property.ts";
import { alias, openPool, zone, type Pool } from "./scene.ts";

const NAMES = 500;
const QUESTIONS = 20_000;
/** So many of each kind go out together; then the loop has its turn. */
const BURST = 40;
const EVERY_MS = 4;

const random = seededRandom();

/** From `least` to `limit` without `limit`. */
function randomInt(limit: number, least = 0): number {
  return least + Math.floor(random() * (limit - least));
}

function randomBytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, () => randomInt(256));
}

const served = zone({ aliases: Array.from({ length: NAMES }, (_, index) => alias(`a${index}.example.com`)) });

async function opened(): Promise<Socket> {
  const socket = createSocket({ type: "udp4", recvBufferSize: 4 * 1024 * 1024 });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return socket;
}

/** What no honest asker sends, or asks for. */
function garbage(index: number): Uint8Array {
  const real = queryBytes(`a${index % NAMES}.example.com`, "A", { edns: EDNS });
  switch (index % 6) {
    case 0:
      return randomBytes(randomInt(600));
    case 1:
      return real.slice(0, randomInt(real.length));
    case 2: {
      const response = real.slice();
      response[2] = 0x84;
      return response;
    }
    case 3:
      return queryBytes(`${randomInt(2 ** 40)}.example.com`, "A", { edns: EDNS });
    case 4:
      return queryBytes(`${randomInt(2 ** 40)}.example.org`, "ANY", { edns: EDNS });
    default: {
      const broken = real.slice();
      for (let count = 0; count < 5; count += 1) {
        broken[randomInt(broken.length)] = randomInt(256);
      }
      return broken;
    }
  }
}

interface Outcome {
  readonly asked: number;
  readonly answered: number;
}

/** Half garbage, half questions; a question without an answer is asked once more, as every resolver does. */
async function flood(at: Pool): Promise<Outcome> {
  const noise = await opened();
  const client = await opened();
  const missing = new Map<number, Uint8Array>();
  client.on("message", (answer) => {
    const isWhole = answer.readUInt16BE(6) === 2 && ((answer[3] ?? 0) & 0xf) === 0;
    if (isWhole) {
      missing.delete(answer.readUInt16BE(0));
    }
  });
  for (let sent = 0; sent < QUESTIONS; sent += BURST) {
    for (let index = sent; index < sent + BURST; index += 1) {
      noise.send(garbage(index), at.port, at.host);
      const query = queryBytes(`a${index % NAMES}.example.com`, "A", { id: index, edns: EDNS });
      missing.set(index, query);
      client.send(query, at.port, at.host);
    }
    await delay(EVERY_MS);
  }
  for (let retry = 0; retry < 2 && missing.size > 0; retry += 1) {
    await delay(500);
    missing.forEach((query) => client.send(query, at.port, at.host));
  }
  await delay(500);
  noise.close();
  client.close();
  return { asked: QUESTIONS, answered: QUESTIONS - missing.size };
}

test("with half of what comes being garbage, every real question is answered", async () => {
  await using at = await openPool([served], { workers: 2 });
  const before = process.memoryUsage().rss;
  const { asked, answered } = await flood(at);
  assert.equal(answered, asked);
  const counts = await at.pool.counts();
  assert.deepEqual([counts.errors, at.pool.restarts, counts.waiting], [0, 0, 0]);
  assert.ok(counts.dropped > 0);
  const grownMb = (process.memoryUsage().rss - before) / 1e6;
  assert.ok(grownMb < 150, `${Math.round(grownMb)} MB more`);
});

test("garbage over TCP does not take the port from those who ask over UDP", async () => {
  await using at = await openPool([served], { workers: 2, limits: { idleMs: 300 } });
  const { connect } = await import("node:net");
  const sockets = Array.from({ length: 200 }, () => {
    const socket = connect({ host: at.host, port: at.port });
    socket.on("error", () => undefined);
    socket.write(randomBytes(randomInt(5_000, 1)));
    return socket.resume();
  });
  const { asked, answered } = await flood(at);
  assert.equal(answered, asked);
  for (const socket of sockets) {
    if (!socket.closed) {
      await once(socket, "close");
    }
  }
});

test(
  "P19: dnsalias run, flooded from another network for 10 s: it answers a real client at the first try, and the flood gets its share",
  { skip: skipWithoutOutside() },
  async (context) => {
    await using network = await startOutsideNetwork();
    await using lab = await startFloodedLab(network.host);
    const counts = await floodFromOutside(network, { ...lab.flood, seconds: 10 });
    context.diagnostic(JSON.stringify(counts));
    checkFirstTries(counts);
    checkLimited(counts, lab.workers);
    // Limited: every question for the one name that got no answer and that no socket dropped, and some of the garbage.
    const most = counts.repeated - counts.repeatedAnswers + counts.garbage + counts.asked - counts.answered;
    await waitFor("the count of the workers", async () => {
      const limited = await lab.metric("dnsalias_responder_limited_total");
      assert.ok(limited > counts.repeated / 2 && limited <= most, `${limited} limited, of at most ${most}`);
    });
    assert.equal(await lab.metric("dnsalias_responder_errors_total"), 0);
    assert.equal(await lab.metric("dnsalias_responder_worker_restarts_total"), 0);
  },
);
