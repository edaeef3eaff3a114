import assert from "node:assert/strict";
import { test } from "node:test";
import { memberAt } from "../../../../src/base/json.ts";
import { nameOfCanonical, parseName } from "../../../../src/dns/name/name.ts";
import type { RRset } from "../../../../src/dns/record.ts";
import type { BackendApplyResult, BackendChange, RecordBackend } from "../../../../src/providers/backend.ts";
import { type Endpoint, endpointKey, endpointsOf } from "../../../../src/providers/external-dns-webhook/endpoint.ts";
import { createWebhookBackend } from "../../../../src/providers/external-dns-webhook/webhook.ts";
import type { HttpResult } from "../../../../src/transport/http-client.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { endpoint, lineOf } from "./builders.ts";
import { tlsOf } from "../../../support/tls-source.ts";

const NEVER = new AbortController().signal;

interface Provider {
  /** "" for each call of `/`. */
  readonly calls: readonly string[];
  readonly records: Map<string, Endpoint>;
  filter: object;
  /** What it makes of a wanted endpoint; undefined: it leaves it out. */
  adjust: (wanted: Endpoint) => Endpoint | undefined;
  /** Takes the place of an answer. */
  fault: (call: string, nth: number) => HttpResult | undefined;
}

function answer(body: unknown, status = 200): HttpResult {
  const mediaType = "application/external.dns.webhook+json;version=1";
  return { kind: "response", status, mediaType, text: JSON.stringify(body) };
}

/** A provider with faults; it keeps what it made of an endpoint when it adjusted it. */
function play(...stands: readonly Endpoint[]) {
  const calls: string[] = [];
  const provider: Provider = {
    calls,
    records: new Map(stands.map((one) => [endpointKey(one), one])),
    filter: { include: ["example.com"] },
    adjust: (wanted) => wanted,
    fault: () => undefined,
  };
  const carryOut = (body: unknown): HttpResult => {
    for (const one of [...listOf(body, "updateOld"), ...listOf(body, "delete")]) {
      provider.records.delete(endpointKey(one));
    }
    for (const one of [...listOf(body, "create"), ...listOf(body, "updateNew")]) {
      provider.records.set(endpointKey(one), provider.adjust(one) ?? one);
    }
    return answer("", 204);
  };
  const clock = fakeClock();
  const backend = createWebhookBackend({
    spec: { url: "https://hook" },
    tls: tlsOf(),
    domain: parseName("example.com"),
    clock: { ...clock, sleep: async () => undefined },
    http: {
      request: async ({ method, path, body }) => {
        const call = method === "POST" && path === "/records" ? "write" : path.slice(1);
        calls.push(call);
        const instead = provider.fault(call, calls.filter((one) => one === call).length);
        if (instead !== undefined) {
          return instead;
        }
        switch (call) {
          case "":
            return answer(provider.filter);
          case "records":
            return answer([...provider.records.values()]);
          case "adjustendpoints":
            return answer((endpointsOf(body) ?? []).flatMap((one) => provider.adjust(one) ?? []));
          default:
            return carryOut(body);
        }
      },
      [Symbol.asyncDispose]: async () => undefined,
    },
  });
  return { provider, backend, clock };
}

function listOf(body: unknown, member: string): readonly Endpoint[] {
  return endpointsOf(memberAt(body, member)) ?? [];
}

async function lines(backend: RecordBackend): Promise<readonly string[]> {
  const read = await backend.read([], NEVER);
  assert.ok(read.kind === "ok", JSON.stringify(read));
  assert.equal(read.complete, true);
  return read.sets.map(lineOf);
}

function set(text: string, ttl = 60): RRset {
  const [name = "", ...data] = text.split(" ");
  return { name: nameOfCanonical(`${name}.example.com.`), type: "A", ttl, data };
}

const put = (after: RRset, before?: RRset): BackendChange => ({ before, after });

function apply(backend: RecordBackend, ...changes: readonly BackendChange[]): Promise<BackendApplyResult> {
  return backend.apply({ changes }, NEVER);
}

const APPLIED = { kind: "applied", revision: "" };

test("it lists whole zones, and can't compare before it writes", () => {
  const { id, capabilities } = play().backend;
  assert.equal(id, "externalDNSWebhook");
  assert.deepEqual(capabilities, { atomic: "set", comparesAndSwaps: false, listsZone: true, lacks: ["HTTPS"] });
});

