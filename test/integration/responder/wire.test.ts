import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";
import { decodeMessage } from "../../../src/dns/message/decode.ts";
import { encodeMessage } from "../../../src/dns/message/encode.ts";
import { EMPTY_QUERY, type Message } from "../../../src/dns/message/message.ts";
import { parseName } from "../../../src/dns/name/name.ts";
import { createDeframer, framed } from "../../../src/transport/frames.ts";
import { skipWithout } from "../../support/component.ts";
import { answerData, dig, kdig } from "../../support/dig.ts";
import { alias, openPool, set, zone, DOMAIN } from "./scene.ts";

const skip = skipWithout("dig", "kdig");

const manyTexts = Array.from({ length: 40 }, (_, index) => `"text ${index} ${"x".repeat(60)}"`);

const served = zone({
  sets: [
    set(DOMAIN, "MX", "10 mail.example.com."),
    set("many.example.com", "TXT", ...manyTexts),
    set("*.wild.example.com", "TXT", '"wild"'),
  ],
  aliases: [alias("example.com"), alias("four.example.com", { families: ["A"] })],
});

test("what dig and kdig are told over UDP and TCP", { skip }, async (t) => {
  await using at = await openPool([served]);
  for (const [client, ask] of Object.entries({ dig, kdig })) {
    for (const flags of [[], ["+tcp"]]) {
      await t.test(`${client} ${flags.join(" ")}`, async () => {
        const apex = await ask(at, "example.com", "A", flags);
        assert.deepEqual([apex.status, answerData(apex, "A")], ["NOERROR", ["192.0.2.1", "192.0.2.2"]], apex.text);
        assert.ok(apex.flags.includes("aa") && !apex.flags.includes("ra") && !apex.flags.includes("tc"), apex.text);
        const six = await ask(at, "example.com", "AAAA", flags);
        assert.deepEqual(answerData(six, "AAAA"), ["2001:db8::1", "2001:db8::2"]);
        const none = await ask(at, "four.example.com", "AAAA", flags);
        assert.deepEqual([none.status, none.answer.length, none.authority[0]?.type], ["NOERROR", 0, "SOA"], none.text);
        assert.equal((await ask(at, "nobody.example.com", "A", flags)).status, "NXDOMAIN");
        assert.deepEqual(answerData(await ask(at, "a.wild.example.com", "TXT", flags), "TXT"), ['"wild"']);
        const foreign = await ask(at, "example.org", "A", flags);
        assert.deepEqual([foreign.status, foreign.answer.length], ["REFUSED", 0], foreign.text);
      });
    }
  }
});

test("a foreign name is refused with an extended error; without EDNS there is no OPT record", { skip }, async () => {
  await using at = await openPool([served]);
  const told = await dig(at, "example.org");
  assert.match(told.text, /EDE: 20/);
  const plain = await dig(at, "example.org", "A", ["+noedns"]);
  assert.equal(plain.status, "REFUSED");
  assert.doesNotMatch(plain.text, /OPT PSEUDOSECTION/);
});

test("another version of EDNS is BADVERS, unknown options and flags are not minded", { skip }, async () => {
  await using at = await openPool([served]);
  const later = await dig(at, "example.com", "A", ["+edns=1", "+noednsneg"]);
  assert.deepEqual([later.status, later.answer.length], ["BADVERS", 0], later.text);
  assert.match(later.text, /EDNS: version: 0/);
  const option = await dig(at, "example.com", "A", ["+ednsopt=100:abcd", "+ednsflags=0x0040"]);
  assert.equal(option.status, "NOERROR", option.text);
  assert.match(option.text, /flags:;/);
  const secure = await dig(at, "example.com", "A", ["+dnssec"]);
  assert.match(secure.text, /flags: do;/);
});

test("an unknown opcode is NOTIMP, an unknown type NODATA, AD and Z are not given back", { skip }, async () => {
  await using at = await openPool([served]);
  assert.equal((await dig(at, "example.com", "A", ["+opcode=15"])).status, "NOTIMP");
  assert.equal((await dig(at, "example.com", "A", ["+opcode=notify"])).status, "NOTIMP");
  const unknown = await dig(at, "example.com", "TYPE1000");
  assert.deepEqual([unknown.status, unknown.authority[0]?.type], ["NOERROR", "SOA"]);
  const flagged = await dig(at, "example.com", "A", ["+adflag", "+cdflag", "+zflag"]);
  assert.deepEqual(flagged.flags, ["qr", "aa", "rd", "cd"], flagged.text);
  assert.deepEqual((await dig(at, "example.com", "A", ["+norecurse"])).flags, ["qr", "aa"]);
});

