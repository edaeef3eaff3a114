import assert from "node:assert/strict";
import { test } from "node:test";
import { explainExitCode, factsJson, factsText } from "../../../../src/cli/inspect/explain-report.ts";
import { createSink } from "../../../../src/cli/terminal/streams.ts";
import { parseOwnerName } from "../../../../src/dns/name/name.ts";
import type { Fact } from "../../../../src/plan/fact.ts";

const NAME = parseOwnerName("*.example.com");
const FACTS: readonly Fact[] = [
  { topic: "zone", text: "DnsZone dns/com", good: true },
  { topic: "target", text: "cdn.test A: 192.0.2.1", good: true },
  { topic: "target", text: "cdn.test AAAA: failure\u001b[2J", good: false },
  { topic: "published", text: "nothing", good: true },
];

test("each fact is a line, with its topic in front of the first one", () => {
  assert.equal(
    factsText(createSink({ write: () => true }, {}), [], [{ hostname: NAME, facts: FACTS }]),
    `*.example.com
  zone       ✓ DnsZone dns/com
  target     ✓ cdn.test A: 192.0.2.1
             ✗ cdn.test AAAA: failure\\u001b[2J
  published  ✓ nothing
`,
  );
});

test("a fact that isn't known has a mark of its own, and is no problem", () => {
  const facts: readonly Fact[] = [{ topic: "controller", text: "unknown, because", good: true, unknown: true }];
  assert.equal(factsText(createSink({ write: () => true }, {}), facts, []), "  controller  · unknown, because\n");
  assert.equal(explainExitCode(facts, []), 0);
});

test("on a terminal a fact that stands in the way is red, and the others are green", () => {
  const text = factsText(
    createSink({ write: () => true, isTTY: true }, {}),
    [],
    [{ hostname: NAME, facts: FACTS.slice(1, 3) }],
  );
  assert.equal(
    text.replaceAll("\u001b", "ESC"),
    `ESC[1m*.example.comESC[22m
  ESC[2mtargetESC[22m  ESC[32m✓ESC[39m cdn.test A: 192.0.2.1
  ESC[2m      ESC[22m  ESC[31m✗ESC[39m cdn.test AAAA: failure\\u001b[2J
`,
  );
});

test("a program gets the name and the facts as they are", () => {
  assert.deepEqual(factsJson([], [{ hostname: NAME, facts: FACTS }]), { hostname: "*.example.com", facts: FACTS });
});

test("the exit code is 0 only when nothing stands in the way", () => {
  const good = FACTS.filter((fact) => fact.good);
  const codes = [[], good, FACTS].map((facts) => explainExitCode([], [{ hostname: NAME, facts }]));
  assert.deepEqual(codes, [0, 0, 1]);
  assert.equal(explainExitCode(FACTS, []), 1);
});

test("the controller comes first, and a lookup from here has its own mark", () => {
  const controller: readonly Fact[] = [{ topic: "controller", text: "owner id me", good: true }];
  const facts: readonly Fact[] = [
    { topic: "target", text: "cdn.test A: 192.0.2.1", good: true },
    { topic: "from here", text: "cdn.test A: 192.0.2.9", good: true },
  ];
  assert.equal(
    factsText(createSink({ write: () => true }, {}), controller, [{ hostname: NAME, facts }]),
    `  controller  ✓ owner id me
*.example.com
  target      ✓ cdn.test A: 192.0.2.1
  from here   · cdn.test A: 192.0.2.9
`,
  );
});

test("the hostnames of an alias are a list", () => {
  const reports = [
    { hostname: NAME, facts: FACTS },
    { hostname: parseOwnerName("example.com"), facts: [] },
  ];
  assert.deepEqual(factsJson([], reports), {
    hostnames: [
      { hostname: "*.example.com", facts: FACTS },
      { hostname: "example.com", facts: [] },
    ],
  });
});
