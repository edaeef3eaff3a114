import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeMessage } from "../../../../../src/dns/message/decode.ts";
import { encodeMessage } from "../../../../../src/dns/message/encode.ts";
import type { Message } from "../../../../../src/dns/message/message.ts";
import { parseName } from "../../../../../src/dns/name/name.ts";
import { signMessage } from "../../../../../src/dns/tsig/tsig-sign.ts";
import type { TsigKey } from "../../../../../src/dns/tsig/tsig-key.ts";
import { splitTsig } from "../../../../../src/dns/tsig/tsig-record.ts";
import { OPCODE, RCODE, TYPE } from "../../../../../src/dns/registry.ts";
import { createNotifier, type NotifyTarget } from "../../../../../src/providers/transfer/notify/notifier.ts";
import { fakeClock } from "../../../../support/fake-clock.ts";
import { ORIGIN, version } from "../zones.ts";

const TARGET: NotifyTarget = { address: "192.0.2.53", port: 53 };
const SECOND: NotifyTarget = { address: "2001:db8::53", port: 5353 };
const KEY: TsigKey = { name: parseName("k.example"), algorithm: "hmac-sha256", secret: Uint8Array.of(1, 2, 3) };
const NOW = 1_800_000_000;

function scene() {
  const clock = fakeClock();
  const sent: {
    readonly at: number;
    readonly message: Message;
    readonly bytes: Uint8Array;
    readonly target: NotifyTarget;
  }[] = [];
  const ends: string[] = [];
  const notifier = createNotifier({
    clock,
    random: () => 0.5,
    wallNow: () => NOW,
    send(bytes, target) {
      const decoded = decodeMessage(bytes);
      assert.ok(decoded.kind === "ok");
      sent.push({ at: clock.now(), message: decoded.message, bytes, target });
    },
    onEnd: (domain, { address }, end) => ends.push(`${domain} ${address} ${end.kind}`),
  });
  const tell = (serial = 1, key?: TsigKey, targets = [TARGET]): void =>
    notifier.sendNotify({ domain: ORIGIN, soa: version(serial).soa, key }, targets);
  const answer = (changes: Partial<Message> = {}, from = TARGET, key?: TsigKey): void => {
    const last = sent.at(-1) ?? assert.fail();
    const reply = { ...last.message, response: true, answers: [], additionals: [], ...changes };
    const split = splitTsig(last.bytes);
    const bytes = encodeMessage(reply);
    const mac = split.kind === "signed" ? split.tsig.mac : undefined;
    notifier.receive(key === undefined ? bytes : signMessage(bytes, key, NOW, mac).bytes, from);
  };
  return { clock, sent, ends, notifier, tell, answer };
}

test("a secondary is told with the SOA, again and again with longer waits, and given up after some minutes", async () => {
  const { clock, sent, ends, tell } = scene();
  tell(7);
  await clock.advance(600_000);
  assert.deepEqual(
    sent.map(({ at }) => at / 1_000),
    [0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5, 63.5, 123.5, 183.5, 243.5, 303.5],
  );
  const { message } = sent[0] ?? assert.fail();
  assert.deepEqual([message.opcode, message.response, message.authoritative], [OPCODE.NOTIFY, false, true]);
  assert.deepEqual([message.questions[0]?.name, message.questions[0]?.type], [ORIGIN, TYPE.SOA]);
  assert.deepEqual(message.answers, [version(7).soa]);
  assert.deepEqual(ends, [`${ORIGIN} 192.0.2.53 silent`]);
  assert.equal(clock.sleepers(), 0);
});

test("one that is silent is told of though a newer version takes the place of each, and one that had no time is not", async () => {
  const { clock, ends, tell } = scene();
  for (const serial of [1, 2, 3]) {
    tell(serial);
    await clock.advance(5_000);
  }
  assert.deepEqual(ends, []);
  await clock.advance(5_000);
  for (const serial of [4, 5]) {
    tell(serial);
    await clock.advance(20_000);
  }
  const silent = `${ORIGIN} 192.0.2.53 silent`;
  assert.deepEqual(ends, [silent, silent]);
  tell(6);
  assert.deepEqual(ends, [silent, silent, silent]);
});