test("records come, change, and go, and a second write has nothing to do", async () => {
  const { backend, provider } = play(endpoint("ftp.example.com 60 A 192.0.2.9"));
  assert.deepEqual(await apply(backend, put(set("www 192.0.2.1"))), { ...APPLIED, wrote: true });
  assert.deepEqual(await lines(backend), ["ftp.example.com. 60 A 192.0.2.9", "www.example.com. 60 A 192.0.2.1"]);
  provider.records.delete("ftp.example.com A ");
  assert.deepEqual(await apply(backend, put(set("www 192.0.2.1"))), { ...APPLIED, wrote: false });
  await apply(backend, put(set("www 192.0.2.2"), set("www 192.0.2.1")));
  assert.deepEqual(await lines(backend), ["www.example.com. 60 A 192.0.2.2"]);
  await apply(backend, { before: set("www 192.0.2.2"), after: undefined });
  assert.deepEqual(await lines(backend), []);
  assert.equal(provider.calls.filter((call) => call === "write").length, 3);
});

test("a delete asks for no adjusted endpoints", async () => {
  const { backend, provider } = play(endpoint("www.example.com 60 A 192.0.2.1"));
  await apply(backend, { before: set("www 192.0.2.1"), after: undefined });
  assert.deepEqual(provider.calls, ["", "records", "write", "records"]);
});

test("a record that is neither what was read nor what is wanted is a conflict, and nothing is sent", async () => {
  const { backend, provider } = play(endpoint("www.example.com 60 A 192.0.2.9"));
  assert.equal((await apply(backend, put(set("www 192.0.2.1")))).kind, "conflict");
  assert.deepEqual(provider.calls, ["", "records"]);
});

test("a TTL that the provider raises counts as the one that was asked for", async () => {
  const { backend, provider } = play();
  provider.adjust = (wanted) => ({ ...wanted, recordTTL: Math.max(300, wanted.recordTTL) });
  await apply(backend, put(set("www 192.0.2.1")));
  assert.deepEqual(await lines(backend), ["www.example.com. 60 A 192.0.2.1"]);
  assert.deepEqual(await apply(backend, put(set("www 192.0.2.1"))), { ...APPLIED, wrote: false });

  provider.records.set("www.example.com A ", endpoint("www.example.com 301 A 192.0.2.1"));
  assert.deepEqual(await lines(backend), ["www.example.com. 301 A 192.0.2.1"], "it shows anything else: that counts");
  provider.records.set("www.example.com A ", endpoint("www.example.com 300 A 192.0.2.7"));
  assert.deepEqual(await lines(backend), ["www.example.com. 300 A 192.0.2.7"], "other data");
});

test("a raised TTL is forgotten with its record", async () => {
  const { backend, provider } = play();
  provider.adjust = (wanted) => ({ ...wanted, recordTTL: 300 });
  await apply(backend, put(set("www 192.0.2.1")));
  provider.records.clear();
  assert.deepEqual(await lines(backend), []);
  provider.records.set("www.example.com A ", endpoint("www.example.com 300 A 192.0.2.1"));
  assert.deepEqual(await lines(backend), ["www.example.com. 300 A 192.0.2.1"]);
});

test("a raised TTL is forgotten when the provider shows the one that is asked for", async () => {
  const { backend, provider } = play();
  provider.adjust = (wanted) => ({ ...wanted, recordTTL: 300 });
  await apply(backend, put(set("www 192.0.2.1")));
  await apply(backend, put(set("www 192.0.2.1", 300), set("www 192.0.2.1")));
  assert.deepEqual(await lines(backend), ["www.example.com. 300 A 192.0.2.1"]);
});

test("after a restart, the provider's answer shows that nothing is to be written", async () => {
  const { backend, provider } = play(endpoint("www.example.com 300 A 192.0.2.1"));
  provider.adjust = (wanted) => ({ ...wanted, recordTTL: 300 });
  const change = put(set("www 192.0.2.1"), set("www 192.0.2.1", 300));
  assert.deepEqual(await apply(backend, change), { ...APPLIED, wrote: false });
  assert.deepEqual(provider.calls, ["", "records", "adjustendpoints"]);
  assert.deepEqual(await lines(backend), ["www.example.com. 60 A 192.0.2.1"]);
});

test("another TTL or another address is written", async () => {
  const stands = endpoint("www.example.com 300 A 192.0.2.1");
  for (const wanted of [set("www 192.0.2.1", 60), set("www 192.0.2.2", 300)]) {
    const { backend } = play(stands);
    assert.deepEqual(await apply(backend, put(wanted, set("www 192.0.2.1", 300))), { ...APPLIED, wrote: true });
    assert.deepEqual(await lines(backend), [lineOf(wanted)]);
  }
});

