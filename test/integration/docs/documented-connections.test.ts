import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { describe, test } from "node:test";
import { encodeMessage } from "../../../src/dns/message/encode.ts";
import { EMPTY_QUERY } from "../../../src/dns/message/message.ts";
import { parseName } from "../../../src/dns/name/name.ts";
import { CLASS, TYPE } from "../../../src/dns/registry.ts";
import type { LiveAnswer } from "../../../src/responder/answer-source.ts";
import { createDeframer, framed } from "../../../src/transport/frames.ts";
import { waitFor } from "../../lab/wait-for.ts";
import type { DnsEndpoint } from "../../support/dns-probe.ts";
import { documentedFigure } from "../../support/documented-figure.ts";
import { alias, openPool, sourceOf, zone } from "../responder/scene.ts";
import { startPrimaryLab } from "../transfer/primary-lab.ts";

const RATES = "docs/concepts/rate-limits.md";
const ANSWERS = "docs/concepts/responder-answers.md";
const TRANSFER = "src/providers/transfer/README.md";
const BIG = "big.example";
/** Of the zone: more than the buffers of some sockets hold. */
const NAMES = 60_000;

describe("connections to the responder", { concurrency: true }, () => {
  const all = documentedFigure(RATES, /at most ([\d,]+) connections open/);
  const share = documentedFigure(RATES, /may have (a quarter)/);

  test("one client has a quarter of them, all clients have all, and one more is closed", async () => {
    await using started = new AsyncDisposableStack();
    const server = started.use(await openPool([zone()]));
    const [first, second] = [await openMany(started, server, all, 1), await openMany(started, server, all, 2)];
    assert.deepEqual([first, second], [all * share, all * share]);
    assert.equal(await openMany(started, server, 200, 3), 200);
    assert.equal(await openMany(started, server, all, 4), all * share);
    assert.equal(await openMany(started, server, 200, 5), all * (1 - 3 * share) - 200);
  });

  test("on one connection so many answers are promised at once", async () => {
    const most = documentedFigure(RATES, /One connection has at most (\d+) pending answers/);
    await using started = new AsyncDisposableStack();
    const source = sourceOf(() => new Promise<LiveAnswer>(() => undefined));
    const names = Array.from({ length: most * 12 }, (_, index) => `a${index}.example.com`);
    const server = started.use(await openPool([zone({ aliases: names.map((name) => alias(name)) })], { source }));
    const socket = await opened(started, server, "127.0.0.1");
    names.forEach((name) => socket.write(framed(queryFor(name, TYPE.A))));
    await waitFor("the questions", () => assert.ok(source.asked.length >= most));
    await pause(500);
    // None was answered yet: a question waits for 1.8 s.
    assert.equal(source.asked.length, most);
  });

  test("a connection without a whole message is closed after so many seconds", async () => {
    const seconds = documentedFigure(RATES, /no whole message comes for (\d+) s is closed/);
    await using started = new AsyncDisposableStack();
    const server = started.use(await openPool([zone()]));
    const socket = await opened(started, server, "127.0.0.1");
    const drip = setInterval(() => socket.write(Uint8Array.of(255)), 2_000);
    started.defer(() => clearInterval(drip));
    // A reset is an end too: the server's FIN may meet the next byte.
    await tookAbout(seconds, () => once(closeOf(socket.resume()), "abort"));
  });

  test("a question without a fresh answer waits for so many seconds", async () => {
    const seconds = documentedFigure(ANSWERS, /the responder waits for a lookup, ([\d.]+) s at most/);
    await using started = new AsyncDisposableStack();
    const source = sourceOf(() => new Promise<LiveAnswer>(() => undefined));
    const server = started.use(await openPool([zone({ aliases: [alias("example.com")] })], { source }));
    const socket = await opened(started, server, "127.0.0.1");
    await tookAbout(seconds, async () => {
      socket.write(framed(queryFor("example.com", TYPE.A)));
      await once(socket, "data");
    });
  });
});

