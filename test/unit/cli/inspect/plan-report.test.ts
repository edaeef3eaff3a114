import assert from "node:assert/strict";
import { test } from "node:test";
import { planDocument, planExitCode, planText, type PlanDocument } from "../../../../src/cli/inspect/plan-report.ts";
import type { Snapshot } from "../../../../src/cli/inspect/snapshot.ts";
import type { ZonePreview } from "../../../../src/cli/inspect/zone-preview.ts";
import { createSink } from "../../../../src/cli/terminal/streams.ts";
import { createStore } from "../../../../src/controller/inventory/store.ts";
import { parseOwnerName } from "../../../../src/dns/name/name.ts";
import type { ActualRRset, Change, DesiredRRset } from "../../../../src/plan/change.ts";
import type { Guarded } from "../../../../src/plan/guard.ts";
import { alias, answer, zone } from "../../../support/objects.ts";

const PLAIN = createSink({ write: () => true }, {});
const COLOURED = createSink({ write: () => true, isTTY: true }, {});

const desired = (name: string, data: readonly string[]): DesiredRRset => ({
  name: parseOwnerName(name),
  type: "A",
  ttl: 60,
  data,
  resources: ["web/a", "web/b"],
});
const actual = (name: string, data: readonly string[]): ActualRRset => ({
  name: parseOwnerName(name),
  type: "A",
  ttl: 300,
  data,
  owner: "me",
});
const CHANGES: readonly Change[] = [
  { kind: "create", after: desired("a.example.com", ["192.0.2.1", "192.0.2.2"]) },
  { kind: "update", before: actual("b.example.com", ["192.0.2.3"]), after: desired("b.example.com", ["192.0.2.4"]) },
  { kind: "delete", before: actual("c.example.com", ["192.0.2.5"]) },
  {
    kind: "refuse",
    name: parseOwnerName("*.example.com"),
    type: "AAAA",
    reason: "ForeignRecord",
    message: "somebody else wrote\u001b[2J",
  },
];
const PASS: Guarded = { kind: "pass", writes: [] };
const HELD: Guarded = {
  kind: "held",
  writes: [],
  hash: "abc",
  deletes: 9,
  of: 10,
  message: "the plan deletes 9 of 10",
};
const EMPTY: Snapshot = { store: createStore(() => ""), invalid: [], problems: [], answers: new Map() };

function preview(changes: readonly Change[], guarded = PASS, rewrite?: string): ZonePreview {
  return {
    zone: zone("dns/a", "example.com"),
    provider: "CoreDNS zone file",
    plan: { names: [], contributions: new Map(), claims: new Map(), loops: new Map() },
    outcome: {
      kind: "planned",
      proposal: { changes, waitMs: undefined, guarded },
      actual: [],
      needsWrite: rewrite === undefined ? undefined : { kind: "markers", message: rewrite },
    },
  };
}

const UNREADABLE: ZonePreview = {
  ...preview([]),
  outcome: { kind: "problem", reason: "ReadFailed", message: "no\u001b answer" },
};

const EXITS: readonly (readonly [
  name: string,
  previews: readonly ZonePreview[],
  problems: Snapshot["problems"],
  want: number,
])[] = [
  ["nothing to change", [preview([])], [], 0],
  ["one change", [preview(CHANGES.slice(0, 1))], [], 2],
  ["several changes", [preview(CHANGES), preview([])], [], 2],
  ["only held deletes", [preview(CHANGES.slice(2, 3), HELD)], [], 0],
  ["only refusals", [preview(CHANGES.slice(3))], [], 0],
  ["a backend to rewrite", [preview([], PASS, "no markers")], [], 2],
  ["a zone that could not be read, beside changes", [preview(CHANGES), UNREADABLE], [], 1],
  [
    "a manifest with a mistake, beside changes",
    [preview(CHANGES)],
    ["DnsAlias web/x: f.yaml:1:1: spec: is required"],
    1,
  ],
];

