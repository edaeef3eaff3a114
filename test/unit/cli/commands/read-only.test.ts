import assert from "node:assert/strict";
import { test } from "node:test";
import { listAt, parseJson, textAt } from "../../../../src/base/json.ts";
import { explainCommand } from "../../../../src/cli/commands/explain.ts";
import { planCommand } from "../../../../src/cli/commands/plan.ts";
import { readConfig } from "../../../../src/cli/config/config.ts";
import type { Io, Sink } from "../../../../src/cli/terminal/streams.ts";

const NEVER = new AbortController().signal;

interface Played {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command on the manifests of test/fixtures; nothing is looked up, because all targets are addresses. */
async function dnsalias(...words: readonly string[]): Promise<Played> {
  const written = { out: "", err: "" };
  const sink = (to: keyof typeof written): Sink => ({
    write: (text) => void (written[to] += text),
    isTerminal: false,
    colours: false,
    columns: 80,
  });
  const io: Io = { out: sink("out"), err: sink("err") };
  const folder = ["--manifests=test/fixtures/manifests", "--out=test/fixtures", "--state=test/fixtures/no-such-file"];
  const read = readConfig([...words, ...folder, "--owner-id=me"], {}, { out: false, err: false });
  assert.ok(read.kind === "command", JSON.stringify(read));
  const { config } = read;
  const code =
    config.command === "plan"
      ? await planCommand(config, io, NEVER)
      : config.command === "explain"
        ? await explainCommand(config, io, NEVER)
        : assert.fail(config.command);
  return { code, ...written };
}

const REFUSED =
  "The A records of www.example.com are not written: the base zone already has A records at www.example.com. Remove it there, or remove the hostname from the DnsAlias";

test("plan shows what would be written and what is refused; progress goes to standard error", async () => {
  const { code, out, err } = await dnsalias("plan");
  assert.equal(
    out,
    [
      "DnsZone dns/example-com: example.com at coreDNS/zoneFile",
      "  rewrite: test/fixtures/no-such-file.zone is not there yet",
      "  + example.com A  203.0.113.7 (300 s)  web/shop",
      `  ! www.example.com A  ForeignRecord: ${REFUSED}`,
      "Plan: 1 to create, 0 to update, 0 to delete, 1 to refuse.",
      "",
    ].join("\n"),
  );
  assert.match(err, /^Looking up targets \.\.\.\nLooking up targets: done in [\d.]+ m?s \(0 lookups\)\n$/);
  assert.equal(code, 2);
});

test("plan as JSON has the same, and ends alike", async () => {
  const { code, out } = await dnsalias("plan", "--json");
  const document = parseJson(out);
  const [zone] = listAt(document, "zones");
  assert.equal(textAt(zone, "zone"), "dns/example-com");
  assert.match(out, /"203\.0\.113\.7"/);
  assert.equal(code, 2);
});

interface Fact {
  readonly topic: string;
  readonly good: boolean;
  readonly text: string;
}

const zone = (name: string): Fact => ({ topic: "zone", good: true, text: `${name} is in DnsZone dns/example-com` });
const DECIDED: readonly Fact[] = [
  { topic: "claim", good: true, text: "DnsAlias web/shop has the name" },
  { topic: "target", good: true, text: "static addresses 203.0.113.7" },
  { topic: "decision", good: true, text: "desired: A 203.0.113.7, TTL 300 s" },
];
const NO_STATUS: Fact = {
  topic: "status",
  good: false,
  text: "web/shop has no status, because no controller has read it",
};

const EXPLAINED: readonly (readonly [name: string, facts: readonly Fact[]])[] = [
  [
    "example.com",
    [
      zone("example.com"),
      ...DECIDED,
      { topic: "published", good: false, text: "nothing" },
      { topic: "change", good: true, text: "to create example.com. A" },
      NO_STATUS,
    ],
  ],
  [
    "www.example.com",
    [
      zone("www.example.com"),
      ...DECIDED,
      { topic: "published", good: false, text: "A 192.0.2.80, TTL 3600 s, not owned by this installation" },
      { topic: "change", good: false, text: `ForeignRecord: ${REFUSED}` },
      NO_STATUS,
    ],
  ],
  [
    "other.example.com",
    [
      {
        topic: "claim",
        good: false,
        text: "no DnsAlias has the hostname other.example.com: check spec.hostnames and -n for a typing error",
      },
    ],
  ],
];

for (const [name, facts] of EXPLAINED) {
  test(`explain says how ${name} comes to be, as text and as JSON`, async () => {
    const json = await dnsalias("explain", name, "--json");
    assert.deepEqual(parseJson(json.out), {
      hostname: name,
      facts: facts.map(({ topic, text, good }) => ({ topic, text, good })),
    });
    assert.equal(json.code, 1);
    const { code, out, err } = await dnsalias("explain", name);
    const lines = out
      .trimEnd()
      .split("\n")
      .map((line) => line.trim().replace(/ {2,}/, " "));
    assert.deepEqual(lines, [name, ...facts.map(({ topic, good, text }) => `${topic} ${good ? "✓" : "✗"} ${text}`)]);
    assert.match(err, /done in [\d.]+ m?s \(0 lookups\)/);
    assert.equal(code, 1);
  });
}
