import assert from "node:assert/strict";
import type { DnsZone, OverlaySpec, ProviderSpec, ZoneFileSpec } from "../../src/api/dns-zone.ts";
import { addressSet, familyOf } from "../../src/dns/address/address.ts";
import { httpsAliasData } from "../../src/dns/rdata/type/https-alias.ts";
import { parseName, parseOwnerName } from "../../src/dns/name/name.ts";
import { ALIAS_TYPES, type AliasType } from "../../src/dns/record.ts";
import type { ActualRRset, DesiredRRset, Write } from "../../src/plan/change.ts";
import type { ActualZone, ApplyResult, ZoneProvider } from "../../src/providers/provider.ts";

/** A DnsZone with the defaults of the schema. */
export function labZone(domain: string, provider: ProviderSpec, name = "zone"): DnsZone {
  return {
    kind: "DnsZone",
    meta: {
      namespace: "dns-system",
      name,
      uid: name,
      generation: 1,
      createdAt: 0,
      labels: {},
      annotations: {},
      finalizers: [],
      resourceVersion: "1",
    },
    spec: {
      domain: parseName(domain),
      allowedNamespaces: { from: "Same" },
      tenants: { wildcards: "Allow", privateAddresses: "Deny" },
      provider,
      servedBy: { kind: "none" },
      policy: "Sync",
      conflict: "Refuse",
      deletionPolicy: "Retain",
      ttl: { min: 30, max: 300 },
      maxDeletePercent: 30,
      responder: { clientSubnet: false },
    },
  };
}

export function zoneFileSpec(spec: Partial<ZoneFileSpec> = {}): ProviderSpec {
  const zoneFile: ZoneFileSpec = {
    configMap: { name: "zones", key: "example.com.zone" },
    base: { kind: "inline", text: "" },
    ...spec,
  };
  return { kind: "coreDNSZoneFile", zoneFile };
}

export function overlaySpec(spec: Partial<OverlaySpec> = {}): ProviderSpec {
  const configMap = { namespace: "kube-system", name: "coredns", key: "Corefile" };
  return {
    kind: "coreDNSOverlay",
    overlay: { configMap, maxNames: 500, ...spec },
  };
}

/** Wanted sets from lines such as `example.com 60 192.0.2.1 2001:db8::1 https=lb.example.net`. */
export function wantedSets(...lines: readonly string[]): readonly DesiredRRset[] {
  return lines.flatMap((line) => {
    const [name = "", ttl = "", ...words] = line.split(/\s+/);
    const dataOf = (type: AliasType): readonly string[] =>
      type === "HTTPS"
        ? words.filter(isHttps).map((word) => httpsAliasData(parseName(word.slice(HTTPS_WORD.length))))
        : addressSet(words.filter((word) => !isHttps(word) && familyOf(word) === type));
    return ALIAS_TYPES.flatMap((type) => {
      const data = dataOf(type);
      return data.length === 0
        ? []
        : [{ name: parseOwnerName(name), type, ttl: Number(ttl), data, resources: ["web/shop"] }];
    });
  });
}

const HTTPS_WORD = "https=";

function isHttps(word: string): boolean {
  return word.startsWith(HTTPS_WORD);
}

/** The sets as lines, sorted, the owner in front: `me example.com. A 60 192.0.2.1`. */
export function setLines(sets: readonly ActualRRset[]): readonly string[] {
  return sets
    .map(({ name, type, ttl, data, owner }) => `${owner ?? "-"} ${name} ${type} ${ttl} ${data.join(" ")}`.trim())
    .sort();
}

/** Reads, or fails the test with what was refused. */
export async function readZone(provider: ZoneProvider, names: readonly string[] = []): Promise<ActualZone> {
  const read = await provider.read(names.map(parseOwnerName), NEVER);
  assert.ok(read.kind === "ok", JSON.stringify(read));
  return read.zone;
}

/** Makes the provider's own sets what the lines say, as a controller would; the names' other sets are left to their owners. */
export async function converge(provider: ZoneProvider, ...lines: readonly string[]): Promise<ApplyResult> {
  const wanted = wantedSets(...lines);
  const zone = await readZone(provider, [...new Set(wanted.map(({ name }) => name))]);
  return provider.apply({ zone, writes: writesBetween(zone.sets, wanted) }, NEVER);
}

export const NEVER: AbortSignal = new AbortController().signal;

function writesBetween(actual: readonly ActualRRset[], wanted: readonly DesiredRRset[]): readonly Write[] {
  const before = new Map(actual.map((set) => [`${set.name} ${set.type}`, set]));
  const after = new Map(wanted.map((set) => [`${set.name} ${set.type}`, set]));
  const writes: Write[] = [];
  for (const [key, set] of after) {
    const old = before.get(key);
    if (old === undefined) {
      writes.push({ kind: "create", after: set });
    } else if (old.owner !== undefined && (old.ttl !== set.ttl || old.data.join() !== set.data.join())) {
      writes.push({ kind: "update", before: old, after: set });
    }
  }
  for (const [key, set] of before) {
    if (!after.has(key) && set.owner !== undefined) {
      writes.push({ kind: "delete", before: set });
    }
  }
  return writes;
}