for (const [name, previews, problems, want] of EXITS) {
  test(`the exit code is ${want}: ${name}`, () => {
    assert.equal(planExitCode(planDocument(previews, { ...EMPTY, problems })), want);
  });
}

test("each change is a line with its mark, what stood and what comes, and whose it is", () => {
  const document = planDocument([preview(CHANGES)], EMPTY);
  assert.equal(
    planText(PLAIN, document),
    `DnsZone dns/a: example.com at CoreDNS zone file
  + a.example.com A  192.0.2.1, 192.0.2.2 (60 s)  web/a, web/b
  ~ b.example.com A  192.0.2.3 (300 s) → 192.0.2.4 (60 s)  web/a, web/b
  - c.example.com A  192.0.2.5 (300 s)
  ! *.example.com AAAA  ForeignRecord: somebody else wrote\\u001b[2J
Plan: 1 to create, 1 to update, 1 to delete, 1 to refuse.
`,
  );
  assert.equal(document.changes, 3);
});

test("the document for programs has the same, without marks", () => {
  assert.deepEqual(planDocument([preview(CHANGES)], EMPTY).zones, [
    {
      zone: "dns/a",
      domain: "example.com",
      provider: "CoreDNS zone file",
      changes: [
        {
          kind: "create",
          name: "a.example.com",
          type: "A",
          after: { ttl: 60, data: ["192.0.2.1", "192.0.2.2"], resources: ["web/a", "web/b"] },
        },
        {
          kind: "update",
          name: "b.example.com",
          type: "A",
          before: { ttl: 300, data: ["192.0.2.3"] },
          after: { ttl: 60, data: ["192.0.2.4"], resources: ["web/a", "web/b"] },
        },
        { kind: "delete", name: "c.example.com", type: "A", before: { ttl: 300, data: ["192.0.2.5"] } },
        {
          kind: "refuse",
          name: "*.example.com",
          type: "AAAA",
          reason: "ForeignRecord",
          message: "somebody else wrote\u001b[2J",
        },
      ],
    },
  ]);
});

const SUMMARIES: readonly {
  readonly name: string;
  readonly zones: readonly ZonePreview[];
  readonly lines: string;
  readonly changes: number;
}[] = [
  { name: "nothing to do", zones: [preview([])], lines: "  as planned\nNothing would change.\n", changes: 0 },
  {
    name: "a refusal is no change",
    zones: [preview(CHANGES.slice(3))],
    lines: "  ! *.example.com AAAA  ForeignRecord: somebody else wrote\\u001b[2J\nNothing would change.\n",
    changes: 0,
  },
  {
    name: "a backend that must be written again is one change",
    zones: [preview([], PASS, "the head is damaged\u0007")],
    lines: "  rewrite: the head is damaged\\u0007\nPlan: 0 to create, 0 to update, 0 to delete, 0 to refuse.\n",
    changes: 1,
  },
  {
    name: "what is written anyway isn't counted twice",
    zones: [preview(CHANGES.slice(2, 3), PASS, "the head is damaged")],
    lines:
      "  rewrite: the head is damaged\n  - c.example.com A  192.0.2.5 (300 s)\nPlan: 0 to create, 0 to update, 1 to delete, 0 to refuse.\n",
    changes: 1,
  },
  {
    name: "deletes that are held",
    zones: [preview(CHANGES.slice(2, 3), HELD)],
    lines:
      "  held: the plan deletes 9 of 10\n  - c.example.com A  192.0.2.5 (300 s)  held\nPlan: 0 to create, 0 to update, 0 to delete, 0 to refuse, 1 held.\n",
    changes: 0,
  },
  {
    name: "a backend that can't be read",
    zones: [UNREADABLE],
    lines: "  ReadFailed: no\\u001b answer\nNothing would change.\n",
    changes: 0,
  },
];
for (const { name, zones, lines, changes } of SUMMARIES) {
  test(`the plan of a zone: ${name}`, () => {
    const document = planDocument(zones, EMPTY);
    assert.equal(planText(PLAIN, document), `DnsZone dns/a: example.com at CoreDNS zone file\n${lines}`);
    assert.equal(document.changes, changes);
  });
}

