import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName } from "../../../src/dns/name/name.ts";
import { after } from "../../../src/plan/apply-writes.ts";
import type { ActualRRset, Change } from "../../../src/plan/change.ts";
import { diff } from "../../../src/plan/diff.ts";
import type { NamePlan } from "../../../src/plan/name-plan.ts";

const NAME = parseName("example.com");

function plan(addresses: readonly string[], more: Partial<NamePlan> = {}, name = NAME): NamePlan {
  const sets =
    addresses.length === 0 ? [] : [{ name, type: "A" as const, ttl: 60, data: addresses, resources: ["web/shop"] }];
  return { name, sets, frozen: false, keepPublished: [], ...more };
}

function actual(addresses: readonly string[], owner: string | undefined, more: Partial<ActualRRset> = {}): ActualRRset {
  return { name: NAME, type: "A", ttl: 60, data: addresses, owner, ...more };
}

/** Of one name with addresses and an HTTPS record. */
function both(addresses: readonly string[], more: Partial<NamePlan> = {}): NamePlan {
  const { sets } = plan(addresses);
  return plan([], { sets: [...sets, { ...HTTPS, ttl: 60, resources: ["web/shop"] }], ...more });
}

const SIX = { name: NAME, type: "AAAA" as const, ttl: 60, data: ["2001:db8::1"] };
const HTTPS = { name: NAME, type: "HTTPS" as const, data: ["0 lb.example.net."] };

interface Case {
  readonly name: string;
  readonly names: readonly NamePlan[];
  readonly actual: readonly ActualRRset[];
  readonly policy?: "Sync" | "UpsertOnly" | "CreateOnly";
  readonly conflict?: "Refuse" | "Adopt";
  readonly want: readonly string[];
}

