import assert from "node:assert/strict";
import { test } from "node:test";
import { memberAt } from "../../../../src/base/json.ts";
import { nameOfCanonical, parseName } from "../../../../src/dns/name/name.ts";
import type { BackendApplyResult, RecordBackend } from "../../../../src/providers/backend.ts";
import { createPowerDNSBackend } from "../../../../src/providers/powerdns/powerdns.ts";
import type { HttpResult } from "../../../../src/transport/http-client.ts";
import { tlsOf } from "../../../support/tls-source.ts";

const NEVER = new AbortController().signal;
const WWW = rrset("www", "A", "192.0.2.1");
const SOA = rrset("", "SOA", "ns1.example.com. h.example.com. 7 7200 900 1209600 300");

function rrset(label: string, type: string, content: string): object {
  const name = `${label === "" ? "" : `${label}.`}example.com.`;
  return { name, type, ttl: 60, records: [{ content, disabled: false }] };
}

interface Play {
  readonly backend: RecordBackend;
  /** The method of each request. */
  readonly calls: readonly string[];
  /** What each PATCH had. */
  readonly patches: readonly unknown[];
}

function play(zone: object, status: { readonly get?: number; readonly patch?: number } = {}): Play {
  const calls: string[] = [];
  const patches: unknown[] = [];
  const answer = (code: number, body: unknown): HttpResult => ({
    kind: "response",
    status: code,
    mediaType: "application/json",
    text: JSON.stringify(body),
  });
  const backend = createPowerDNSBackend({
    spec: { url: "https://pdns", serverId: "localhost", apiKeyRef: { name: "pdns", key: "key" } },
    domain: parseName("example.com"),
    apiKey: async () => ({ kind: "ok", text: "k3y" }),
    tls: tlsOf(),
    clock: { now: () => 0, sleep: () => assert.fail("no wait") },
    http: {
      request: async ({ method, body }) => {
        calls.push(method);
        if (method === "GET") {
          return answer(status.get ?? 200, { kind: "Native", ...zone });
        }
        patches.push(memberAt(body, "rrsets"));
        return answer(status.patch ?? 204, {});
      },
      [Symbol.asyncDispose]: async () => undefined,
    },
  });
  return { backend, calls, patches };
}

function apply({ backend }: Play, address = "192.0.2.2"): Promise<BackendApplyResult> {
  const set = { name: nameOfCanonical("www.example.com."), type: "A", ttl: 60 };
  const change = { before: { ...set, data: ["192.0.2.1"] }, after: { ...set, data: [address] } };
  return backend.apply({ changes: [change] }, NEVER);
}

test("a batch is carried out as one, and the server can't compare before it writes", () => {
  const { id, capabilities } = play({ rrsets: [] }).backend;
  assert.equal(id, "powerDNS");
  assert.deepEqual(capabilities, { atomic: "batch", comparesAndSwaps: false, listsZone: true });
});

test("a zone is read whole, with its serial where the server gives one", async () => {
  const sets = [{ name: "www.example.com.", type: "A", ttl: 60, data: ["192.0.2.1"] }];
  const read = (zone: object): Promise<unknown> => play(zone).backend.read([], NEVER);
  assert.deepEqual(await read({ rrsets: [WWW], serial: 7 }), {
    kind: "ok",
    sets,
    delegations: [],
    complete: true,
    serial: 7,
  });
  assert.deepEqual(await read({ rrsets: [WWW] }), { kind: "ok", sets, delegations: [], complete: true });
});

test("a change is written by one request, after the zone was read again", async () => {
  const one = play({ rrsets: [WWW, SOA], serial: 7 });
  assert.deepEqual(await apply(one), { kind: "applied", revision: "", wrote: true });
  assert.deepEqual(one.calls, ["GET", "PATCH"]);
  const records = [{ content: "192.0.2.2", disabled: false }];
  assert.deepEqual(one.patches, [[{ name: "www.example.com.", type: "A", changetype: "REPLACE", ttl: 60, records }]]);
});

test("where the server leaves the serial alone, the change raises it", async () => {
  const one = play({ rrsets: [WWW, SOA], serial: 7, soa_edit_api: "" });
  assert.deepEqual(await apply(one), { kind: "applied", revision: "8", wrote: true, serial: 8 });
  const [patch] = one.patches;
  assert.ok(Array.isArray(patch));
  assert.deepEqual(
    patch.map((member: unknown) => memberAt(member, "type")),
    ["A", "SOA"],
  );
});

test("what is there already isn't written", async () => {
  for (const [serial, want] of [
    [7, { kind: "applied", revision: "7", wrote: false, serial: 7 }],
    [undefined, { kind: "applied", revision: "", wrote: false }],
  ] as const) {
    const one = play({ rrsets: [WWW], ...(serial !== undefined && { serial }) });
    assert.deepEqual(await apply(one, "192.0.2.1"), want);
    assert.deepEqual(one.calls, ["GET"]);
  }
});

test("a record that another writer changed is a conflict, and isn't written", async () => {
  const one = play({ rrsets: [rrset("www", "A", "192.0.2.9")] });
  assert.equal((await apply(one)).kind, "conflict");
  assert.deepEqual(one.calls, ["GET"]);
});

for (const kind of ["Slave", "Secondary", "Consumer"]) {
  test(`a zone of kind ${kind} is not written`, async () => {
    const one = play({ kind, rrsets: [WWW] });
    assert.deepEqual(await apply(one), {
      kind: "refused",
      reason: "ReadOnly",
      message: `the zone example.com is of kind ${kind.toLowerCase()} at PowerDNS at https://pdns, which takes its records from a primary: set url to the primary`,
    });
    assert.deepEqual(one.calls, ["GET"]);
  });
}

for (const kind of ["Native", "Master", "Primary", "Producer"]) {
  test(`a zone of kind ${kind} is written`, async () => {
    assert.equal((await apply(play({ kind, rrsets: [WWW] }))).kind, "applied");
  });
}

const STATUSES: readonly (readonly [status: { readonly get?: number; readonly patch?: number }, want: string])[] = [
  [{ get: 503 }, "failed"],
  [{ get: 404 }, "ZoneNotFound"],
  [{ patch: 503 }, "failed"],
  [{ patch: 422 }, "rejected"],
  [{ patch: 401 }, "Unauthorized"],
];

for (const [status, want] of STATUSES) {
  test(`${JSON.stringify(status)} is ${want}`, async () => {
    const result = await apply(play({ rrsets: [WWW] }, status));
    assert.equal(result.kind === "refused" ? result.reason : result.kind, want);
  });
}

test("a read that fails is a problem", async () => {
  const read = await play({ rrsets: [] }, { get: 503 }).backend.read([], NEVER);
  assert.equal(read.kind, "failed");
});
