import type { AliasSpec, AliasTarget, DnsAlias } from "../../src/api/dns-alias.ts";
import type { DnsZone, ZoneSpec } from "../../src/api/dns-zone.ts";
import type { ObjectMeta } from "../../src/api/meta.ts";
import { parseName, parseOwnerName, type Name } from "../../src/dns/name/name.ts";
import type { Family } from "../../src/dns/record.ts";
import type { TargetAnswer } from "../../src/plan/target-answer.ts";

/** Builders of objects for tests: what a test does not name is as an ordinary object has it. */

export function meta(key: string, more: Partial<ObjectMeta> = {}): ObjectMeta {
  const [namespace = "", name = ""] = key.split("/");
  return {
    namespace,
    name,
    uid: key,
    generation: 1,
    createdAt: 1_000,
    labels: {},
    annotations: {},
    finalizers: [],
    resourceVersion: "1",
    ...more,
  };
}

interface AliasParts {
  readonly hostnames?: readonly string[];
  readonly targets?: readonly (string | readonly string[])[];
  readonly spec?: Partial<AliasSpec>;
  readonly meta?: Partial<ObjectMeta>;
}

/** A target that is a text is a host name; a list is static addresses. */
export function alias(key: string, parts: AliasParts = {}): DnsAlias {
  return {
    kind: "DnsAlias",
    meta: meta(key, parts.meta),
    spec: {
      hostnames: (parts.hostnames ?? ["example.com"]).map(parseOwnerName),
      targets: (parts.targets ?? ["cdn.test"]).map((target) =>
        typeof target === "string" ? hostnameTarget(target) : { kind: "addresses", priority: 0, addresses: target },
      ),
      selection: "Merge",
      failback: { mode: "Automatic", afterMs: 300_000 },
      families: ["A", "AAAA"],
      onEmpty: "Keep",
      onStale: "Keep",
      onUnhealthy: "Keep",
      fallbackAddresses: [],
      maxStalenessMs: 86_400_000,
      allowPrivate: false,
      paused: false,
      httpsAlias: false,
      ...parts.spec,
    },
  };
}

export function hostnameTarget(hostname: string): AliasTarget {
  return { kind: "hostname", priority: 0, hostname: parseName(hostname) };
}

export function zone(
  key: string,
  domain: string,
  spec: Partial<ZoneSpec> = {},
  more: Partial<ObjectMeta> = {},
): DnsZone {
  return {
    kind: "DnsZone",
    meta: meta(key, more),
    spec: {
      domain: parseName(domain),
      allowedNamespaces: { from: "All" },
      tenants: { wildcards: "Allow", privateAddresses: "Deny" },
      provider: {
        kind: "coreDNSZoneFile",
        zoneFile: {
          configMap: { name: `dnsalias-${domain}`, key: `${domain}.zone` },
          base: { kind: "inline", text: "" },
        },
      },
      servedBy: { kind: "none" },
      policy: "Sync",
      conflict: "Refuse",
      deletionPolicy: "Retain",
      ttl: { min: 30, max: 300 },
      maxDeletePercent: 30,
      responder: { clientSubnet: false },
      ...spec,
    },
  };
}

/** A good answer with these addresses, unless the rest says otherwise. */
export function answer(
  target: string,
  family: Family,
  addresses: readonly string[],
  more: Partial<TargetAnswer> = {},
): TargetAnswer {
  const name: Name = parseName(target);
  return {
    key: { target: name, family, view: "v" },
    outcome: addresses.length > 0 ? { kind: "positive" } : { kind: "nodata" },
    since: 0,
    addresses,
    ttl: 60,
    chain: [name],
    lastSuccessAt: addresses.length > 0 ? 0 : undefined,
    emptySince: undefined,
    failingSince: undefined,
    rotating: false,
    refreshWaitMs: 70_000,
    ...more,
  };
}
