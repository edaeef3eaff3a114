import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { systemClock } from "../../../src/base/clock.ts";
import type { BackendBatch } from "../../../src/providers/backend.ts";
import { createHttpClient, type HttpClient } from "../../../src/transport/http-client.ts";
import { skipWithout } from "../../support/component.ts";
import { startExternalDnsWebhook, type ExternalDnsWebhook } from "../../support/external-dns-webhook.ts";
import { startFaultProxy, type Fault } from "../../support/fault-proxy.ts";
import { recordSet, webhookBackend, webhookHand, type WebhookHand } from "./lab.ts";

const SIGNAL = AbortSignal.timeout(120_000);

describe("ExternalDNS webhook when things break", { skip: skipWithout("external-dns-webhook") }, () => {
  let webhook: ExternalDnsWebhook;
  let http: HttpClient;
  let hand: WebhookHand;
  before(async () => {
    webhook = await startExternalDnsWebhook({ zones: ["example.com"], provider: { kind: "inmemory" } });
    http = createHttpClient({ clock: systemClock, timeoutMs: 500 });
    hand = webhookHand(webhook.url);
  });
  after(async () => {
    await http[Symbol.asyncDispose]();
    await webhook[Symbol.asyncDispose]();
  });
  const standing = async (name: string): Promise<readonly string[]> =>
    (await hand.list()).filter((set) => set.name === `${name}.`).flatMap(({ data }) => data);

  const passing: readonly {
    readonly name: string;
    readonly fault: Fault;
    readonly at?: string;
    readonly tookEffect?: boolean;
    readonly message: RegExp;
    readonly retryAfterMs?: number;
  }[] = [
    { name: "500", fault: { kind: "answer", status: 500 }, message: /answers 500: read the provider's log/ },
    {
      name: "503 at the candidates",
      at: "POST /adjust",
      fault: { kind: "answer", status: 503 },
      message: /answers 503/,
    },
    {
      name: "429 with Retry-After",
      fault: { kind: "answer", status: 429, headers: { "retry-after": "7" } },
      message: /answers 429$/,
      retryAfterMs: 7_000,
    },
    { name: "a connection that is cut at once", fault: { kind: "refuse" }, message: /does not answer/ },
    {
      name: "no answer in time after the write took effect",
      fault: { kind: "swallow" },
      tookEffect: true,
      message: /no answer within 500 ms/,
    },
    {
      name: "a connection that is cut in the middle of the answer",
      fault: { kind: "cut" },
      tookEffect: true,
      message: /does not answer/,
    },
    {
      name: "200 in place of 204",
      fault: { kind: "answer", status: 200 },
      message: /answers 200 to a change, but the protocol requires 204/,
    },
    { name: "candidates that are cut in half", at: "POST /adjust", fault: { kind: "cut" }, message: /does not answer/ },
    {
      name: "candidates that are no JSON",
      at: "POST /adjust",
      fault: {
        kind: "answer",
        status: 200,
        headers: { "content-type": "application/external.dns.webhook+json;version=1" },
        body: "[{",
      },
      message: /answers \/adjustendpoints with data that is not part of the protocol/,
    },
  ];
  for (const [
    index,
    { name, fault, at = "POST /records", tookEffect = false, message, retryAfterMs },
  ] of passing.entries()) {
    it(`says so and goes on after ${name}`, async () => {
      await using proxy = await startFaultProxy({ upstream: webhook.url });
      const backend = webhookBackend({ url: proxy.url, http });
      const owner = `fault${index}.example.com`;
      const batch: BackendBatch = { changes: [{ before: undefined, after: recordSet(`${owner} 60 A 203.0.113.7`) }] };
      proxy.next(fault, at);
      const applied = await backend.apply(batch, SIGNAL);
      // Status 500 can be about the records, too.
      assert.equal(applied.kind, name === "500" ? "rejected" : "failed");
      const result = applied.kind === "rejected" ? (applied.outage ?? applied) : applied;
      assert.equal(result.kind, "failed");
      assert.match(result.kind === "failed" ? result.message : "", message);
      assert.equal(result.kind === "failed" ? result.retryAfterMs : 0, retryAfterMs);
      assert.equal((await standing(owner)).length, tookEffect ? 1 : 0);
      const again = await backend.apply(batch, SIGNAL);
      assert.equal(again.kind === "applied" && again.wrote, !tookEffect);
      assert.deepEqual(await standing(owner), ["203.0.113.7"]);
    });
  }

  it("believes no half of a list, and no list of another protocol", async () => {
    await using proxy = await startFaultProxy({ upstream: webhook.url });
    proxy.next({ kind: "cut" }, "GET /records");
    proxy.next({ kind: "cut" }, "GET /records"); // a read is tried twice
    assert.equal((await webhookBackend({ url: proxy.url, http }).read([], SIGNAL)).kind, "failed");
    proxy.next({ kind: "answer", status: 200, headers: { "content-type": "text/html" }, body: "[]" }, "GET /records");
    const read = await webhookBackend({ url: proxy.url, http }).read([], SIGNAL);
    assert.equal(read.kind === "refused" && read.reason, "NotSupported");
    assert.match(read.kind === "refused" ? read.message : "", /speaks "text\/html", not version 1/);
  });

  it("refuses another version", async () => {
    await using proxy = await startFaultProxy({ upstream: webhook.url });
    const headers = { "content-type": "application/external.dns.webhook+json;version=2" };
    proxy.next({ kind: "answer", status: 200, headers, body: "{}" }, "GET /");
    const read = await webhookBackend({ url: proxy.url, http }).read([], SIGNAL);
    assert.equal(read.kind === "refused" && read.reason, "NotSupported");
  });

  const refusals: readonly (readonly [number, string, RegExp])[] = [
    [401, "Unauthorized", /the protocol has no credentials/],
    [403, "Forbidden", /permit requests from dnsalias/],
    [404, "ZoneNotFound", /set url to an ExternalDNS webhook provider/],
    [400, "Rejected", /read the provider's log/],
    [308, "Rejected", /a redirect, which dnsalias does not follow/],
  ];
  for (const [status, reason, message] of refusals) {
    it(`refuses after ${status} until something is changed`, async () => {
      await using proxy = await startFaultProxy({ upstream: webhook.url });
      proxy.next({ kind: "answer", status });
      const read = await webhookBackend({ url: proxy.url, http }).read([], SIGNAL);
      assert.equal(read.kind === "refused" && read.reason, reason);
      assert.match(read.kind === "refused" ? read.message : "", message);
    });
  }

  it("negotiates once for many reads, and again after a failure", async () => {
    await using proxy = await startFaultProxy({ upstream: webhook.url });
    const backend = webhookBackend({ url: proxy.url, http });
    proxy.next({ kind: "answer", status: 500 });
    for (let round = 0; round < 4; round += 1) {
      await backend.read([], SIGNAL);
    }
    assert.equal(proxy.seen.filter(({ path }) => path === "/").length, 2);
  });

  it("ends at once when its signal aborts, in a wait too", async () => {
    const backend = webhookBackend({ url: webhook.url, http, domain: "elsewhere.example" });
    const after = recordSet("x.elsewhere.example 60 A 203.0.113.7");
    const applying = backend.apply({ changes: [{ before: undefined, after }] }, AbortSignal.timeout(200));
    await assert.rejects(applying, { name: /TimeoutError|AbortError/ });
  });
});
