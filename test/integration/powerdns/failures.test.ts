import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { systemClock } from "../../../src/base/clock.ts";
import type { BackendBatch } from "../../../src/providers/backend.ts";
import { createHttpClient, type HttpClient } from "../../../src/transport/http-client.ts";
import { skipWithout } from "../../support/component.ts";
import { answerData, dig } from "../../support/dig.ts";
import { startFaultProxy, type Fault } from "../../support/fault-proxy.ts";
import { startPdns, type Pdns } from "../../support/pdns.ts";
import { API_KEY, keyOf, powerDNSBackend, recordSet, ZONE_TEXT } from "./lab.ts";

const SIGNAL = AbortSignal.timeout(120_000);

describe("PowerDNS when things break", { skip: skipWithout("pdns_server", "sqlite3") }, () => {
  let pdns: Pdns;
  let http: HttpClient;
  before(async () => {
    pdns = await startPdns({ apiKey: API_KEY, zones: { "example.com": ZONE_TEXT } });
    http = createHttpClient({ clock: systemClock, timeoutMs: 500 });
  });
  after(async () => {
    await http[Symbol.asyncDispose]();
    await pdns[Symbol.asyncDispose]();
  });

  const passing: readonly {
    readonly name: string;
    readonly fault: Fault;
    /** The write took effect although no answer told so. */
    readonly tookEffect: boolean;
    readonly message: RegExp;
    readonly retryAfterMs?: number;
  }[] = [
    {
      name: "500",
      fault: { kind: "answer", status: 500, body: '{"error":"Internal Server Error"}' },
      tookEffect: false,
      message: /answers 500 \(Internal Server Error\)$/,
    },
    {
      name: "502 with a page of HTML",
      fault: {
        kind: "answer",
        status: 502,
        headers: { "content-type": "text/html" },
        body: "<html>bad gateway</html>",
      },
      tookEffect: false,
      message: /answers 502$/,
    },
    {
      name: "429 with Retry-After",
      fault: { kind: "answer", status: 429, headers: { "retry-after": "7" }, body: "slow down" },
      tookEffect: false,
      message: /answers 429 \(slow down\)$/,
      retryAfterMs: 7_000,
    },
    {
      name: "a connection that is cut at once",
      fault: { kind: "refuse" },
      tookEffect: false,
      message: /does not answer/,
    },
    {
      name: "no answer in time after the write took effect",
      fault: { kind: "swallow" },
      tookEffect: true,
      message: /does not answer: no answer within 500 ms/,
    },
    {
      name: "a connection that is cut in the middle of the answer to a write",
      fault: { kind: "cut" },
      tookEffect: true,
      message: /does not answer/,
    },
  ];
  for (const [index, { name, fault, tookEffect, message, retryAfterMs }] of passing.entries()) {
    it(`says so and goes on after ${name}`, async () => {
      await using proxy = await startFaultProxy({ upstream: pdns.apiUrl });
      const backend = powerDNSBackend({ url: proxy.url, http });
      const owner = `fault${index}.example.com`;
      const batch: BackendBatch = { changes: [{ before: undefined, after: recordSet(`${owner} 60 A 203.0.113.7`) }] };
      proxy.next(fault, "PATCH");
      const applied = await backend.apply(batch, SIGNAL);
      // Status 500 can be about the records, too.
      assert.equal(applied.kind, name === "500" ? "rejected" : "failed");
      const result = applied.kind === "rejected" ? (applied.outage ?? applied) : applied;
      assert.equal(result.kind, "failed");
      assert.match(result.kind === "failed" ? result.message : "", message);
      assert.equal(result.kind === "failed" ? result.retryAfterMs : 0, retryAfterMs);
      assert.equal(answerData(await dig(pdns, owner), "A").length, tookEffect ? 1 : 0);
      const again = await backend.apply(batch, SIGNAL);
      assert.equal(again.kind === "applied" && again.wrote, !tookEffect);
      assert.deepEqual(answerData(await dig(pdns, owner), "A"), ["203.0.113.7"]);
    });
  }

  it("believes no half of a zone", async () => {
    await using proxy = await startFaultProxy({ upstream: pdns.apiUrl });
    proxy.next({ kind: "cut" });
    proxy.next({ kind: "cut" }); // a read is tried twice
    const read = await powerDNSBackend({ url: proxy.url, http }).read([], SIGNAL);
    assert.equal(read.kind, "failed");
  });

  it("believes no answer that is no zone", async () => {
    await using proxy = await startFaultProxy({ upstream: pdns.apiUrl });
    for (const body of ["", "null", "[]", "{}", '{"kind":"Native"}', "<html>", '{"kind":"Native","rrsets":{}}']) {
      proxy.next({ kind: "answer", status: 200, body });
      const read = await powerDNSBackend({ url: proxy.url, http }).read([], SIGNAL);
      assert.equal(read.kind, "failed", body);
      assert.match(read.kind === "failed" ? read.message : "", /is not a zone: check that url/);
    }
  });

  it("names the Secret when the key is wrong, and never the key", async () => {
    const backend = powerDNSBackend({ url: pdns.apiUrl, http, apiKey: keyOf("wr0ng-key") });
    for (const result of [await backend.read([], SIGNAL), await backend.apply({ changes: [] }, SIGNAL)]) {
      assert.deepEqual(result, {
        kind: "refused",
        reason: "Unauthorized",
        message: `PowerDNS at ${pdns.apiUrl} answers 401 (Unauthorized): correct the key "api-key" of the Secret "pdns": it must equal api-key in pdns.conf`,
      });
    }
  });

  it("takes the key out of what a server says", async () => {
    await using proxy = await startFaultProxy({ upstream: pdns.apiUrl });
    proxy.next({ kind: "answer", status: 400, body: `{"error":"bad header x-api-key: ${API_KEY}"}` });
    const result = await powerDNSBackend({ url: proxy.url, http }).read([], SIGNAL);
    assert.match(JSON.stringify(result), /bad header x-api-key: \*\*\*/);
    assert.doesNotMatch(JSON.stringify(result), new RegExp(API_KEY));
  });

  const refusals: readonly (readonly [string, Fault & { readonly kind: "answer" }, string, RegExp])[] = [
    ["403", { kind: "answer", status: 403 }, "Forbidden", /allow this address in webserver-allow-from/],
    [
      "a redirect",
      { kind: "answer", status: 308, headers: { location: "/x" } },
      "Rejected",
      /set url to the target of the redirect/,
    ],
    ["409", { kind: "answer", status: 409, body: '{"error":"Conflict"}' }, "Rejected", /\(Conflict\)/],
    [
      "a read-only database",
      { kind: "answer", status: 500, body: '{"error":"attempt to write a readonly database"}' },
      "ReadOnly",
      /permit the server to write/,
    ],
  ];
  for (const [name, fault, reason, message] of refusals) {
    it(`refuses after ${name} until something is changed`, async () => {
      await using proxy = await startFaultProxy({ upstream: pdns.apiUrl });
      proxy.next(fault);
      const result = await powerDNSBackend({ url: proxy.url, http }).read([], SIGNAL);
      assert.equal(result.kind === "refused" && result.reason, reason);
      assert.match(result.kind === "refused" ? result.message : "", message);
    });
  }

  it("says which zone is not there", async () => {
    const result = await powerDNSBackend({ url: pdns.apiUrl, http, domain: "nowhere.example" }).read([], SIGNAL);
    assert.equal(result.kind === "refused" && result.reason, "ZoneNotFound");
    assert.match(
      result.kind === "refused" ? result.message : "",
      /create the zone nowhere\.example there, or correct url, serverId/,
    );
  });

  it("does not write to a secondary", async () => {
    await pdns.util("set-kind", "example.com", "slave");
    const backend = powerDNSBackend({ url: pdns.apiUrl, http });
    assert.equal((await backend.read([], SIGNAL)).kind, "ok");
    const after = recordSet("secondary.example.com 60 A 203.0.113.7");
    const result = await backend.apply({ changes: [{ before: undefined, after }] }, SIGNAL);
    await pdns.util("set-kind", "example.com", "native");
    assert.equal(result.kind === "refused" && result.reason, "ReadOnly");
    assert.match(result.kind === "refused" ? result.message : "", /of kind slave .* set url to the primary/);
  });

  it("says that the Secret is missing without asking the server", async () => {
    await using proxy = await startFaultProxy({ upstream: pdns.apiUrl });
    const apiKey = () =>
      Promise.resolve({
        kind: "refused" as const,
        reason: "SecretMissing" as const,
        message: 'there is no Secret "pdns"',
      });
    const result = await powerDNSBackend({ url: proxy.url, http, apiKey }).read([], SIGNAL);
    assert.deepEqual(result, { kind: "refused", reason: "SecretMissing", message: 'there is no Secret "pdns"' });
    assert.equal(proxy.seen.length, 0);
  });

  it("takes a key with a line break at its end, and says what cannot be a key", async () => {
    const read = async (key: string): Promise<unknown> =>
      powerDNSBackend({ url: pdns.apiUrl, http, apiKey: keyOf(key) }).read([], SIGNAL);
    assert.equal(JSON.stringify(await read(`${API_KEY}\n`)).startsWith('{"kind":"ok"'), true);
    for (const key of ["", " \n", "two\nlines", "schlüssel"]) {
      assert.deepEqual(await read(key), {
        kind: "refused",
        reason: "SecretInvalid",
        message:
          'the key "api-key" of the Secret "pdns" is not a valid API key: it is empty, or has characters that HTTP headers do not allow',
      });
    }
  });

  it("ends at once when its signal aborts", async () => {
    await using proxy = await startFaultProxy({ upstream: pdns.apiUrl });
    proxy.next({ kind: "swallow" });
    const signal = AbortSignal.timeout(50);
    await assert.rejects(powerDNSBackend({ url: proxy.url, http }).read([], signal), { name: "TimeoutError" });
  });
});