const cases: readonly Case[] = [
  { name: "creates what is not there", names: [plan(["192.0.2.1"])], actual: [], want: ["create 192.0.2.1"] },
  { name: "leaves what is as wanted", names: [plan(["192.0.2.1"])], actual: [actual(["192.0.2.1"], "me")], want: [] },
  {
    name: "compares as sets",
    names: [plan(["192.0.2.1", "192.0.2.2"])],
    actual: [actual(["192.0.2.2", "192.0.2.1"], "me")],
    want: [],
  },
  {
    name: "updates other addresses",
    names: [plan(["192.0.2.2"])],
    actual: [actual(["192.0.2.1"], "me")],
    want: ["update 192.0.2.1 to 192.0.2.2"],
  },
  {
    name: "updates another TTL",
    names: [plan(["192.0.2.1"])],
    actual: [actual(["192.0.2.1"], "me", { ttl: 30 })],
    want: ["update 192.0.2.1 to 192.0.2.1"],
  },
  {
    name: "deletes what nobody wants any more",
    names: [],
    actual: [actual(["192.0.2.1"], "me")],
    want: ["delete 192.0.2.1"],
  },
  {
    name: "deletes a family that is withdrawn",
    names: [plan([])],
    actual: [actual(["192.0.2.1"], "me")],
    want: ["delete 192.0.2.1"],
  },
  { name: "never touches what is nobody's", names: [], actual: [actual(["192.0.2.1"], undefined)], want: [] },
  { name: "never deletes another owner's set", names: [], actual: [actual(["192.0.2.1"], "other")], want: [] },
  {
    name: "refuses to write over a record that somebody wrote",
    names: [plan(["192.0.2.2"])],
    actual: [actual(["192.0.2.1"], undefined)],
    want: ["refuse ForeignRecord"],
  },
  {
    name: "refuses to write over another owner's set",
    names: [plan(["192.0.2.2"])],
    actual: [actual(["192.0.2.1"], "other")],
    want: ["refuse ForeignOwner"],
  },
  {
    name: "changes nothing at a frozen name",
    names: [plan(["192.0.2.2"], { frozen: true })],
    actual: [actual(["192.0.2.1"], "me")],
    want: [],
  },
  {
    name: "keeps a whole set while its target is not known",
    names: [plan([], { keepPublished: ["A"] })],
    actual: [actual(["192.0.2.1"], "me")],
    want: [],
  },
  {
    name: "replaces a family that is known while the other is not",
    names: [plan(["192.0.2.2"], { keepPublished: ["AAAA"] })],
    actual: [actual(["192.0.2.1"], "me")],
    want: ["update 192.0.2.1 to 192.0.2.2"],
  },
  {
    name: "UpsertOnly does not delete",
    names: [],
    actual: [actual(["192.0.2.1"], "me")],
    policy: "UpsertOnly",
    want: ["refuse PolicyForbids"],
  },
  {
    name: "UpsertOnly updates",
    names: [plan(["192.0.2.2"])],
    actual: [actual(["192.0.2.1"], "me")],
    policy: "UpsertOnly",
    want: ["update 192.0.2.1 to 192.0.2.2"],
  },
  {
    name: "CreateOnly does not update",
    names: [plan(["192.0.2.2"])],
    actual: [actual(["192.0.2.1"], "me")],
    policy: "CreateOnly",
    want: ["refuse PolicyForbids"],
  },
  {
    name: "Adopt takes over what nobody owns",
    names: [plan(["192.0.2.2"])],
    actual: [actual(["192.0.2.1"], undefined)],
    conflict: "Adopt",
    want: ["update 192.0.2.1 to 192.0.2.2"],
  },
  {
    name: "Adopt takes over what already is as wanted",
    names: [plan(["192.0.2.1"])],
    actual: [actual(["192.0.2.1"], undefined)],
    conflict: "Adopt",
    want: ["update 192.0.2.1 to 192.0.2.1"],
  },
  {
    name: "Adopt takes nothing from another owner",
    names: [plan(["192.0.2.2"])],
    actual: [actual(["192.0.2.1"], "other")],
    conflict: "Adopt",
    want: ["refuse ForeignOwner"],
  },
  {
    name: "Adopt does not replace what is more than addresses",
    names: [plan(["192.0.2.2"])],
    actual: [actual([], undefined, { note: "a CNAME to cdn.test. stands at example.com" })],
    conflict: "Adopt",
    want: ["refuse ForeignRecord"],
  },
  {
    name: "Adopt waits until it is known what is wanted",
    names: [plan([], { keepPublished: ["A"] })],
    actual: [actual(["192.0.2.1"], undefined)],
    conflict: "Adopt",
    want: [],
  },
  {
    name: "Adopt leaves names alone that nobody asks for",
    names: [],
    actual: [actual(["192.0.2.1"], undefined)],
    conflict: "Adopt",
    want: [],
  },
  {
    name: "Adopt changes nothing at a frozen name",
    names: [plan(["192.0.2.2"], { frozen: true })],
    actual: [actual(["192.0.2.1"], undefined)],
    conflict: "Adopt",
    want: [],
  },
  {
    name: "an HTTPS record comes beside the addresses",
    names: [both(["192.0.2.1"])],
    actual: [actual(["192.0.2.1"], "me")],
    want: ["create 0 lb.example.net."],
  },
  {
    name: "an HTTPS record that is wanted no more goes, and the addresses stay",
    names: [plan(["192.0.2.1"])],
    actual: [actual(["192.0.2.1"], "me"), actual(["0 lb.example.net."], "me", { type: "HTTPS" })],
    want: ["delete 0 lb.example.net."],
  },
  {
    name: "an HTTPS record stays while its target is not known",
    names: [plan([], { keepPublished: ["A", "AAAA", "HTTPS"] })],
    actual: [actual(["192.0.2.1"], "me"), actual(["0 lb.example.net."], "me", { type: "HTTPS" })],
    want: [],
  },
  {
    name: "an address record of the other family that somebody wrote has the name",
    names: [plan(["192.0.2.1"])],
    actual: [actual(["2001:db8::9"], undefined, { type: "AAAA" })],
    want: ["refuse ForeignRecord"],
  },
  {
    name: "the same of another owner",
    names: [plan(["192.0.2.1"])],
    actual: [actual(["2001:db8::9"], "other", { type: "AAAA" })],
    want: ["refuse ForeignOwner"],
  },
  {
    name: "the same with Adopt, where the alias doesn't have that family",
    names: [plan(["192.0.2.1"])],
    actual: [actual(["2001:db8::9"], undefined, { type: "AAAA" })],
    conflict: "Adopt",
    want: ["refuse ForeignRecord"],
  },
  {
    name: "Adopt takes over one family and creates the other",
    names: [plan([], { sets: [...plan(["192.0.2.1"]).sets, { ...SIX, resources: ["web/shop"] }] })],
    actual: [actual(["2001:db8::9"], undefined, { type: "AAAA" })],
    conflict: "Adopt",
    want: ["create 192.0.2.1", "update 2001:db8::9 to 2001:db8::1"],
  },
  {
    name: "what is published follows on beside a record that somebody adds",
    names: [plan(["192.0.2.2"])],
    actual: [actual(["192.0.2.1"], "me"), actual(["2001:db8::9"], undefined, { type: "AAAA" })],
    want: ["update 192.0.2.1 to 192.0.2.2"],
  },
  {
    name: "somebody's HTTPS record stops no addresses",
    names: [both(["192.0.2.1"])],
    actual: [actual(["1 . alpn=h2"], undefined, { type: "HTTPS" })],
    want: ["create 192.0.2.1", "refuse ForeignRecord"],
  },
  {
    name: "nothing leads clients past somebody's addresses",
    names: [both(["192.0.2.1"])],
    actual: [actual(["192.0.2.9"], undefined), actual(["0 lb.example.net."], "me", { type: "HTTPS" })],
    want: ["refuse ForeignRecord", "delete 0 lb.example.net."],
  },
  {
    name: "a record that there cannot be is told, and the rest goes on",
    names: [plan(["192.0.2.1"], { notPublished: { type: "HTTPS", message: "there are none" } })],
    actual: [],
    want: ["create 192.0.2.1", "refuse NotSupported"],
  },
  {
    name: "CreateOnly does not adopt",
    names: [plan(["192.0.2.2"])],
    actual: [actual(["192.0.2.1"], undefined)],
    conflict: "Adopt",
    policy: "CreateOnly",
    want: ["refuse PolicyForbids"],
  },
];

