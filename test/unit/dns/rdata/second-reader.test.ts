import assert from "node:assert/strict";
import { test } from "node:test";
import { type Answer, decode, encode } from "dns-packet";
import { decodeMessage } from "../../../../src/dns/message/decode.ts";
import { encodeMessage } from "../../../../src/dns/message/encode.ts";
import { printRdata, rdataFromText } from "../../../../src/dns/rdata/codec.ts";

const DIGEST = "ab".repeat(32);
const KEY = Buffer.from("03010001abcd", "hex");

/** Records as dns-packet has them, and their canonical text. */
const RECORDS: readonly (readonly [Answer, string])[] = [
  [{ type: "A", name: "a", data: "192.0.2.1" }, "192.0.2.1"],
  [{ type: "AAAA", name: "a", data: "2001:db8::1" }, "2001:db8::1"],
  [{ type: "NS", name: "a", data: "ns.example" }, "ns.example."],
  [{ type: "CNAME", name: "a", data: "b.example" }, "b.example."],
  [{ type: "DNAME", name: "a", data: "b.example" }, "b.example."],
  [{ type: "PTR", name: "a", data: "b.example" }, "b.example."],
  [
    {
      type: "SOA",
      name: "a",
      data: { mname: "m.a", rname: "r.a", serial: 1, refresh: 2, retry: 3, expire: 4, minimum: 5 },
    },
    "m.a. r.a. 1 2 3 4 5",
  ],
  [{ type: "HINFO", name: "a", data: { cpu: "x y", os: "" } }, '"x y" ""'],
  [{ type: "MX", name: "a", data: { preference: 10, exchange: "m.a" } }, "10 m.a."],
  [{ type: "TXT", name: "a", data: [Buffer.from('a"\\'), Buffer.from([0, 255])] }, '"a\\"\\\\" "\\000\\255"'],
  [{ type: "RP", name: "a", data: { mbox: "m.a", txt: "t.a" } }, "m.a. t.a."],
  [{ type: "SRV", name: "a", data: { priority: 1, weight: 2, port: 3, target: "t.a" } }, "1 2 3 t.a."],
  [
    {
      type: "NAPTR",
      name: "a",
      data: { order: 1, preference: 2, flags: "s", services: "http", regexp: "", replacement: "r.a" },
    },
    '1 2 "s" "http" "" r.a.',
  ],
  [
    { type: "DS", name: "a", data: { keyTag: 5, algorithm: 13, digestType: 2, digest: Buffer.from(DIGEST, "hex") } },
    `5 13 2 ${DIGEST}`,
  ],
  [{ type: "SSHFP", name: "a", data: { algorithm: 4, hash: 2, fingerprint: DIGEST.toUpperCase() } }, `4 2 ${DIGEST}`],
  [{ type: "DNSKEY", name: "a", data: { flags: 257, algorithm: 8, key: KEY } }, `257 3 8 ${KEY.toString("base64")}`],
  [
    {
      type: "TLSA",
      name: "a",
      data: { usage: 3, selector: 1, matchingType: 1, certificate: Buffer.from(DIGEST, "hex") },
    },
    `3 1 1 ${DIGEST}`,
  ],
  [
    { type: "CAA", name: "a", data: { flags: 128, tag: "issue", value: "ca.example; a=b", issuerCritical: true } },
    '128 issue "ca.example; a=b"',
  ],
];

for (const [answer, text] of RECORDS) {
  test(`dns-packet and the codec agree on ${answer.type} ${text.slice(0, 40)}`, () => {
    const decoded = decodeMessage(encode({ type: "response", answers: [answer] }));
    assert.ok(decoded.kind === "ok", JSON.stringify(decoded));
    const [record] = decoded.message.answers;
    assert.ok(record !== undefined);
    assert.equal(printRdata(record.type, record.rdata), text);
    assert.deepEqual(rdataFromText(answer.type, text), record.rdata);
    const [again] = decode(Buffer.from(encodeMessage(decoded.message))).answers ?? [];
    assert.deepEqual(again && "data" in again ? again.data : undefined, "data" in answer ? answer.data : "none");
  });
}
