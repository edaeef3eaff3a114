import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeMessage } from "../../../../src/dns/message/decode.ts";
import { nameOfCanonical, parseName } from "../../../../src/dns/name/name.ts";
import { rdataFromText } from "../../../../src/dns/rdata/codec.ts";
import type { RRset } from "../../../../src/dns/record.ts";
import { typeNumber } from "../../../../src/dns/registry.ts";
import type { BackendChange } from "../../../../src/providers/backend.ts";
import { messagesOf } from "../../../../src/providers/rfc2136/apply-changes.ts";
import { groupsOf, rrsetsOfMessage, restOf } from "../../../../src/providers/rfc2136/convert.ts";

function set(text: string): RRset {
  const [name = "", ttl, type = "", ...data] = text.split(" ");
  return { name: nameOfCanonical(name), type, ttl: Number(ttl), data: data.join(" ").split(" | ") };
}

function wire(text: string, classNumber = 1) {
  const { name, type, ttl, data } = set(text);
  return { name, type: typeNumber(type) ?? 0, class: classNumber, ttl, rdata: rdataFromText(type, data[0] ?? "") };
}

function change(before: string, after: string): BackendChange {
  return { before: before === "" ? undefined : set(before), after: after === "" ? undefined : set(after) };
}

test("records become sets of the types that are read, of class IN, with the least TTL, sorted and without duplicates", () => {
  const records = [
    wire("b.x. 60 A 192.0.2.2"),
    wire("b.x. 30 A 192.0.2.1"),
    wire("b.x. 60 A 192.0.2.2"),
    wire("a.x. 60 MX 10 m.x."),
    wire('a.x. 60 TXT "t"'),
    wire("a.x. 60 CNAME C.x."),
    wire("c.x. 60 A 192.0.2.1", 3),
  ];
  assert.deepEqual(rrsetsOfMessage(records), [
    set("a.x. 60 CNAME c.x."),
    set('a.x. 60 TXT "t"'),
    set("b.x. 30 A 192.0.2.1 | 192.0.2.2"),
  ]);
});

test("a marker goes with the name that it speaks for, the apex and a wildcard included", () => {
  const names = ["_dnsalias.a.x.", "_dnsalias._wildcard.x.", "_dnsalias.x.", "a.x.", "b.x.", "*.x.", "x."];
  const changes = names.map((name) => change("", `${name} 60 TXT "t"`));
  assert.deepEqual(
    groupsOf(changes).map((group) => group.map(({ after }) => after?.name)),
    [["_dnsalias.a.x.", "a.x."], ["_dnsalias._wildcard.x.", "_dnsalias.x.", "*.x.", "x."], ["b.x."]],
  );
});

const A1 = "a.x. 60 A 192.0.2.1";
const A2 = "a.x. 60 A 192.0.2.2";
const rests: readonly (readonly [string, BackendChange, readonly string[], string])[] = [
  ["nothing done of a new set", change("", A1), [], "1 left"],
  ["a new set done", change("", A1), [A1], "0 left"],
  ["a new set done with another TTL by somebody", change("", A1), ["a.x. 90 A 192.0.2.1"], "foreign"],
  ["a change done", change(A1, A2), [A2], "0 left"],
  ["a change not done", change(A1, A2), [A1], "1 left"],
  ["a change not done, the TTL as read has moved", change(A1, A2), ["a.x. 90 A 192.0.2.1"], "1 left"],
  ["a change of the TTL alone not done", change(A1, "a.x. 90 A 192.0.2.1"), [A1], "1 left"],
  ["a deletion done", change(A1, ""), [], "0 left"],
  ["a deletion not done", change(A1, ""), [A1], "1 left"],
  ["something else stands there", change(A1, A2), ["a.x. 60 A 192.0.2.3"], "foreign"],
  ["what was to be changed is gone", change(A1, A2), [], "foreign"],
];

for (const [name, one, existing, want] of rests) {
  test(`what is left to do: ${name}`, () => {
    const rest = restOf([one], existing.map(set));
    assert.equal(rest.kind === "rest" ? `${rest.changes.length} left` : rest.kind, want);
  });
}

const options = { zone: parseName("x"), newId: () => 7, reserved: 100 };

test("a batch that fits is one update, a larger one is cut between names, in its order", () => {
  const pair = (at: number): readonly BackendChange[] => [
    change("", `_dnsalias.n${at}.x. 60 TXT "${"t".repeat(250)}"`),
    change("", `n${at}.x. 60 A 192.0.2.1`),
  ];
  const changes = Array.from({ length: 400 }, (_, at) => pair(at)).flat();
  assert.equal(parts(changes.slice(0, 20)).length, 1);
  const several = parts(changes);
  assert.equal(several.length, 4);
  assert.deepEqual(
    several.flat(),
    changes.flatMap(({ after }) => (after === undefined ? [] : [after.name])),
  );
  for (const names of several) {
    const owners = names.map((name) => name.replace("_dnsalias.", ""));
    assert.ok(
      owners.every((owner) => owners.filter((other) => other === owner).length === 2),
      "a marker was parted",
    );
  }
});

/** The owner names of what each update adds. */
function parts(changes: readonly BackendChange[]): readonly (readonly string[])[] {
  const result = messagesOf(changes, options);
  assert.ok(result.kind === "ok");
  return result.messages.map((bytes) => {
    assert.ok(bytes.length <= 65_535 - options.reserved);
    const decoded = decodeMessage(bytes);
    assert.ok(decoded.kind === "ok");
    return decoded.message.authorities.map(({ name }) => name);
  });
}

test("one name that does not fit, and invalid data, are rejected, and the message names them", () => {
  const huge = Array.from({ length: 300 }, (_, at) => `"${String(at).padStart(250, "x")}"`).join(" | ");
  const big = messagesOf([change("", `big.x. 60 TXT ${huge}`)], options);
  assert.ok(big.kind === "rejected" && big.message.includes("big.x"), JSON.stringify(big));
  const bad = messagesOf([change("", "bad.x. 60 A nonsense")], options);
  assert.ok(bad.kind === "rejected" && bad.message.includes("nonsense"), JSON.stringify(bad));
});