for (const { name, names, actual: sets, policy = "Sync", conflict = "Refuse", want } of cases) {
  test(name, () => {
    const changes = diff({ names, actual: sets, ownerId: "me", policy, conflict });
    assert.deepEqual(changes.map(textOf), want);
    const writes = changes.filter((change) => change.kind !== "refuse");
    const rest = diff({ names, actual: after(sets, writes, "me"), ownerId: "me", policy, conflict });
    assert.deepEqual(
      rest.filter(({ kind }) => kind !== "refuse"),
      [],
      "after its writes the plan is empty",
    );
  });
}

test("somebody's HTTPS record is no reason to give the name up", () => {
  const sets = [actual(["1 . alpn=h2"], undefined, { type: "HTTPS" })];
  const changes = diff({ names: [both([])], actual: sets, ownerId: "me", policy: "Sync", conflict: "Refuse" });
  assert.deepEqual(
    changes.map((change) => change.kind === "refuse" && change.message),
    [
      "The HTTPS records of example.com are not written: another writer wrote 1 . alpn=h2 there. Remove it there, set httpsAlias: false, or set spec.conflict: Adopt in the DnsZone",
    ],
  );
});

const NAMELESS = { note: "a CNAME to cdn.test. stands at example.com" };
const REMOVE = "Remove it there, or remove the hostname from the DnsAlias";
const REFUSALS: readonly (readonly [name: string, before: ActualRRset, conflict: "Refuse" | "Adopt", want: string])[] =
  [
    [
      "a record that nobody owns: all three ways out",
      actual(["192.0.2.1"], undefined),
      "Refuse",
      "another writer wrote 192.0.2.1 there. Remove it there, remove the hostname from the DnsAlias, or set spec.conflict: Adopt in the DnsZone",
    ],
    [
      "another owner's record: it can't be adopted",
      actual(["192.0.2.1", "192.0.2.2"], "other"),
      "Refuse",
      `the dnsalias owner "other" wrote 192.0.2.1, 192.0.2.2 there. ${REMOVE}`,
    ],
    [
      "a record with the id that every installation had: it can be this one's",
      actual(["192.0.2.1"], "default"),
      "Refuse",
      `the dnsalias owner "default" wrote 192.0.2.1 there. ${REMOVE}. If this installation wrote it before its owner id was unique, set --adopt-owner-id default`,
    ],
    [
      "another owner's record under Adopt",
      actual(["192.0.2.1"], "other"),
      "Adopt",
      `the dnsalias owner "other" wrote 192.0.2.1 there. ${REMOVE}`,
    ],
    [
      "a record of another type that nobody owns: it can't be adopted",
      actual([], undefined, NAMELESS),
      "Refuse",
      `${NAMELESS.note}. ${REMOVE}`,
    ],
    ["a record of another type under Adopt", actual([], undefined, NAMELESS), "Adopt", `${NAMELESS.note}. ${REMOVE}`],
    [
      "a record that the backend can't have",
      actual([], undefined, { note: "it has no wildcards", unsupported: true }),
      "Refuse",
      "it has no wildcards. Remove the hostname from the DnsAlias, or publish its zone elsewhere",
    ],
  ];