test("what does not fit is truncated over UDP and whole over TCP", { skip }, async () => {
  await using at = await openPool([served]);
  for (const flags of [[], ["+noedns"], ["+bufsize=512"], ["+bufsize=4096"]]) {
    const cut = await dig(at, "many.example.com", "TXT", [...flags, "+ignore"]);
    assert.ok(cut.flags.includes("tc"), `${flags.join()} ${cut.text}`);
    assert.equal(cut.answer.length, 0);
    const size = Number(/MSG SIZE {2}rcvd: (\d+)/.exec(cut.text)?.[1]);
    assert.ok(size <= (flags.includes("+bufsize=4096") ? 1232 : 512));
  }
  const whole = await dig(at, "many.example.com", "TXT", ["+tcp"]);
  assert.deepEqual([whole.flags.includes("tc"), whole.answer.length], [false, 40]);
});

test(
  "the letters of a question come back as they were, whether the packet was prepared before or not",
  { skip },
  async () => {
    await using at = await openPool([served]);
    for (const name of ["eXamPLe.CoM", "example.com", "EXAMPLE.com", "exAmPle.com", "EXAMPLE.COM"]) {
      for (const type of ["A", "MX", "TXT"]) {
        const reply = await dig(at, name, type, ["+qr"]);
        assert.match(reply.text, new RegExp(`\n;${name}\\.\\s+IN\\s+${type}`), reply.text);
        const owners = [...reply.answer].map((record) => record.name);
        assert.ok(
          owners.every((owner) => owner === `${name}.`),
          reply.text,
        );
      }
    }
    assert.ok((await at.pool.counts()).hits > 0);
  },
);

test("a client's cookie gets a server's, which is good the next time", { skip }, async () => {
  await using at = await openPool([served]);
  const reply = await dig(at, "example.com", "A", ["+cookie=0102030405060708"]);
  assert.match(reply.text, /COOKIE: 0102030405060708[0-9a-f]{32} \(good\)/, reply.text);
  const cookie = /COOKIE: ([0-9a-f]{48})/.exec(reply.text)?.[1] ?? "";
  const again = await dig(at, "example.com", "A", [`+cookie=${cookie}`]);
  assert.match(again.text, new RegExp(`COOKIE: ${cookie} \\(good\\)`));
  assert.equal((await dig(at, "example.com", "A", ["+cookie=01020304"])).status, "FORMERR");
});

test("queries in one segment and in single octets are all answered", async () => {
  await using at = await openPool([served]);
  const socket = connect({ host: at.host, port: at.port });
  await once(socket, "connect");
  const names = ["example.com", "nobody.example.com", "four.example.com", "example.org", "many.example.com"];
  const queries = names.map((name, id) => framed(encodeMessage({ ...EMPTY_QUERY, id, questions: [question(name)] })));
  socket.write(Buffer.concat(queries));
  const [last = new Uint8Array()] = queries.slice(-1);
  for (const byte of last) {
    socket.write(Uint8Array.of(byte));
  }
  const deframer = createDeframer();
  const ids: number[] = [];
  const pieces: AsyncIterable<Uint8Array> = socket;
  for await (const piece of pieces) {
    for (const message of deframer.push(piece)) {
      const decoded = decodeMessage(message);
      ids.push(decoded.kind === "ok" ? decoded.message.id : -1);
    }
    if (ids.length === queries.length + 1) {
      break;
    }
  }
  assert.deepEqual(
    ids.toSorted((a, b) => a - b),
    [0, 1, 2, 3, 4, 4],
  );
});

test("a connection without a query is closed", async () => {
  await using at = await openPool([served], { limits: { idleMs: 100 } });
  const socket = connect({ host: at.host, port: at.port });
  await once(socket.resume(), "close");
});

function question(name: string): Message["questions"][number] {
  return { name: parseName(name), type: 1, class: 1 };
}
