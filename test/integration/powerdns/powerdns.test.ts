import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { systemClock } from "../../../src/base/clock.ts";
import { createHttpClient, type HttpClient } from "../../../src/transport/http-client.ts";
import { skipWithout } from "../../support/component.ts";
import { answerData, dig } from "../../support/dig.ts";
import { startFaultProxy } from "../../support/fault-proxy.ts";
import { startPdns, type Pdns } from "../../support/pdns.ts";
import { makeCertificate } from "../resolver/certificate.ts";
import { API_KEY, keyOf, powerDNSBackend, recordSet, ZONE_TEXT } from "./lab.ts";

const SIGNAL = AbortSignal.timeout(120_000);

describe("PowerDNS by its HTTP API", { skip: skipWithout("pdns_server", "sqlite3", "openssl") }, () => {
  let pdns: Pdns;
  let http: HttpClient;
  before(async () => {
    pdns = await startPdns({
      apiKey: API_KEY,
      zones: { "example.com": ZONE_TEXT, "other.example": ZONE_TEXT.replaceAll("example.com", "other.example") },
    });
    http = createHttpClient({ clock: systemClock, timeoutMs: 2_000 });
  });
  after(async () => {
    await http[Symbol.asyncDispose]();
    await pdns[Symbol.asyncDispose]();
  });

  const served = async (name: string, type: string): Promise<readonly string[]> =>
    answerData(await dig(pdns, name, type), type);

  it("reads the zone in canonical text, without the types that are nobody's business", async () => {
    const read = await powerDNSBackend({ url: pdns.apiUrl, http, domain: "other.example" }).read([], SIGNAL);
    assert.deepEqual(read, {
      kind: "ok",
      complete: true,
      delegations: [],
      serial: 7,
      sets: [
        recordSet("mail.other.example 3600 A 192.0.2.25"),
        recordSet("ns1.other.example 3600 A 192.0.2.53"),
        { ...recordSet("other.example 3600 TXT"), data: ['"v=spf1 -all" "b;\\"c\\200"'] },
        recordSet("www.other.example 3600 CNAME mail.other.example."),
      ],
    });
  });

  it("creates, changes, and deletes in one request, raises the serial, and leaves the rest alone", async () => {
    await using proxy = await startFaultProxy({ upstream: pdns.apiUrl });
    const backend = powerDNSBackend({ url: proxy.url, http });
    const apex = recordSet("example.com 60 A 203.0.113.7 203.0.113.8");
    const marker = { ...recordSet("_dnsalias.example.com 300 TXT"), data: ['"heritage=dnsalias,owner=a b;c"'] };
    const created = await backend.apply(
      {
        changes: [
          { before: undefined, after: marker },
          { before: undefined, after: apex },
        ],
      },
      SIGNAL,
    );
    assert.equal(created.kind === "applied" && created.wrote, true);
    assert.deepEqual(
      proxy.seen.map(({ method }) => method),
      ["GET", "PATCH"],
    );
    assert.deepEqual(await served("example.com", "A"), ["203.0.113.7", "203.0.113.8"]);

    const moved = recordSet("example.com 30 A 203.0.113.9");
    const aaaa = recordSet("*.example.com 60 AAAA 2001:db8::1");
    const changed = await backend.apply(
      {
        changes: [
          { before: undefined, after: aaaa },
          { before: apex, after: moved },
          { before: marker, after: undefined },
        ],
      },
      SIGNAL,
    );
    assert.equal(changed.kind, "applied");
    const read = await backend.read([], SIGNAL);
    assert.deepEqual(
      read.kind === "ok" &&
        read.sets.filter(({ type }) => type !== "CNAME").map(({ name, type, ttl }) => `${name} ${type} ${ttl}`),
      [
        "*.example.com. AAAA 60",
        "example.com. A 30",
        "example.com. TXT 3600",
        "mail.example.com. A 3600",
        "ns1.example.com. A 3600",
      ],
    );
    assert.ok(
      read.kind === "ok" && (read.serial ?? 0) > 1_700_000_000,
      "the serial is raised, as SOA-EDIT-API is empty",
    );
    assert.deepEqual(await served("example.com", "MX"), ["10 mail.example.com."]);
  });

  it("leaves the serial to the server where it raises it by itself", async () => {
    await pdns.util("set-meta", "other.example", "SOA-EDIT-API", "INCREASE");
    const backend = powerDNSBackend({ url: pdns.apiUrl, http, domain: "other.example" });
    const after = recordSet("inc.other.example 60 A 203.0.113.7");
    assert.equal((await backend.apply({ changes: [{ before: undefined, after }] }, SIGNAL)).kind, "applied");
    const read = await backend.read([], SIGNAL);
    assert.equal(read.kind === "ok" && read.serial, 8);
  });

  it("does nothing twice", async () => {
    await using proxy = await startFaultProxy({ upstream: pdns.apiUrl });
    const backend = powerDNSBackend({ url: proxy.url, http });
    const batch = { changes: [{ before: undefined, after: recordSet("twice.example.com 60 A 203.0.113.7") }] };
    await backend.apply(batch, SIGNAL);
    const again = await backend.apply(batch, SIGNAL);
    assert.equal(again.kind === "applied" && again.wrote, false);
    assert.deepEqual(
      proxy.seen.map(({ method }) => method),
      ["GET", "PATCH", "GET"],
    );
  });

  it("never writes over what someone else wrote since it was read", async () => {
    const backend = powerDNSBackend({ url: pdns.apiUrl, http });
    const other = recordSet("race.example.com 60 A 198.51.100.1");
    await backend.apply({ changes: [{ before: undefined, after: other }] }, SIGNAL);
    const ours = recordSet("race.example.com 60 A 203.0.113.7");
    const beside = recordSet("beside.example.com 60 A 203.0.113.7");
    const result = await backend.apply(
      {
        changes: [
          { before: undefined, after: beside },
          { before: undefined, after: ours },
        ],
      },
      SIGNAL,
    );
    assert.equal(result.kind, "conflict");
    assert.deepEqual(await served("race.example.com", "A"), ["198.51.100.1"]);
    assert.deepEqual(await served("beside.example.com", "A"), []);
  });

  it("carries out all of a batch or nothing", async () => {
    const backend = powerDNSBackend({ url: pdns.apiUrl, http });
    const result = await backend.apply(
      {
        changes: [
          { before: undefined, after: recordSet("whole.example.com 60 A 203.0.113.7") },
          { before: undefined, after: recordSet("www.example.com 60 A 203.0.113.7") },
        ],
      },
      SIGNAL,
    );
    assert.deepEqual(result, {
      kind: "rejected",
      message: `PowerDNS at ${pdns.apiUrl} answers 422 (RRset www.example.com. IN A: Conflicts with pre-existing RRset): read its message about the record, and remove the cause`,
    });
    assert.deepEqual(await served("whole.example.com", "A"), []);
  });

  it("shows an ALIAS as what holds the name, and takes it away with the CNAME that it was shown as", async () => {
    await pdns.util("add-record", "example.com", "ali", "ALIAS", "60", "mail.example.com.");
    const backend = powerDNSBackend({ url: pdns.apiUrl, http });
    const shown = recordSet("ali.example.com 60 CNAME mail.example.com.");
    const read = await backend.read([], SIGNAL);
    assert.deepEqual(read.kind === "ok" && read.sets.filter(({ name }) => name.startsWith("ali.")), [shown]);
    const after = recordSet("ali.example.com 60 A 203.0.113.7");
    await backend.apply(
      {
        changes: [
          { before: undefined, after },
          { before: shown, after: undefined },
        ],
      },
      SIGNAL,
    );
    const again = await backend.read([], SIGNAL);
    assert.deepEqual(again.kind === "ok" && again.sets.filter(({ name }) => name.startsWith("ali.")), [after]);
  });

  it("leaves out a disabled record beside enabled ones, and shows a set that is parked", async () => {
    const disabled = (name: string, address: string): Promise<unknown> =>
      fetch(`${pdns.apiUrl}/api/v1/servers/localhost/zones/example.com.`, {
        method: "PATCH",
        headers: { "x-api-key": API_KEY },
        body: JSON.stringify({
          rrsets: [
            {
              name,
              type: "A",
              ttl: 60,
              changetype: "REPLACE",
              records: [
                { content: address, disabled: true },
                ...(name.startsWith("part") ? [{ content: "192.0.2.2", disabled: false }] : []),
              ],
            },
          ],
        }),
      });
    await disabled("part.example.com.", "192.0.2.1");
    await disabled("parked.example.com.", "192.0.2.1");
    const read = await powerDNSBackend({ url: pdns.apiUrl, http }).read([], SIGNAL);
    assert.deepEqual(read.kind === "ok" && read.sets.filter(({ name }) => name.startsWith("par")), [
      recordSet("parked.example.com 60 A 192.0.2.1"),
      recordSet("part.example.com 60 A 192.0.2.2"),
    ]);
  });

  it("speaks TLS with a private authority", async () => {
    await using certificate = await makeCertificate("IP:127.0.0.1");
    const tls = { key: await readFile(certificate.keyFile, "utf8"), cert: certificate.pem };
    await using proxy = await startFaultProxy({ upstream: pdns.apiUrl, tls });
    const trusting = powerDNSBackend({ url: proxy.url, http, spec: { caBundle: certificate.pem } });
    assert.equal((await trusting.read([], SIGNAL)).kind, "ok");
    const result = await powerDNSBackend({ url: proxy.url, http }).read([], SIGNAL);
    assert.equal(result.kind, "failed");
    assert.match(result.kind === "failed" ? result.message : "", /certificate.*set caBundle/);
  });

  it("asks for the key anew each time", async () => {
    let key = "old";
    const backend = powerDNSBackend({ url: pdns.apiUrl, http, apiKey: (signal) => keyOf(key)(signal) });
    assert.equal((await backend.read([], SIGNAL)).kind, "refused");
    key = API_KEY;
    assert.equal((await backend.read([], SIGNAL)).kind, "ok");
  });
});
