import assert from "node:assert/strict";
import { test } from "node:test";
import type { AliasSpec } from "../../../../src/api/dns-alias.ts";
import {
  servedAlias,
  servedBase,
  type ServedBase,
  servedSerial,
  withServedSerial,
} from "../../../../src/controller/responder/served-base.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import { parseZoneFile } from "../../../../src/dns/zone-file/parse-zone-file.ts";
import { alias, zone } from "../../../support/objects.ts";

const DOMAIN = parseName("example.com");
const ZONE = zone("dns/com", "example.com");

function baseOf(...lines: readonly string[]): ServedBase {
  const text = ["$TTL 300", "@ SOA ns1 host 7 3600 600 86400 60", "@ NS ns1", "ns1 A 192.0.2.53", ...lines, ""].join(
    "\n",
  );
  const parsed = parseZoneFile(text, DOMAIN);
  assert.ok(parsed.kind === "ok", JSON.stringify(parsed));
  return servedBase(DOMAIN, parsed.records);
}

/** The alias as it is served at `name.example.com`, of aliases with these specs. */
function served(base: ServedBase, label: string, ...specs: readonly Partial<AliasSpec>[]) {
  const winners = (specs.length === 0 ? [{}] : specs).map((spec, index) => alias(`web/a${index}`, { spec }));
  return servedAlias(
    ZONE,
    base,
    parseName(label === "" ? "example.com" : `${label}.example.com`),
    {
      winners,
      losers: [],
    },
    0,
  );
}

test("records of the base zone come before an alias: addresses, a CNAME, a delegation, and a DNAME above", () => {
  const base = baseOf(
    "a A 192.0.2.1",
    "c CNAME elsewhere.example.",
    "sub NS ns.elsewhere.example.",
    "d DNAME elsewhere.example.",
    "t TXT text",
  );
  const hidden = ["a", "c", "sub", "x.sub", "x.d"];
  const open = ["t", "d", "x.a", "other", ""];
  assert.deepEqual(
    [...hidden, ...open].filter((label) => served(base, label) === undefined),
    hidden,
  );
});

test("a host that the zone points to isn't served for another namespace", () => {
  const base = baseOf("@ MX 10 mail");
  assert.equal(served(base, "mail"), undefined);
  const own = zone("web/com", "example.com");
  const winners = [alias("web/a")];
  assert.notEqual(servedAlias(own, base, parseName("mail.example.com"), { winners, losers: [] }, 0), undefined);
});

test("a name without an alias isn't served", () => {
  assert.equal(servedAlias(ZONE, baseOf(), DOMAIN, { winners: [], losers: [] }, 0), undefined);
});

test("the families of all aliases are served, with the least of their TTLs", () => {
  const got = served(
    baseOf(),
    "www",
    { families: ["A"], ttl: { min: 30, max: 200 } },
    { families: ["AAAA"], ttl: { min: 30, max: 100 } },
  );
  assert.deepEqual(got, { name: "www.example.com.", families: ["A", "AAAA"], maxTtl: 100 });
  assert.deepEqual(served(baseOf(), "www", { families: ["AAAA"] })?.families, ["AAAA"]);
  assert.deepEqual(served(baseOf(), "www", { families: ["AAAA"], paused: true })?.families, ["A", "AAAA"]);
});

test("an HTTPS record of one alias is served where the base zone has none", () => {
  const https = { httpsAlias: true };
  assert.equal(served(baseOf(), "www", https)?.httpsTarget, "cdn.test.");
  assert.equal(served(baseOf("www HTTPS 1 . alpn=h2"), "www", https)?.httpsTarget, undefined);
  assert.equal(served(baseOf(), "www", https, {})?.httpsTarget, undefined);
  assert.equal(served(baseOf(), "www", {})?.httpsTarget, undefined);
});

test("a serial follows the last one, that of the base zone, and the time", () => {
  const base = baseOf();
  assert.equal(servedSerial(base, undefined, 100), 100);
  assert.equal(servedSerial(base, 150, 100), 151);
  assert.equal(servedSerial(base, undefined, 3), 8);
  assert.equal(servedSerial(base, 5, 3), 8);
  const soa = withServedSerial(base, 42).find(({ type }) => type === "SOA");
  assert.deepEqual(soa?.data, ["ns1.example.com. host.example.com. 42 3600 600 86400 60"]);
  assert.equal(withServedSerial(base, 42).length, base.records.length);
});

test("an alias with a pin has no HTTPS record until the end of the pin", () => {
  const pin = { "dnsalias.io/pin": "11.0.0.7 until 1970-01-01T00:01:00Z" };
  const shop = alias("web/shop", { spec: { httpsAlias: true }, meta: { annotations: pin } });
  const targetAt = (now: number) =>
    servedAlias(ZONE, baseOf(), parseName("shop.example.com"), { winners: [shop], losers: [] }, now)?.httpsTarget;
  assert.deepEqual([targetAt(59_000), targetAt(60_000)], [undefined, "cdn.test."]);
});
