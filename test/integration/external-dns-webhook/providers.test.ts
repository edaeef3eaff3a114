import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { systemClock } from "../../../src/base/clock.ts";
import type { BackendApplyResult, BackendChange } from "../../../src/providers/backend.ts";
import { createHttpClient, type HttpClient } from "../../../src/transport/http-client.ts";
import { startBind } from "../../support/bind.ts";
import { skipWithout } from "../../support/component.ts";
import { answerData, dig } from "../../support/dig.ts";
import { startExternalDnsWebhook } from "../../support/external-dns-webhook.ts";
import { startFaultProxy } from "../../support/fault-proxy.ts";
import { startPdns } from "../../support/pdns.ts";
import { zoneText } from "../../support/zone-text.ts";
import { BIND_WITH_KEY, KEY, recordSet, webhookBackend, webhookHand } from "./lab.ts";

const SIGNAL = AbortSignal.timeout(120_000);
const ZONES = { "example.com": zoneText([]) };
const MEDIA_TYPE = { "content-type": "application/external.dns.webhook+json;version=1" };

describe(
  "ways of ExternalDNS's providers",
  { skip: skipWithout("external-dns-webhook", "named", "pdns_server", "sqlite3") },
  () => {
    let http: HttpClient;
    before(() => {
      http = createHttpClient({ clock: systemClock });
    });
    after(() => http[Symbol.asyncDispose]());

    it("sends one request for a batch, and reads back", async () => {
      await using webhook = await startExternalDnsWebhook({ zones: ["example.com"], provider: { kind: "inmemory" } });
      await using proxy = await startFaultProxy({ upstream: webhook.url });
      const changes = Array.from({ length: 100 }, (_, index) => create(`n${index}.example.com 60 A 203.0.113.7`));
      const result = await webhookBackend({ url: proxy.url, http }).apply({ changes }, SIGNAL);
      assert.equal(result.kind === "applied" && result.wrote, true);
      assert.deepEqual(
        proxy.seen.map(({ method, path }) => `${method} ${path}`),
        ["GET /", "GET /records", "POST /adjustendpoints", "POST /records", "GET /records"],
      );
    });

    it("says so when a provider drops what it does not serve (inmemory answers 204)", async () => {
      await using webhook = await startExternalDnsWebhook({ zones: ["example.com"], provider: { kind: "inmemory" } });
      const backend = webhookBackend({ url: webhook.url, http, domain: "example.org" });
      const result = await backend.apply({ changes: [create("x.example.org 60 A 203.0.113.7")] }, SIGNAL);
      assert.deepEqual(reasons(result), ["x.example.org. A NotKept"]);
      assert.match(
        result.kind === "rejected" ? result.message : "",
        /accepted x\.example\.org\. A but does not list it/,
      );
    });

    it("does not take evilexample.com for a part of example.com, though inmemory does", async () => {
      await using webhook = await startExternalDnsWebhook({ zones: ["example.com"], provider: { kind: "inmemory" } });
      const hand = webhookHand(webhook.url);
      await hand.put(recordSet("evilexample.com 60 A 203.0.113.66"));
      assert.equal((await hand.list()).length, 1);
      const read = await webhookBackend({ url: webhook.url, http }).read([], SIGNAL);
      assert.deepEqual(read, { kind: "ok", sets: [], complete: true });
    });

    it("says so when a provider cannot list (rfc2136 without AXFR)", async () => {
      await using bind = await startBind({ zones: ZONES, ...BIND_WITH_KEY });
      const { host, port } = bind;
      const provider = { kind: "rfc2136", host, port, key: KEY, axfr: false } as const;
      await using webhook = await startExternalDnsWebhook({ zones: ["example.com"], provider });
      const result = await webhookBackend({ url: webhook.url, http }).apply(
        { changes: [create("x.example.com 60 A 203.0.113.7")] },
        SIGNAL,
      );
      assert.deepEqual(reasons(result), ["x.example.com. A NotKept"]);
      assert.match(result.kind === "rejected" ? result.message : "", /rfc2136 requires --rfc2136-axfr/);
    });

    it("is content with the TTL that a provider makes of ours, also after a restart", async () => {
      await using bind = await startBind({ zones: ZONES, ...BIND_WITH_KEY });
      const { host, port } = bind;
      const provider = { kind: "rfc2136", host, port, key: KEY, minTtl: "300s" } as const;
      await using webhook = await startExternalDnsWebhook({ zones: ["example.com"], provider });
      const wanted = recordSet("x.example.com 60 A 203.0.113.7");
      const first = webhookBackend({ url: webhook.url, http });
      assert.equal((await first.apply({ changes: [{ before: undefined, after: wanted }] }, SIGNAL)).kind, "applied");
      assert.equal((await dig(bind, "x.example.com")).answer[0]?.ttl, 300);
      const shown = async (backend: typeof first): Promise<unknown> => {
        const read = await backend.read([], SIGNAL);
        return read.kind === "ok" && read.sets.find(({ name }) => name === wanted.name);
      };
      assert.deepEqual(await shown(first), wanted, "it counts as it was asked for");

      const second = webhookBackend({ url: webhook.url, http });
      const before = recordSet("x.example.com 300 A 203.0.113.7");
      assert.deepEqual(await shown(second), before);
      assert.equal((await second.apply({ changes: [{ before, after: wanted }] }, SIGNAL)).kind, "applied");
      assert.deepEqual(await shown(second), wanted, "after one more write it does so again");

      const elsewhere = recordSet("x.example.com 600 A 203.0.113.7");
      await webhookHand(webhook.url).put(elsewhere);
      assert.deepEqual(await shown(second), elsewhere, "and any other TTL is somebody's edit");
    });

    it("writes nothing after a restart where the provider says beforehand what it makes of a TTL", async () => {
      await using webhook = await startExternalDnsWebhook({ zones: ["example.com"], provider: { kind: "inmemory" } });
      await using proxy = await startFaultProxy({ upstream: webhook.url });
      const stands = recordSet("x.example.com 300 A 203.0.113.7");
      await webhookHand(webhook.url).put(stands);
      const body = JSON.stringify([
        { dnsName: "x.example.com", recordType: "A", targets: ["203.0.113.7"], recordTTL: 300 },
      ]);
      proxy.next({ kind: "answer", status: 200, headers: MEDIA_TYPE, body }, "POST /adjust");
      const backend = webhookBackend({ url: proxy.url, http });
      const after = { ...stands, ttl: 60 };
      const result = await backend.apply({ changes: [{ before: stands, after }] }, SIGNAL);
      assert.equal(result.kind === "applied" && result.wrote, false);
      assert.equal(
        proxy.seen.some(({ method, path }) => method === "POST" && path === "/records"),
        false,
      );
      const read = await backend.read([], SIGNAL);
      assert.deepEqual(read.kind === "ok" && read.sets, [after]);
    });

    it("names the zones of a provider that does not have ours", async () => {
      await using pdns = await startPdns({ apiKey: "k3y", zones: ZONES });
      const provider = { kind: "pdns", url: pdns.apiUrl, apiKey: "k3y" } as const;
      await using webhook = await startExternalDnsWebhook({ zones: ["example.com"], provider });
      const read = await webhookBackend({ url: webhook.url, http, domain: "evilexample.com" }).read([], SIGNAL);
      assert.equal(read.kind === "refused" && read.reason, "ZoneNotFound");
      assert.match(
        read.kind === "refused" ? read.message : "",
        /serves \.?example\.com, \.?example\.com, not evilexample\.com/,
      );
    });

    it("names what it leaves out: names outside of the filter, sets with a routing policy, and records that the provider does not take", async () => {
      await using webhook = await startExternalDnsWebhook({ zones: ["example.com"], provider: { kind: "inmemory" } });
      await using proxy = await startFaultProxy({ upstream: webhook.url });
      const weighted = {
        dnsName: "weighted.example.com",
        recordType: "A",
        targets: ["203.0.113.1"],
        recordTTL: 60,
        setIdentifier: "blue",
      };
      proxy.next({ kind: "answer", status: 200, headers: MEDIA_TYPE, body: '{"exclude":["in.example.com"]}' }, "GET /");
      proxy.next(
        { kind: "answer", status: 200, headers: MEDIA_TYPE, body: JSON.stringify([weighted]) },
        "GET /records",
      );
      const adjusted = [{ dnsName: "good.example.com", recordType: "A", targets: ["203.0.113.7"], recordTTL: 60 }];
      proxy.next({ kind: "answer", status: 200, headers: MEDIA_TYPE, body: JSON.stringify(adjusted) }, "POST /adjust");
      const result = await webhookBackend({ url: proxy.url, http }).apply(
        {
          changes: [
            create("bad.example.com 60 A 203.0.113.7"),
            create("good.example.com 60 A 203.0.113.7"),
            create("x.in.example.com 60 A 203.0.113.7"),
            {
              before: recordSet("weighted.example.com 60 A 203.0.113.1"),
              after: recordSet("weighted.example.com 60 A 203.0.113.7"),
            },
          ],
        },
        SIGNAL,
      );
      assert.deepEqual(reasons(result), [
        "x.in.example.com. A ZoneNotFound",
        "weighted.example.com. A Rejected",
        "bad.example.com. A Rejected",
      ]);
      assert.match(
        result.kind === "rejected" ? result.message : "",
        /^x\.in\.example\.com is outside the domain filter of the provider: widen/,
      );
      assert.deepEqual(await webhookHand(webhook.url).list(), [], "the caller sends the others without these");
    });

    it("points to the provider's log when its credentials are wrong", async () => {
      await using pdns = await startPdns({ apiKey: "k3y", zones: ZONES });
      const provider = { kind: "pdns", url: pdns.apiUrl, apiKey: "wr0ng" } as const;
      await using webhook = await startExternalDnsWebhook({ zones: ["example.com"], provider });
      const read = await webhookBackend({ url: webhook.url, http }).read([], SIGNAL);
      assert.equal(read.kind, "failed");
      assert.match(read.kind === "failed" ? read.message : "", /answers 500: read the provider's log/);
    });

    it("leaves a read-only server as it is, and points to the provider's log", async () => {
      await using bind = await startBind({ zones: ZONES, ...BIND_WITH_KEY, moreZone: "allow-update { none; };" });
      const { host, port } = bind;
      await using webhook = await startExternalDnsWebhook({
        zones: ["example.com"],
        provider: { kind: "rfc2136", host, port, key: KEY },
      });
      const result = await webhookBackend({ url: webhook.url, http }).apply(
        { changes: [create("x.example.com 60 A 203.0.113.7")] },
        SIGNAL,
      );
      assert.ok(result.kind === "rejected" && result.outage?.kind === "failed", JSON.stringify(result));
      assert.match(result.message, /answers 500: read the provider's log/);
      assert.deepEqual(answerData(await dig(bind, "x.example.com"), "A"), []);
    });
  },
);

function create(line: string): BackendChange {
  return { before: undefined, after: recordSet(line) };
}

/** "x.example.com. A NotKept" for each RRset that the result names. */
function reasons(result: BackendApplyResult): readonly string[] {
  const records = result.kind === "rejected" ? (result.records ?? []) : [];
  return records.map(({ name, type, reason }) => `${name} ${type} ${reason}`);
}
