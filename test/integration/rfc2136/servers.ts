import { randomBytes } from "node:crypto";
import type { Rfc2136Spec } from "../../../src/api/dns-zone.ts";
import { parseName, type Name } from "../../../src/dns/name/name.ts";
import type { RecordBackend } from "../../../src/providers/backend.ts";
import { createRfc2136Backend } from "../../../src/providers/rfc2136/rfc2136.ts";
import { createExchange } from "../../../src/transport/client/exchange-by-protocol.ts";
import { createTransfer } from "../../../src/transport/client/zone-transfer.ts";
import type { AuthoritativeServer } from "../../support/authoritative.ts";
import { startBind } from "../../support/bind.ts";
import type { ComponentName } from "../../support/component.ts";
import type { DnsEndpoint } from "../../support/dns-probe.ts";
import { startKnot } from "../../support/knot.ts";
import type { ToolKey } from "../../support/nsupdate.ts";
import { startPdns } from "../../support/pdns.ts";
import { zoneText } from "../../support/zone-text.ts";

export const ZONE = "example.test";
export const DOMAIN = parseName(ZONE);

export type Algorithm = ToolKey["algorithm"];

export function newKey(algorithm: Algorithm, name = "update.example"): ToolKey {
  return { name, algorithm, secret: randomBytes(32).toString("base64") };
}

/** What a server lets the key, or without one any client from loopback, do. */
export interface Permission {
  readonly key?: ToolKey;
  readonly transfer?: boolean;
  readonly update?: boolean;
  /** More lines of the zone. */
  readonly records?: readonly string[];
  /** Not at `denied` of the zone, by the server's rules for single names; only with a key, and not of PowerDNS. */
  readonly deniesOne?: true;
}

export interface ServerKind {
  readonly name: string;
  readonly needs: readonly ComponentName[];
  start(permission: Permission): Promise<AuthoritativeServer>;
}

/** No MX and TXT at the apex, which the contract puts there itself. */
const RECORDS = ["www 300 A 192.0.2.80", "mail A 192.0.2.25", '@ CAA 0 issue "ca.example.net"'];

function zones({ records = [] }: Permission): Readonly<Record<string, string>> {
  return { [ZONE]: zoneText([...RECORDS, ...records]) };
}

export const BIND: ServerKind = {
  name: "BIND",
  needs: ["named", "named-checkconf", "nsupdate", "dig"],
  start: (permission) => {
    const { key, transfer = true, update = true, deniesOne } = permission;
    const who = key === undefined ? "127.0.0.0/8;" : `key "${key.name}";`;
    const allowUpdate = `allow-update { ${update ? who : "none;"} };`;
    return startBind({
      zones: zones(permission),
      moreConfig: key === undefined ? "" : bindKey(key),
      moreZone: `${deniesOne === true && key !== undefined ? policyOf(key) : allowUpdate} allow-transfer { ${transfer ? who : "none;"} };`,
    });
  },
};

function policyOf({ name }: ToolKey): string {
  return `update-policy { deny ${name} name denied.${ZONE} ANY; grant ${name} zonesub ANY; };`;
}

export function bindKey({ name, algorithm, secret }: ToolKey): string {
  return `key "${name}" { algorithm ${algorithm}; secret "${secret}"; };`;
}

export const KNOT: ServerKind = {
  name: "Knot",
  needs: ["knotd", "knotc", "nsupdate", "dig"],
  start: (permission) => {
    const { key, transfer = true, update = true, deniesOne } = permission;
    const owners = "  update-owner: name\n  update-owner-match: sub-or-equal\n  update-owner-name: [aa, mm, zz]";
    const actions = [...(transfer ? ["transfer"] : []), ...(update ? ["update"] : [])];
    const who = key === undefined ? "address: 127.0.0.0/8" : `key: ${key.name}`;
    return startKnot({
      zones: zones(permission),
      moreConfig: `${key === undefined ? "" : knotKey(key)}
acl:
- id: permitted
  ${who}
  action: [${actions.join(", ")}]
${deniesOne === true ? owners : ""}
`,
      moreZone: actions.length === 0 ? "" : "  acl: permitted\n",
    });
  },
};

export function knotKey({ name, algorithm, secret }: ToolKey): string {
  return `key:\n- id: ${name}\n  algorithm: ${algorithm}\n  secret: ${secret}`;
}

export const PDNS: ServerKind = {
  name: "PowerDNS",
  needs: ["pdns_server", "pdnsutil", "pdns_control", "sqlite3", "nsupdate", "dig"],
  start: (permission) => {
    const { key, transfer = true, update = true } = permission;
    return startPdns({
      zones: zones(permission),
      ...(key !== undefined && { tsigKeys: [key] }),
      metadata: {
        ...(update && key !== undefined && { "TSIG-ALLOW-DNSUPDATE": [key.name] }),
        ...(transfer && key !== undefined && { "TSIG-ALLOW-AXFR": [key.name] }),
      },
      moreConfig: `dnsupdate=${update ? "yes" : "no"}\n${transfer && key === undefined ? "" : "allow-axfr-ips=192.0.2.1\n"}`,
    });
  },
};

export const SERVERS: readonly ServerKind[] = [BIND, KNOT, PDNS];

export interface BackendOptions {
  readonly servers: readonly DnsEndpoint[];
  readonly key?: ToolKey;
  readonly read?: Rfc2136Spec["read"];
  /** Default: {@link DOMAIN}. */
  readonly domain?: Name;
  /** Cuts the backend's own time limits short. */
  readonly maxWaitMs?: number;
  /** Seconds that our clock is ahead. */
  readonly aheadSeconds?: number;
}

export interface OpenBackend extends AsyncDisposable {
  readonly backend: RecordBackend;
}

/** The backend over real sockets, with the real time. */
export function openBackend(options: BackendOptions): OpenBackend {
  const { servers, key, read = "AXFR", aheadSeconds = 0, domain = DOMAIN, maxWaitMs = Infinity } = options;
  const { exchange, [Symbol.asyncDispose]: close } = createExchange();
  const backend = createRfc2136Backend({
    spec: {
      servers: servers.map(({ host, port }) => ({ address: host, port })),
      read,
      ...(key !== undefined && {
        tsig: { keyName: parseName(key.name), algorithm: key.algorithm, secretRef: { name: "tsig", key: "secret" } },
      }),
    },
    domain,
    secret: key && (async () => ({ kind: "ok", text: key.secret })),
    exchange: (server, request, signal) =>
      exchange(server, { ...request, timeoutMs: Math.min(request.timeoutMs, maxWaitMs) }, signal),
    transfer: createTransfer(),
    clock: { now: () => Date.now() + aheadSeconds * 1_000 },
    randomBytes,
  });
  return { backend, [Symbol.asyncDispose]: () => close() };
}