test("a delete that the guard lets through, beside held ones, is a change", () => {
  const [, , first] = CHANGES;
  const switched: Change = { kind: "delete", before: actual("d.example.com", ["192.0.2.6"]) };
  const changes = first === undefined ? [] : [first, switched];
  const document = planDocument([preview(changes, { ...HELD, writes: [switched] })], EMPTY);
  assert.deepEqual([document.changes, document.held], [1, 1]);
  assert.match(planText(PLAIN, document), / 1 to delete, 0 to refuse, 1 held\.$/m);
});

test("only the selected names are shown and counted", () => {
  const shown = parseOwnerName("b.example.com");
  const document = planDocument([preview(CHANGES)], EMPTY, (name) => name === shown);
  assert.deepEqual(
    document.zones.flatMap(({ changes }) => changes.map(({ name }) => name)),
    ["b.example.com"],
  );
  assert.equal(document.changes, 1);
});

test("the changes of all zones are counted together", () => {
  const document = planDocument([preview(CHANGES), preview(CHANGES.slice(0, 1))], EMPTY);
  assert.equal(document.changes, 4);
  assert.match(planText(PLAIN, document), /^Plan: 2 to create, 1 to update, 1 to delete, 1 to refuse\.$/m);
});

test("objects that are wrong, names without a zone, and targets that aren't resolved are named, sorted", () => {
  const store = createStore(() => "");
  store.note({ kind: "zone", zone: zone("dns/a", "example.com") });
  store.note({ kind: "alias", alias: alias("web/in", { hostnames: ["www.example.com"] }) });
  store.note({ kind: "alias", alias: alias("web/out", { hostnames: ["example.org"] }) });
  store.settle(Infinity);
  const failure = { kind: "failure", reason: "timeout", detail: "no answer\u001b" } as const;
  const answers = [
    answer("z.test", "A", [], { outcome: failure }),
    answer("b.test", "AAAA", [], { outcome: failure }),
    answer("good.test", "A", ["192.0.2.1"]),
  ];
  const document = planDocument([], {
    store,
    invalid: [],
    problems: ["DnsZone dns/z: spec.b: wrong", "DnsZone dns/z: spec.a: wrong"],
    answers: new Map(answers.map((each, index) => [String(index), each])),
  });
  const [outside, ...wrong] = document.problems;
  assert.match(outside ?? "", /^DnsAlias web\/out: .*example\.org/);
  assert.deepEqual(wrong, ["DnsZone dns/z: spec.a: wrong", "DnsZone dns/z: spec.b: wrong"]);
  assert.deepEqual(document.warnings, ["b.test AAAA: no answer\u001b", "z.test A: no answer\u001b"]);
  assert.equal(
    planText(PLAIN, document),
    `problem: ${outside}\nproblem: ${wrong.join("\nproblem: ")}\nnot resolved: b.test AAAA: no answer\\u001b\nnot resolved: z.test A: no answer\\u001b\nNo DnsZone was planned.\n`,
  );
});

test("a terminal shows good, careful, and bad in green, yellow, and red", () => {
  const document: PlanDocument = {
    ...planDocument([preview(CHANGES, HELD, "again"), UNREADABLE], EMPTY),
    problems: ["p"],
    warnings: ["w"],
  };
  const codes = planText(COLOURED, document)
    .split("\n")
    .map((line) =>
      [...line.matchAll(new RegExp(`${String.fromCodePoint(27)}\\[(\\d+)m`, "g"))].map(([, code]) => code).join(" "),
    );
  assert.deepEqual(codes, [
    "1 22", // the zone
    "33 39", // rewrite
    "31 39", // held
    "32 39 2 22", // create
    "33 39 2 22", // update
    "31 39 2 22", // a held delete
    "31 39", // refuse
    "1 22", // the other zone
    "31 39", // what is wrong with it
    "31 39", // a problem
    "33 39", // a warning
    "1 22", // the summary
    "",
  ]);
});
