import assert from "node:assert/strict";
import { test } from "node:test";
import { createSink } from "../../../../src/cli/terminal/streams.ts";
import { reportJson, reportText, type FamilyReport } from "../../../../src/cli/inspect/resolve-report.ts";
import { parseName } from "../../../../src/dns/name/name.ts";

const TARGET = parseName("www.example.net");
const EDGE = parseName("edge.example.org");
const PLAIN = createSink({ write: () => true }, {});

const FOUND: FamilyReport = {
  family: "A",
  result: {
    kind: "positive",
    chain: [TARGET, EDGE],
    addresses: ["10.0.0.1", "93.184.216.34"],
    ttl: 20,
    maxTtl: 300,
    server: "127.0.0.1:53",
    authenticated: true,
  },
  steps: [
    { kind: "queried", server: "127.0.0.1:53", name: TARGET, type: "A", tookMs: 2.4, result: "NOERROR" },
    { kind: "hop", hop: { owner: TARGET, type: "CNAME", target: EDGE, ttl: 300 } },
    { kind: "addresses", name: EDGE, addresses: ["10.0.0.1", "93.184.216.34"], ttl: 20 },
  ],
  tookMs: 3,
  nextInMs: 21_400,
};

const FAILED: FamilyReport = {
  family: "AAAA",
  result: { kind: "failure", reason: "timeout", detail: "no answer\u001b[2J", chain: [TARGET] },
  steps: [{ kind: "queried", server: "127.0.0.1:53", name: TARGET, type: "AAAA", tookMs: 2000, result: "no answer" }],
  tookMs: 10_000,
  nextInMs: 5000,
};

test("a person sees the chain hop by hop, the addresses, the servers, and what comes next", () => {
  const text = reportText(PLAIN, { target: TARGET, servers: ["127.0.0.1:53"], families: [FOUND, FAILED] });
  assert.equal(
    text,
    `www.example.net  servers: 127.0.0.1:53

A     Positive in 3 ms
      www.example.net   300  CNAME  edge.example.org
      edge.example.org   20  A      10.0.0.1  (special use: published only with allowPrivate)
      edge.example.org   20  A      93.184.216.34
      TTL of the chain 20 s, validated by the server (AD)
      asked 127.0.0.1:53: www.example.net A: NOERROR in 2 ms
      next lookup in 21 s

AAAA  Failure: timeout in 10 s
      no answer\\u001b[2J
      asked 127.0.0.1:53: www.example.net AAAA: no answer in 2 s
      next lookup in 5 s
`,
  );
});

test("a program gets the same facts", () => {
  const [a, aaaa] = [FOUND, FAILED].map((family) =>
    reportJson({ target: TARGET, servers: ["127.0.0.1:53"], families: [family] }),
  );
  assert.deepEqual(a, {
    target: "www.example.net",
    servers: ["127.0.0.1:53"],
    families: [
      {
        type: "A",
        outcome: "Positive",
        addresses: ["10.0.0.1", "93.184.216.34"],
        specialUse: ["10.0.0.1"],
        ttl: 20,
        server: "127.0.0.1:53",
        authenticated: true,
        chain: ["www.example.net", "edge.example.org"],
        hops: [{ owner: "www.example.net", type: "CNAME", ttl: 300, target: "edge.example.org" }],
        asked: [{ server: "127.0.0.1:53", name: "www.example.net", type: "A", tookMs: 2, result: "NOERROR" }],
        tookMs: 3,
        nextLookupInMs: 21_400,
      },
    ],
  });
  assert.match(JSON.stringify(aaaa), /"outcome":"Failure","reason":"timeout"/);
});

const empties = [
  ["nodata", "NoData", "the name exists and has no such address; negative TTL 60 s"],
  ["nxdomain", "NxDomain", "the name does not exist; negative TTL 60 s"],
] as const;

for (const [kind, word, sentence] of empties) {
  test(`${kind} is said in words`, () => {
    const family: FamilyReport = {
      ...FOUND,
      result: { kind, chain: [TARGET], negativeTtl: 60, server: "127.0.0.1:53" },
      steps: [],
    };
    const text = reportText(PLAIN, { target: TARGET, servers: [], families: [family] });
    assert.ok(text.includes(`A     ${word} in 3 ms\n      ${sentence}\n`), text);
  });
}
