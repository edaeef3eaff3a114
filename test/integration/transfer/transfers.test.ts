import { EMPTY_QUERY } from "../../../src/dns/message/message.ts";
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { after, before, describe, test } from "node:test";
import { join } from "node:path";
import { encodeMessage } from "../../../src/dns/message/encode.ts";
import { parseName } from "../../../src/dns/name/name.ts";
import { CLASS, TYPE } from "../../../src/dns/registry.ts";
import { framed } from "../../../src/transport/frames.ts";
import { waitFor } from "../../lab/wait-for.ts";
import { locateComponent, skipWithout } from "../../support/component.ts";
import { inNewDirectory } from "../../support/daemon.ts";
import { dig, type DigReply, kdig } from "../../support/dig.ts";
import { run } from "../../support/run.ts";
import { KEY, type LabZone, type PrimaryLab, startPrimaryLab } from "./primary-lab.ts";

const skip = skipWithout("dig", "kdig", "named-checkzone");
const OPEN = "open.example";
const KEYED = "keyed.example";
const BIG = "big.example";
const NAMES = 20_000;

describe("transfers to dig and kdig", { skip }, () => {
  let lab: PrimaryLab;
  let open: LabZone;
  const started = new AsyncDisposableStack();

  before(async () => {
    lab = started.use(await startPrimaryLab());
    open = lab.zone(OPEN, { base: RECORDS });
    await open.publish(["192.0.2.1", "2001:db8::1"]);
    await open.publish(["192.0.2.9"], `*.wild.${OPEN}`);
    await lab.zone(KEYED, { isKeyed: true }).publish(["192.0.2.1"]);
  });
  after(() => started.disposeAsync());

  test("dig and kdig get the same zone, in wire form what the text was, and named-checkzone takes it", async () => {
    const byDig = await dig(lab, OPEN, "AXFR", ["+noall", "+answer"]);
    const byKdig = await kdig(lab, OPEN, "AXFR");
    const sorted = (reply: DigReply): readonly string[] =>
      reply.answer.map(({ name, ttl, type, data }) => `${name.toLowerCase()} ${ttl} ${type} ${plain(data)}`).sort();
    assert.equal(sorted(byDig).length, RECORDS.length + 7);
    assert.deepEqual(sorted(byKdig), sorted(byDig));
    const text = byDig.answer.slice(0, -1).map(({ name, ttl, type, data }) => `${name} ${ttl} IN ${type} ${data}\n`);
    const checked = await checkZone(OPEN, text.join(""));
    assert.equal(checked.code, 0, checked.stdout + checked.stderr);
    assert.match(checked.stdout, /loaded serial/);
  });

  test("a change is given as a difference, and to who has it as a lone SOA", async () => {
    const before = serialOf(await dig(lab, OPEN, "SOA"));
    const after = await open.publish(["192.0.2.2"], `new.${OPEN}`);
    const kept = await dig(lab, OPEN, `IXFR=${before}`);
    assert.deepEqual(
      kept.answer.map(({ type, data }) => (type === "SOA" ? data.split(" ")[2] : data)),
      [String(after), String(before), String(after), "192.0.2.2", String(after)],
    );
    assert.equal((await kdig(lab, OPEN, `IXFR=${after}`)).answer.length, 1);
    assert.equal((await dig(lab, OPEN, `IXFR=${before}`, ["+notcp"])).answer.length, 1, "over UDP the SOA alone");
    assert.ok((await dig(lab, OPEN, "IXFR=1")).answer.length > 5, "the whole zone for who is too far behind");
  });

  const refusals: readonly (readonly [string, readonly string[], RegExp])[] = [
    ["with the right key", ["-y", `hmac-sha256:${KEY.name}:${KEY.secret}`], /192\.0\.2\.1/],
    ["without a key", [], /Transfer failed|REFUSED/],
    ["with a key that is not known", ["-y", `hmac-sha256:other-key:${KEY.secret}`], /BADKEY|NOTAUTH|Transfer failed/],
    ["with a wrong secret", ["-y", `hmac-sha256:${KEY.name}:AAAA`], /BADSIG|NOTAUTH|Transfer failed/],
    ["with another algorithm", ["-y", `hmac-sha512:${KEY.name}:${KEY.secret}`], /BADKEY|NOTAUTH|Transfer failed/],
    [
      "with the right key from an address that may not",
      ["-b", "127.0.0.2", "-y", `hmac-sha256:${KEY.name}:${KEY.secret}`],
      /REFUSED|Transfer failed/,
    ],
  ];
  for (const [name, flags, want] of refusals) {
    test(`a zone with a key, asked for ${name}`, async () => {
      const { text, answer } = await dig(lab, KEYED, "AXFR", flags);
      assert.match(text, want);
      const isRight = name === "with the right key";
      assert.equal(
        answer.some(({ type }) => type === "A"),
        isRight,
        text,
      );
      assert.equal(/couldn't verify|tsig verify failure/i.test(text), !isRight && flags.length > 0, text);
    });
  }

  test("what dig says of each refusal is what was meant", async () => {
    const status = async (flags: readonly string[]): Promise<string> => {
      const { text } = await dig(lab, KEYED, "SOA", ["+tcp", ...flags]);
      return `${/status: (\w+)/.exec(text)?.[1]} ${/TSIG\s.* (BAD\w+|NOERROR) \d+\s*$/m.exec(text)?.[1]}`;
    };
    assert.equal(await status(["-y", `hmac-sha256:${KEY.name}:${KEY.secret}`]), "NOERROR NOERROR");
    assert.equal(await status(["-y", `hmac-sha256:${KEY.name}:AAAA`]), "NOTAUTH BADSIG");
    assert.equal(await status(["-y", `hmac-sha256:other-key:${KEY.secret}`]), "NOTAUTH BADKEY");
  });

  test("it is no name server for anything but the apex", async () => {
    for (const [name, type, status] of [
      [OPEN, "SOA", "NOERROR"],
      [OPEN, "NS", "NOERROR"],
      [OPEN, "A", "REFUSED"],
      [`www.${OPEN}`, "A", "REFUSED"],
      ["example.org", "SOA", "REFUSED"],
    ] as const) {
      assert.equal((await dig(lab, name, type)).status, status, `${name} ${type}`);
    }
  });
});

test(
  "who does not lead refuses, and serves again only what is planned anew, with a higher serial",
  { skip },
  async () => {
    await using lab = await startPrimaryLab();
    const zone = lab.zone(OPEN);
    const serial = await zone.publish(["192.0.2.1"]);
    lab.loseLead();
    assert.equal((await dig(lab, OPEN, "SOA")).status, "REFUSED");
    assert.match((await dig(lab, OPEN, "AXFR")).text, /Transfer failed/);
    const { provider } = zone;
    const read = await provider.read([], new AbortController().signal);
    assert.ok(read.kind === "ok");
    assert.equal((await provider.apply({ zone: read.zone, writes: [] }, new AbortController().signal)).kind, "failed");
    lab.lead();
    assert.equal((await dig(lab, OPEN, "SOA")).status, "SERVFAIL");
    assert.ok((await zone.publish(["192.0.2.2"])) > serial);
    assert.equal((await dig(lab, OPEN, "SOA")).status, "NOERROR");
  },
);

describe("a big zone", { skip }, () => {
  let lab: PrimaryLab;
  const started = new AsyncDisposableStack();

  before(async () => {
    lab = started.use(await startPrimaryLab());
    const base = Array.from({ length: NAMES }, (_, index) => `host-${index} TXT "some text of host ${index}"`);
    await lab.zone(BIG, { base }).publish(["192.0.2.1"]);
  });
  after(() => started.disposeAsync());

  test("is streamed to several at once, and the loop goes on meanwhile", async () => {
    const stalls = watchLoop();
    const replies = await Promise.all([1, 2, 3].map(() => dig(lab, BIG, "AXFR", ["+noall", "+answer"])));
    const longest = stalls();
    for (const reply of replies) {
      assert.equal(reply.answer.length, NAMES + 5);
    }
    process.stdout.write(`# longest stall of the loop during three transfers of ${NAMES} records: ${longest} ms\n`);
    assert.ok(longest < 250, `${longest} ms`);
  });

  test("a reader that takes nothing holds little, and is cut off", { timeout: 60_000 }, async () => {
    const cut = lab.counts.transfers.get("cut") ?? 0;
    // Four requests at once of each connection: fewer than the transfers that run at once, so that others need not wait for these.
    const sockets = Array.from({ length: 6 }, () => {
      const socket = connect(lab.port, lab.host);
      socket.on("error", () => undefined);
      socket.pause();
      for (let query = 0; query < 10; query += 1) {
        socket.write(framed(axfr(BIG)));
      }
      return socket;
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal((await dig(lab, BIG, "AXFR", ["+noall", "+answer"])).answer.length, NAMES + 5, "others are served");
    sockets.forEach((socket) => socket.destroy());
    await waitFor("the transfers to be given up", () => {
      assert.ok((lab.counts.transfers.get("cut") ?? 0) >= cut + 1);
    });
  });
});

const RECORDS = [
  "@ MX 10 mail",
  "mail A 192.0.2.25",
  '@ TXT "v=spf1 -all" "second \\"string\\""',
  '@ CAA 0 issue "ca.example"',
  "www CNAME @",
  "_sip._tcp SRV 1 2 5060 mail",
  "svc HTTPS 1 . alpn=h2 ipv4hint=192.0.2.7",
  "sub NS ns.sub",
  "ns.sub A 192.0.2.53",
  "raw TYPE65280 \\# 3 010203",
];

/** dig quotes a parameter of HTTPS that kdig does not. */
function plain(data: string): string {
  return data.replace('alpn="h2"', "alpn=h2").trim();
}

function axfr(zone: string): Uint8Array {
  return encodeMessage({
    ...EMPTY_QUERY,
    id: 1,
    questions: [{ name: parseName(zone), type: TYPE.AXFR, class: CLASS.IN }],
  });
}

function serialOf(reply: DigReply): number {
  return Number(reply.answer[0]?.data.split(" ")[2]);
}

async function checkZone(zone: string, text: string) {
  return inNewDirectory("checkzone", async (directory) => {
    const file = join(directory, "zone");
    await writeFile(file, text);
    return run(locateComponent("named-checkzone"), ["-k", "fail", zone, file]);
  });
}

/** Gives, when called, the longest time in milliseconds that a timer of 5 ms was late. */
function watchLoop(): () => number {
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last - 5);
    last = now;
  }, 5);
  return () => {
    clearInterval(timer);
    return Math.round(longest);
  };
}
