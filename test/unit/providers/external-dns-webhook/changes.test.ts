import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseName } from "../../../../src/dns/name/name.ts";
import { rrsetKey, type RRset } from "../../../../src/dns/record.ts";
import { type AdjustedChange, bodiesOf } from "../../../../src/providers/external-dns-webhook/changes.ts";
import { endpointFor } from "../../../../src/providers/external-dns-webhook/convert.ts";
import type { Endpoint } from "../../../../src/providers/external-dns-webhook/endpoint.ts";

interface ShownSet {
  readonly set: RRset;
  readonly endpoints: readonly Endpoint[];
}

function rrset(label: string, type: "A" | "TXT"): RRset {
  return { name: parseName(`${label}.example.com`), type, ttl: 60, data: [type === "A" ? "192.0.2.1" : '"owner"'] };
}

/** The bodies for "create m TXT", "update a A", or "delete a A" in this order, each as "kind name TYPE". */
function bodies(...lines: readonly string[]): readonly string[] {
  const shown = new Map<string, ShownSet>();
  const changes = lines.map((line): AdjustedChange => {
    const [kind = "", label = "", type = ""] = line.split(" ");
    const set = rrset(label, type === "TXT" ? "TXT" : "A");
    if (kind !== "create") {
      shown.set(rrsetKey(set), { set, endpoints: [endpointFor(set)] });
    }
    return {
      change: { before: kind === "create" ? undefined : set, after: kind === "delete" ? undefined : set },
      wanted: kind === "delete" ? undefined : endpointFor(set),
    };
  });
  const text = (kind: string, endpoints: readonly Endpoint[]): readonly string[] =>
    endpoints.map(({ dnsName, recordType }) => `${kind} ${dnsName.charAt(0)} ${recordType}`);
  return bodiesOf(changes, shown).map((body) => {
    assert.equal(body.updateOld.length, body.updateNew.length);
    return [...text("create", body.create), ...text("update", body.updateNew), ...text("delete", body.delete)].join(
      ", ",
    );
  });
}

describe("a provider that creates, updates, and deletes in this order", () => {
  const cases: readonly (readonly [name: string, batch: readonly string[], want: readonly string[]])[] = [
    ["gets nothing for nothing", [], []],
    ["gets a new marker and new records at once", ["create m TXT", "create a A"], ["create m TXT, create a A"]],
    ["gets a new marker and a changed record at once", ["create m TXT", "update a A"], ["create m TXT, update a A"]],
    [
      "gets the deletes of a record and of its marker at once",
      ["delete a A", "delete m TXT"],
      ["delete a A, delete m TXT"],
    ],
    [
      "gets all three at once if the markers come first and go last",
      ["create m TXT", "create a A", "update b A", "delete c A", "delete n TXT"],
      ["create m TXT, create a A, update b A, delete c A, delete n TXT"],
    ],
    ["gets a changed marker before a new record", ["update m TXT", "create a A"], ["update m TXT", "create a A"]],
    ["gets a deleted record before a changed marker", ["delete a A", "update m TXT"], ["delete a A", "update m TXT"]],
    [
      "gets records of one kind in any order",
      ["update a A", "create b A", "delete c A", "create d A"],
      ["create b A, create d A, update a A, delete c A"],
    ],
    [
      "gets markers that come first in one body, and those that go last in another one",
      ["update m TXT", "create a A", "delete b A", "delete n TXT"],
      ["update m TXT", "create a A, delete b A, delete n TXT"],
    ],
  ];

  for (const [name, batch, want] of cases) {
    test(name, () => assert.deepEqual(bodies(...batch), want));
  }
});

test("an update has the old endpoint, and gives its labels back", () => {
  const set = rrset("a", "A");
  const old = { ...endpointFor(set), labels: { owner: "x", note: "old" } };
  const wanted = { ...endpointFor({ ...set, ttl: 90 }), labels: { own: "y", note: "new" } };
  const change = { change: { before: set, after: { ...set, ttl: 90 } }, wanted };
  const [body] = bodiesOf([change], new Map([[rrsetKey(set), { set, endpoints: [old] }]]));
  assert.deepEqual(body?.updateOld, [old]);
  assert.deepEqual(body.updateNew, [{ ...wanted, labels: { own: "y", owner: "x", note: "old" } }]);
});

test("a provider that notes a key for each target is told to delete each of them", () => {
  const set = { ...rrset("a", "A"), data: ["192.0.2.1", "192.0.2.2"] };
  const deleted = (labels: Readonly<Record<string, string>>) => {
    const endpoint = { ...endpointFor(set), labels };
    const change = { change: { before: set, after: undefined }, wanted: undefined };
    const [body] = bodiesOf([change], new Map([[rrsetKey(set), { set, endpoints: [endpoint] }]]));
    return body?.delete.map(({ targets, labels: { prefix = "" } }) => `${targets.join()} ${prefix}`);
  };
  const keyed = { prefix: "k2", "192.0.2.1": "k1", "192.0.2.2": "k2" };
  assert.deepEqual(deleted(keyed), ["192.0.2.1 k1", "192.0.2.2 k2"]);
  assert.deepEqual(deleted({ prefix: "k2", "192.0.2.1": "k1" }), ["192.0.2.1,192.0.2.2 k2"]);
  assert.deepEqual(deleted({}), ["192.0.2.1,192.0.2.2 "]);
});
