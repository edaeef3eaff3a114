import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Worker } from "node:worker_threads";
import { chooseUdpIo } from "../../../src/transport/server/choose-udp-io.ts";
import { listen, type ListenOptions } from "../../../src/transport/server/listen.ts";
import { closeAbandonedSockets } from "../../../src/transport/udp/abandoned-sockets.ts";
import { createSocketTable, socketTableMemory } from "../../../src/transport/udp/socket-table.ts";
import { skipWithoutFfi } from "../../support/udp-io.ts";

const options = { skip: skipWithoutFfi, timeout: 60_000 };

async function client(address = "127.0.0.1"): Promise<Socket & AsyncDisposable> {
  const socket = createSocket({ type: address.includes(":") ? "udp6" : "udp4", recvBufferSize: 4_194_304 });
  socket.bind(0, address);
  await once(socket, "listening");
  return socket;
}

function echo(more: Partial<ListenOptions> = {}): ReturnType<typeof listen> {
  return listen({ host: "127.0.0.1", port: 0, udpIo: "ffi", onQuery: (query) => query, ...more });
}

/** Sends each payload, and returns the answers in the order of their first two bytes. */
async function exchange(
  port: number,
  payloads: readonly Uint8Array[],
  host = "127.0.0.1",
  answered = payloads.length,
): Promise<readonly Uint8Array[]> {
  await using socket = await client(host);
  const answers = new Map<number, Uint8Array>();
  const all = Promise.withResolvers<void>();
  socket.on("message", (bytes, from) => {
    assert.deepEqual([from.address, from.port], [host, port]);
    answers.set(bytes.readUInt16BE(0), Uint8Array.from(bytes));
    if (answers.size === answered) {
      all.resolve();
    }
  });
  payloads.forEach((payload) => socket.send(payload, port, host));
  await Promise.race([all.promise, delay(10_000, undefined, { ref: false })]);
  return [...answers].sort(([a], [b]) => a - b).map(([, bytes]) => bytes);
}

function numbered(index: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length).fill(index % 251);
  new DataView(bytes.buffer).setUint16(0, index);
  return bytes;
}

test("each of many packets is answered with its own bytes, also the largest", options, async () => {
  for (const host of ["127.0.0.1", "::1"]) {
    await using server = await echo({ host });
    const payloads = Array.from({ length: 500 }, (_, index) => numbered(index, index % 100 === 0 ? 60_000 : 2 + index));
    assert.deepEqual(await exchange(server.port, payloads, host), payloads);
  }
});

test("a query that waits keeps its bytes and its client, whatever comes in the meantime", options, async () => {
  const held: { readonly query: Uint8Array; readonly answer: (bytes: Uint8Array) => void }[] = [];
  await using server = await echo({
    onQuery: (query, peer) => {
      assert.equal(peer.address, "127.0.0.1");
      if (query.length !== 40) {
        return query;
      }
      const { promise, resolve } = Promise.withResolvers<Uint8Array>();
      held.push({ query, answer: resolve });
      return promise;
    },
  });
  const waiting = Array.from({ length: 200 }, (_, index) => numbered(index, 40));
  const answered = exchange(server.port, waiting);
  for (let tries = 0; held.length < waiting.length && tries < 500; tries += 1) {
    await exchange(server.port, [numbered(1, 41), numbered(2, 42)]);
  }
  held.toReversed().forEach(({ query, answer }) => answer(query));
  assert.deepEqual(await answered, waiting);
});

test("an answer that cannot be sent is lost alone", options, async () => {
  await using server = await echo({
    // Larger than UDP can carry, but not than the memory of a packet.
    onQuery: (query) => (query[1] === 3 ? new Uint8Array(65_530) : query[1] === 4 ? new Uint8Array(70_000) : query),
  });
  const payloads = Array.from({ length: 10 }, (_, index) => numbered(index, 20));
  const answers = await exchange(server.port, payloads, "127.0.0.1", 8);
  assert.deepEqual(
    answers,
    payloads.filter((_, index) => index !== 3 && index !== 4),
  );
});

test("the memory of the packets outlives collections of garbage", options, async () => {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  await using server = await echo();
  for (let round = 0; round < 20; round += 1) {
    collect();
    const payloads = Array.from({ length: 80 }, (_, index) => numbered(index, 300));
    assert.deepEqual(await exchange(server.port, payloads), payloads);
  }
});

test("a socket that waits uses no processor time", options, async () => {
  await using server = await echo();
  await exchange(server.port, [numbered(1, 12)]);
  const before = process.cpuUsage();
  await delay(1_000);
  const { user, system } = process.cpuUsage(before);
  assert.ok(user + system < 300_000, `${user + system} µs of a second`);
});

const WORKER = `
  import { parentPort, workerData } from "node:worker_threads";
  import { listen } from ${JSON.stringify(new URL("../../../src/transport/server/listen.ts", import.meta.url).href)};
  const server = await listen({ ...workerData, udpIo: "ffi", reusePort: true, onQuery: (query) => query });
  parentPort.once("message", () => void server[Symbol.asyncDispose]());
  parentPort.postMessage(server.port);
`;

interface Thread {
  readonly worker: Worker;
  readonly port: number;
  readonly sockets: SharedArrayBuffer;
}

async function startThread(port = 0): Promise<Thread> {
  const sockets = socketTableMemory();
  const workerData = { host: "127.0.0.1", port, sockets };
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(WORKER)}`), { workerData });
  return { worker, port: (await once(worker, "message"))[0], sockets };
}

/** The inodes of this machine's UDP sockets at a port of 127.0.0.1. */
function socketsAt(port: number): number {
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return readFileSync("/proc/net/udp", "utf8")
    .split("\n")
    .filter((line) => line.includes(` ${local} `)).length;
}

test(
  "a thread that is terminated while packets come harms neither the process nor the other threads",
  options,
  async () => {
    const staying = await startThread();
    await using socket = await client();
    for (let round = 0; round < 5; round += 1) {
      const { worker, sockets } = await startThread(staying.port);
      assert.equal(socketsAt(staying.port), 2);
      const flood = setInterval(() => {
        for (let sent = 0; sent < 50; sent += 1) {
          socket.send(numbered(sent, 50), staying.port, "127.0.0.1");
        }
      }, 1);
      await delay(50);
      await worker.terminate();
      clearInterval(flood);
      closeAbandonedSockets(sockets);
      assert.equal(socketsAt(staying.port), 1);
      assert.deepEqual(createSocketTable(sockets).list(), []);
    }
    const payloads = Array.from({ length: 50 }, (_, index) => numbered(index, 30));
    assert.deepEqual(await exchange(staying.port, payloads), payloads);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    staying.worker.postMessage("stop");
    await once(staying.worker, "exit");
    assert.deepEqual([createSocketTable(staying.sockets).list(), socketsAt(staying.port)], [[], 0]);
  },
);

test("ffi is chosen where it works, and dgram if that is wanted", options, async () => {
  assert.deepEqual(await chooseUdpIo("auto"), { io: "ffi" });
  assert.deepEqual(await chooseUdpIo("ffi"), { io: "ffi" });
  assert.deepEqual(await chooseUdpIo("dgram"), { io: "dgram" });
});