for (const [name, before, conflict, want] of REFUSALS) {
  test(`a refusal names the ways out of ${name}`, () => {
    const changes = diff({ names: [plan(["192.0.2.9"])], actual: [before], ownerId: "me", policy: "Sync", conflict });
    assert.deepEqual(
      changes.map((change) => change.kind === "refuse" && change.message),
      [`The A records of example.com are not written: ${want}`],
    );
  });
}

test("a refusal by policy names what would happen, and the policy", () => {
  const before = actual(["192.0.2.1"], "me");
  const message = (names: readonly NamePlan[], policy: "UpsertOnly" | "CreateOnly") =>
    diff({ names, actual: [before], ownerId: "me", policy, conflict: "Refuse" }).map(
      (change) => change.kind === "refuse" && change.message,
    );
  assert.deepEqual(message([], "UpsertOnly"), [
    "The A records of example.com are not deleted, because spec.policy: UpsertOnly of the DnsZone forbids it",
  ]);
  assert.deepEqual(message([plan(["192.0.2.2"])], "CreateOnly"), [
    "The A records of example.com are not changed, because spec.policy: CreateOnly of the DnsZone forbids it",
  ]);
});

test("a record at a name that an unreadable alias may have is not deleted, and others are", () => {
  const other = parseName("www.example.com");
  const sets = [actual(["192.0.2.1"], "me"), actual(["192.0.2.2"], "me", { name: other })];
  const changes = diff({
    names: [],
    actual: sets,
    ownerId: "me",
    policy: "Sync",
    conflict: "Refuse",
    mayNotDelete: (name) => name === NAME,
  });
  assert.deepEqual(changes.map(textOf), ["delete 192.0.2.2"]);
});

test("changes are sorted by name and type, whatever the order of the input", () => {
  const names = ["b.example.com", "a.example.com", "example.com"].map((text) =>
    plan(["192.0.2.1"], {}, parseName(text)),
  );
  const forward = diff({ names, actual: [], ownerId: "me", policy: "Sync", conflict: "Refuse" });
  const backward = diff({ names: [...names].reverse(), actual: [], ownerId: "me", policy: "Sync", conflict: "Refuse" });
  assert.equal(JSON.stringify(forward), JSON.stringify(backward));
  assert.deepEqual(
    forward.map((change) => change.kind === "create" && change.after.name),
    ["a.example.com.", "b.example.com.", "example.com."],
  );
});

function textOf(change: Change): string {
  switch (change.kind) {
    case "create":
      return `create ${change.after.data.join()}`;
    case "update":
      return `update ${change.before.data.join()} to ${change.after.data.join()}`;
    case "delete":
      return `delete ${change.before.data.join()}`;
    case "refuse":
      return `refuse ${change.reason}`;
  }
}
