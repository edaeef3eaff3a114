import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { test } from "node:test";
import { parseAddress } from "../../../src/dns/address/address.ts";
import { decodeMessage } from "../../../src/dns/message/decode.ts";
import { encodeMessage } from "../../../src/dns/message/encode.ts";
import { RCODE } from "../../../src/dns/registry.ts";
import { createPrimary, type Primary } from "../../../src/providers/transfer/server/primary.ts";
import { type FakeClock, fakeClock } from "../../support/fake-clock.ts";
import { listLogger, type LoggedLine, until } from "../../support/folder.ts";
import { baseZone, history, ORIGIN, version } from "../../unit/providers/transfer/zones.ts";

interface Secondary extends AsyncDisposable {
  readonly port: number;
  received: number;
}

/** Answers each NOTIFY with this code, or not at all. */
async function startSecondary(rcode: number | undefined): Promise<Secondary> {
  const socket = createSocket("udp4");
  socket.on("message", (bytes, sender) => {
    secondary.received += 1;
    const decoded = decodeMessage(bytes);
    if (rcode !== undefined && decoded.kind === "ok") {
      const reply = { ...decoded.message, response: true, answers: [], rcode };
      socket.send(encodeMessage(reply), sender.port, sender.address);
    }
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const secondary: Secondary = {
    port: socket.address().port,
    received: 0,
    async [Symbol.asyncDispose]() {
      socket.close();
      await once(socket, "close");
    },
  };
  return secondary;
}

interface Scene {
  readonly clock: FakeClock;
  readonly primary: Primary;
  readonly term: AbortController;
  readonly ends: readonly string[];
  readonly lines: readonly LoggedLine[];
  readonly publish: () => void;
}

/** A primary that leads, with a zone that notifies the secondary. */
function scene(secondary: Secondary): Scene {
  const clock = fakeClock();
  const ends: string[] = [];
  const { lines, log } = listLogger();
  const primary = createPrimary({
    listen: [],
    clock,
    wallNow: () => 1_800_000_000,
    random: () => 0.5,
    log,
    catalogued: () => [],
    observe: { transfer: () => assert.fail("no transfer"), notify: (end) => ends.push(end) },
  });
  const term = new AbortController();
  primary.lead(term.signal);
  const address = parseAddress("127.0.0.1") ?? assert.fail();
  const claim = primary.claim("dns/com", ORIGIN, {
    base: { kind: "inline", text: "" },
    allow: [],
    notify: [{ address, port: secondary.port }],
  });
  const publish = (): void => {
    assert.equal(claim.publish({ history: history([version(1)]), sets: [], base: baseZone() }), "served");
  };
  return { clock, primary, term, ends, lines, publish };
}

interface Case {
  readonly name: string;
  readonly rcode: number | undefined;
  readonly want: readonly string[];
  readonly warning: (port: number) => readonly string[];
}

const cases: readonly Case[] = [
  { name: "accepts", rcode: RCODE.NOERROR, want: ["taken"], warning: () => [] },
  {
    name: "refuses",
    rcode: RCODE.REFUSED,
    want: ["refused"],
    warning: (port) => [
      `secondary refuses the NOTIFY: {"zone":"example.com","secondary":"127.0.0.1#${port}","reason":"it answers REFUSED"}`,
    ],
  },
  {
    name: "ignores",
    rcode: undefined,
    want: ["silent"],
    warning: (port) => [`secondary does not answer the NOTIFY: {"zone":"example.com","secondary":"127.0.0.1#${port}"}`],
  },
];

for (const { name, rcode, want, warning } of cases) {
  test(`a secondary that ${name} the NOTIFY is logged with its zone only if there is a fault`, async () => {
    await using secondary = await startSecondary(rcode);
    const { clock, primary, ends, lines, publish } = scene(secondary);
    await using _ = primary;
    publish();
    await until("the NOTIFY", () => secondary.received > 0);
    if (rcode === undefined) {
      await clock.advance(600_000);
    }
    await until("its end", () => ends.length > 0);
    assert.deepEqual(ends, want);
    const warnings = lines.filter(({ level }) => level === "warn");
    assert.deepEqual(
      warnings.map(({ message, fields }) => `${message}: ${JSON.stringify(fields)}`),
      warning(secondary.port),
    );
  });
}

test("a primary that leads no longer sends no NOTIFY again", async () => {
  await using secondary = await startSecondary(undefined);
  const { clock, primary, term, ends, publish } = scene(secondary);
  await using _ = primary;
  publish();
  await until("the NOTIFY", () => secondary.received === 1);
  term.abort();
  await clock.advance(600_000);
  assert.deepEqual([secondary.received, ends], [1, []]);
});