const REJECTED: readonly (readonly [
  name: string,
  prepare: (provider: Provider) => void,
  reason: string,
  message: string,
])[] = [
  [
    "a name outside of the domain filter",
    (provider) => (provider.filter = { include: ["example.com"], exclude: ["www.example.com"] }),
    "ZoneNotFound",
    "www.example.com is outside the domain filter of the provider: widen the filter, or remove the name from the DnsAlias",
  ],
  [
    "an endpoint that the provider leaves out",
    (provider) => (provider.adjust = (wanted) => (wanted.dnsName === "www.example.com" ? undefined : wanted)),
    "Rejected",
    "the provider does not take www.example.com A: see its log",
  ],
  [
    "an endpoint of which the provider makes another",
    (provider) =>
      (provider.adjust = (wanted) =>
        wanted.dnsName === "www.example.com" ? { ...wanted, targets: ["192.0.2.66", "192.0.2.67"] } : wanted),
    "Rejected",
    'the provider would change www.example.com A to "192.0.2.66 192.0.2.67": check its settings',
  ],
];

for (const [name, prepare, reason, message] of REJECTED) {
  test(`${name} is rejected by name, before anything is written`, async () => {
    const { backend, provider } = play();
    prepare(provider);
    const result = await apply(backend, put(set("ftp 192.0.2.1")), put(set("www 192.0.2.1")));
    const records = [{ name: "www.example.com.", type: "A", reason, message }];
    assert.deepEqual(result, { kind: "rejected", message, records });
    assert.equal(provider.calls.includes("write"), false);
  });
}

test("a record with a routing policy is left as it is", async () => {
  const { backend, provider } = play(endpoint("www.example.com 60 A 192.0.2.1", { setIdentifier: "eu" }));
  const result = await apply(backend, { before: set("www 192.0.2.1"), after: undefined });
  assert.ok(result.kind === "rejected", JSON.stringify(result));
  assert.deepEqual(result.records, [
    {
      name: "www.example.com.",
      type: "A",
      reason: "Rejected",
      message:
        "www.example.com A has a routing policy (a set identifier), which dnsalias does not modify: remove it at the provider",
    },
  ]);
  assert.equal(provider.records.size, 1);
});

test("a provider that serves other domains is refused, with those that it serves", async () => {
  const { backend, provider } = play();
  provider.filter = { include: ["a.test", "b.test", "c.test", "d.test", "e.test", "f.test"] };
  const want = {
    kind: "refused",
    reason: "ZoneNotFound",
    message:
      "the webhook at https://hook serves a.test, b.test, c.test, d.test, e.test, not example.com: add it to the provider's domain filter, or correct domain",
  };
  assert.deepEqual(await backend.read([], NEVER), want);
  assert.deepEqual(await apply(backend, put(set("www 192.0.2.1"))), want);
  assert.equal(provider.calls.includes("records"), false);
});

test("the domain filter is asked for once a minute", async () => {
  const { backend, provider, clock } = play();
  const asked = (): number => provider.calls.filter((call) => call === "").length;
  await lines(backend);
  await clock.advance(59_999);
  await lines(backend);
  assert.equal(asked(), 1);
  await clock.advance(1);
  await lines(backend);
  assert.equal(asked(), 2);
});

test("a domain filter that could not be read is asked for again", async () => {
  const { backend, provider } = play();
  provider.fault = (call, nth) => (call === "" && nth === 1 ? { kind: "unreachable", message: "away" } : undefined);
  const want = { kind: "failed", message: "the webhook at https://hook does not answer: away" };
  assert.deepEqual(await backend.read([], NEVER), want);
  assert.deepEqual(await lines(backend), []);
});

const FAULTS: readonly (readonly [call: string, status: number, want: object])[] = [
  ["records", 503, { kind: "failed" }],
  ["records", 403, { kind: "refused", reason: "Forbidden" }],
  ["adjustendpoints", 503, { kind: "failed" }],
  ["adjustendpoints", 400, { kind: "rejected" }],
  ["write", 503, { kind: "failed" }],
  ["write", 400, { kind: "rejected", partial: true }],
  ["write", 500, { kind: "rejected", partial: true }],
];

for (const [call, status, want] of FAULTS) {
  test(`a status of ${status} of ${call} is ${JSON.stringify(want)}`, async () => {
    const { backend, provider } = play();
    provider.fault = (one) => (one === call ? answer("", status) : undefined);
    const result = await apply(backend, put(set("www 192.0.2.1")));
    assert.partialDeepStrictEqual(result, want);
    assert.equal("partial" in result, "partial" in want);
    assert.equal(provider.records.size, 0);
  });
}
