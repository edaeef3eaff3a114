import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { baseZoneText } from "../lab/manifests.ts";
import { startBind } from "../support/bind.ts";
import type { ComponentName } from "../support/component.ts";
import { startCoreDns } from "../support/coredns.ts";
import type { DnsEndpoint } from "../support/dns-probe.ts";
import { startKnot } from "../support/knot.ts";
import { startPdns } from "../support/pdns.ts";

/** A name server of its own for some zones, and the provider of the DnsZones that are written there. */
export interface ZoneServer extends AsyncDisposable {
  readonly at: DnsEndpoint;
  /** `spec.provider` and `spec.servedBy` of the DnsZone of one of its domains. */
  readonly spec: (domain: string) => object;
}

export interface ServerKind {
  readonly name: string;
  readonly needs: readonly ComponentName[];
  /** `out` is the directory in which dnsalias, or a projected volume, has its zone files. */
  readonly start: (domains: readonly string[], out: string) => Promise<ZoneServer>;
}

/** The Secret that deploy/options/secrets names. */
export const API_KEY = { name: "dnsalias-powerdns", key: "api-key", text: "hand-over-key" };

export const SERVER_KINDS: readonly ServerKind[] = [
  {
    name: "BIND by rfc2136",
    needs: ["named", "named-checkconf"],
    async start(domains) {
      return rfc2136(await startBind({ zones: textsOf(domains), moreZone: "allow-update { any; };" }));
    },
  },
  {
    name: "Knot by rfc2136",
    needs: ["knotd", "knotc"],
    async start(domains) {
      const moreConfig = "acl:\n- id: any\n  address: 127.0.0.0/8\n  action: [transfer, update]\n";
      return rfc2136(await startKnot({ zones: textsOf(domains), moreConfig, moreZone: "  acl: any\n" }));
    },
  },
  {
    name: "PowerDNS by powerDNS",
    needs: ["pdns_server", "pdnsutil", "pdns_control", "sqlite3"],
    async start(domains) {
      const pdns = await startPdns({ zones: textsOf(domains), apiKey: API_KEY.text });
      const { name, key } = API_KEY;
      const provider = { powerDNS: { url: pdns.apiUrl, apiKeyRef: { name, key } } };
      const spec = { provider, servedBy: addressOf(pdns) };
      return { at: pdns, spec: () => spec, [Symbol.asyncDispose]: () => pdns[Symbol.asyncDispose]() };
    },
  },
  {
    name: "CoreDNS by zoneFile",
    needs: ["coredns"],
    async start(domains, out) {
      await mkdir(out, { recursive: true });
      const files = domains.map((domain) => domain.replaceAll(".", "\\.")).join("|");
      const auto = `auto ${domains.join(" ")} {\n directory ${out} (${files})\\.zone {1}\n reload 1s\n }`;
      const coredns = await startCoreDns({ corefile: `. {\n bind {$DNS_HOST}\n ${auto}\n}\n` });
      const spec = (domain: string): object => ({
        provider: { coreDNS: { zoneFile: { baseZone: { inline: baseZoneText(domain) } } } },
        servedBy: addressOf(coredns),
      });
      return { at: coredns, spec, [Symbol.asyncDispose]: () => coredns[Symbol.asyncDispose]() };
    },
  },
];

/** The directory of a controller in folder mode with this root. */
export function outOf(root: string): string {
  return join(root, "out");
}

function rfc2136(server: DnsEndpoint & AsyncDisposable): ZoneServer {
  const provider = { rfc2136: { servers: [{ address: server.host, port: server.port }] } };
  return { at: server, spec: () => ({ provider }), [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

function textsOf(domains: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(domains.map((domain) => [domain, baseZoneText(domain)]));
}

function addressOf({ host, port }: DnsEndpoint): object {
  return { addresses: [{ address: host, port }] };
}