describe("connections to the primary of zone transfers", { concurrency: true }, () => {
  test("so many are open at once, and one more is closed", async () => {
    const most = documentedFigure(TRANSFER, /It accepts (\d+) TCP connections/);
    await using started = new AsyncDisposableStack();
    const lab = await startBig(started, 10);
    assert.equal(await openMany(started, lab, most + 50, 1), most);
  });

  test("so many transfers run at once, and so many of one connection; who takes nothing is cut off", async () => {
    const atOnce = documentedFigure(TRANSFER, /^- dnsalias serves (\d+) transfers at a time/m);
    const ofOne = documentedFigure(TRANSFER, /with (four) concurrent requests each/);
    const seconds = documentedFigure(TRANSFER, /reads nothing for (\d+) s/);
    await using started = new AsyncDisposableStack();
    const lab = await startBig(started, NAMES);
    const one = await startTransfers(started, lab, ofOne * 3);
    await pause(1_000);
    assert.equal(one.begun(), ofOne);
    const others = await Promise.all(Array.from({ length: atOnce * 2 }, () => startTransfers(started, lab, 1)));
    const begun = (): number => [one, ...others].reduce((sum, each) => sum + each.begun(), 0);
    await waitFor("the transfers", () => assert.ok(begun() >= atOnce));
    await pause(1_000);
    assert.equal(begun(), atOnce);
    await tookAbout(seconds - 3, () =>
      waitFor("the first to be cut off", () => assert.ok((lab.counts.transfers.get("cut") ?? 0) > 0), {
        withinMs: seconds * 3_000,
      }),
    );
  });
});

/** Passes if it takes the time, or less than twice as much: a busy machine is slow, and another figure is far off. */
async function tookAbout(seconds: number, work: () => Promise<unknown>): Promise<void> {
  const startedAt = performance.now();
  await work();
  const took = (performance.now() - startedAt) / 1_000;
  assert.ok(took >= seconds * 0.9 && took < seconds * 2, `${took} s, and not ${seconds} s`);
}

async function startBig(started: AsyncDisposableStack, names: number) {
  const lab = started.use(await startPrimaryLab());
  const base = Array.from({ length: names }, (_, index) => `host-${index} TXT "some text of host ${index}"`);
  await lab.zone(BIG, { base }).publish(["192.0.2.1"]);
  return lab;
}

/** Sends so many requests for the zone on one connection, and reads the first bytes of what comes alone. */
async function startTransfers(started: AsyncDisposableStack, lab: DnsEndpoint, count: number) {
  const socket = await opened(started, lab, "127.0.0.1");
  const ids = new Set<number>();
  const deframer = createDeframer();
  socket.on("data", (piece: Buffer) => {
    deframer.push(piece).forEach((message) => ids.add(((message[0] ?? 0) << 8) | (message[1] ?? 0)));
    socket.pause();
    // A slow reader, so that others are not made to wait for it for ever, and that each transfer which runs is seen.
    if (ids.size < count) {
      setTimeout(() => socket.resume(), 20).unref();
    }
  });
  for (let id = 1; id <= count; id += 1) {
    socket.write(framed(queryFor(BIG, TYPE.AXFR, id)));
  }
  return { begun: () => ids.size };
}

function queryFor(name: string, type: number, id = 1): Uint8Array {
  return encodeMessage({ ...EMPTY_QUERY, id, questions: [{ name: parseName(name), type, class: CLASS.IN }] });
}

async function opened(started: AsyncDisposableStack, { host, port }: DnsEndpoint, from: string): Promise<Socket> {
  const socket = connect({ host, port, localAddress: from });
  socket.on("error", () => undefined);
  started.defer(() => void socket.destroy());
  await once(socket, "connect");
  return socket;
}

function closeOf(socket: Socket): AbortSignal {
  const closing = new AbortController();
  socket.once("close", () => closing.abort());
  return closing.signal;
}

/** Opens so many connections of one client, and returns how many of them the server leaves open. */
async function openMany(
  started: AsyncDisposableStack,
  at: DnsEndpoint,
  count: number,
  client: number,
): Promise<number> {
  const sockets = await Promise.all(Array.from({ length: count }, () => opened(started, at, `127.0.0.${client}`)));
  const isOpen = await Promise.all(
    sockets.map(async (socket) => {
      if (socket.destroyed) {
        return false;
      }
      // A query has an answer, or the end of the connection.
      socket.write(framed(queryFor("example.com", TYPE.SOA)));
      return once(socket, "data", { signal: closeOf(socket) }).then(
        () => true,
        () => false,
      );
    }),
  );
  return isOpen.filter(Boolean).length;
}