test("an answer ends it", async () => {
  const { clock, sent, ends, tell, answer } = scene();
  tell();
  await clock.advance(700);
  answer();
  await clock.advance(600_000);
  assert.equal(sent.length, 2);
  assert.deepEqual(ends, [`${ORIGIN} 192.0.2.53 taken`]);
  assert.equal(clock.sleepers(), 0);
});

test("a refusal ends it too", async () => {
  const { clock, sent, ends, tell, answer } = scene();
  tell();
  await clock.settle();
  answer({ rcode: RCODE.NOTAUTH });
  await clock.advance(600_000);
  assert.equal(sent.length, 1);
  assert.deepEqual(ends, [`${ORIGIN} 192.0.2.53 refused`]);
});

const passedOver: readonly (readonly [string, Partial<Message>, NotifyTarget])[] = [
  ["from another address", {}, { ...TARGET, address: "192.0.2.54" }],
  ["from another port", {}, { ...TARGET, port: 54 }],
  ["with another id", { id: 1 }, TARGET],
  ["that is no response", { response: false }, TARGET],
  ["to a question", { opcode: OPCODE.QUERY }, TARGET],
  ["for another zone", { questions: [{ name: parseName("example.net"), type: TYPE.SOA, class: 1 }] }, TARGET],
];

for (const [name, changes, from] of passedOver) {
  test(`a packet ${name} is passed over`, async () => {
    const { clock, sent, ends, tell, answer } = scene();
    tell();
    await clock.settle();
    answer(changes, from);
    await clock.advance(600);
    assert.equal(sent.length, 2);
    assert.deepEqual(ends, []);
  });
}

test("a newer version takes the place of the one that is on its way; the old answer does not end it", async () => {
  const { clock, sent, ends, tell, answer } = scene();
  tell(1);
  await clock.advance(600);
  tell(2);
  await clock.settle();
  assert.deepEqual(sent.at(-1)?.message.answers, [version(2).soa]);
  answer();
  await clock.advance(600_000);
  assert.equal(sent.length, 3);
  assert.deepEqual(ends, [`${ORIGIN} 192.0.2.53 taken`]);
});

test("each secondary is told for itself", async () => {
  const { clock, sent, ends, tell, answer } = scene();
  tell(1, undefined, [TARGET, SECOND]);
  await clock.settle();
  answer({}, { ...SECOND, address: "2001:DB8:0::53" });
  await clock.advance(600);
  assert.deepEqual(ends, [`${ORIGIN} 2001:db8::53 taken`]);
  assert.deepEqual(
    sent.map(({ target }) => target.address),
    ["192.0.2.53", "2001:db8::53", "192.0.2.53"],
  );
});

test("with a key the notice is signed, an answer of another key is passed over, and a signed one ends it", async () => {
  const { clock, sent, ends, tell, answer } = scene();
  tell(1, KEY);
  await clock.settle();
  assert.equal(splitTsig(sent[0]?.bytes ?? assert.fail()).kind, "signed");
  answer({}, TARGET, { ...KEY, secret: Uint8Array.of(9) });
  assert.deepEqual(ends, []);
  answer({}, TARGET, KEY);
  assert.deepEqual(ends, [`${ORIGIN} 192.0.2.53 taken`]);
});

test("what is forgotten is not told any more, and nobody hears of its end", async () => {
  const { clock, sent, ends, notifier, tell } = scene();
  tell(1, undefined, [TARGET, SECOND]);
  await clock.settle();
  notifier.forget(ORIGIN);
  await clock.advance(600_000);
  assert.equal(sent.length, 2);
  assert.deepEqual(ends, []);
  assert.equal(clock.sleepers(), 0);
});
