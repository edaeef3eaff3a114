import { systemClock } from "../../../src/base/clock.ts";
import type { PowerDNSSpec } from "../../../src/api/dns-zone.ts";
import { parseName, parseOwnerName } from "../../../src/dns/name/name.ts";
import type { RRset } from "../../../src/dns/record.ts";
import type { RecordBackend, SecretText } from "../../../src/providers/backend.ts";
import { createPowerDNSBackend } from "../../../src/providers/powerdns/powerdns.ts";
import type { HttpClient } from "../../../src/transport/http-client.ts";
import { tlsOf } from "../../support/tls-source.ts";

export const ZONE = parseName("example.com");
export const API_KEY = "k3y-that-nobody-may-see";
export const ZONE_TEXT = `$ORIGIN example.com.
$TTL 3600
@ IN SOA ns1 hostmaster 7 7200 900 1209600 300
@ IN NS ns1
@ IN MX 10 mail
@ IN TXT "v=spf1 -all" "b;\\"c\\200"
ns1 IN A 192.0.2.53
mail IN A 192.0.2.25
WWW IN CNAME mail
`;

export interface BackendOptions {
  readonly url: string;
  readonly http: HttpClient;
  readonly apiKey?: SecretText;
  readonly spec?: Partial<PowerDNSSpec>;
  readonly domain?: string;
}

export function powerDNSBackend({ url, http, apiKey, spec, domain }: BackendOptions): RecordBackend {
  return createPowerDNSBackend({
    spec: { url, serverId: "localhost", apiKeyRef: { name: "pdns", key: "api-key" }, ...spec },
    domain: domain === undefined ? ZONE : parseName(domain),
    apiKey: apiKey ?? keyOf(API_KEY),
    tls: tlsOf(spec),
    http,
    clock: systemClock,
  });
}

export function keyOf(text: string): SecretText {
  return () => Promise.resolve({ kind: "ok", text });
}

/** "x.example.com 60 A 192.0.2.1 192.0.2.2". */
export function recordSet(line: string): RRset {
  const [name = "", ttl = "", type = "", ...data] = line.split(" ");
  return { name: parseOwnerName(name), ttl: Number(ttl), type, data };
}
