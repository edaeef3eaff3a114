import type { DnsZone } from "../../../src/api/dns-zone.ts";
import type { ObjectKey } from "../../../src/api/meta.ts";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** A plan, a read, and a write, each as slow as the faults make them. */
export const UNDERWAY_MS = 30_000;

/** The guard's default: more deletes than this share within an hour need an approval. */
export const MAX_DELETE_PERCENT = 30;

/** A DnsZone of the histories, and where its records are: in a zone file, or at a server that does or doesn't list them. */
export interface SceneZone {
  readonly key: ObjectKey;
  readonly domain: string;
  readonly place: string;
  readonly backend: "zoneFile" | "lists" | "queries";
}

/** `twin` writes where `com` does; `net` and `deep` are at one server. */
export const ZONES: readonly SceneZone[] = [
  { key: "dns/com", domain: "example.com", place: "com", backend: "zoneFile" },
  { key: "dns/net", domain: "example.net", place: "net", backend: "lists" },
  { key: "dns/org", domain: "example.org", place: "rfc2136", backend: "queries" },
  { key: "dns/sub", domain: "sub.example.com", place: "sub", backend: "zoneFile" },
  { key: "dns/deep", domain: "deep.example.net", place: "net", backend: "lists" },
  { key: "dns/inside", domain: "example.com", place: "inside", backend: "zoneFile" },
  { key: "dns/twin", domain: "example.com", place: "com", backend: "zoneFile" },
  { key: "mallory/shop", domain: "shop.example.com", place: "mallory", backend: "zoneFile" },
];

export const PLACES: readonly string[] = [...new Set(ZONES.map(({ place }) => place))];

/** Owner names that aliases ask for. */
export const HOSTNAMES = [
  "example.com",
  "shop.example.com",
  "*.example.com",
  "sub.example.com",
  "a.sub.example.com",
  "b.example.com",
  "c.example.com",
  "d.example.com",
  "example.net",
  "b.example.net",
  "a.deep.example.net",
  "example.org",
  "b.example.org",
] as const;

/** The same with their final dots. */
export const NAMES: readonly string[] = HOSTNAMES.map((hostname) => `${hostname}.`);

/** The namespace that wishes the others no good. */
export const HOSTILE = "mallory";
export const NAMESPACES = ["web", "api"] as const;

export const TARGETS = ["one.test", "two.test", "three.test", "four.test"] as const;
/** A target that the hostile namespace points to. */
export const HOSTILE_TARGET = "evil.test";
export const HOSTILE_ADDRESSES = ["203.0.113.66", "2001:db8:666::1"];
/** An address that no target ever has, which the hostile namespace writes into statuses. */
export const FORGED_ADDRESS = "203.0.113.67";

export function sceneZone(key: ObjectKey): SceneZone {
  const found = ZONES.find((one) => one.key === key);
  if (found === undefined) {
    throw new Error(`the scene has no zone ${key}`);
  }
  return found;
}

/** How a DnsZone of the scene says where it is written. */
export function providerOf({ place, backend }: SceneZone): DnsZone["spec"]["provider"] {
  switch (backend) {
    case "zoneFile":
      return {
        kind: "coreDNSZoneFile",
        zoneFile: { configMap: { name: place, key: "zone" }, base: { kind: "inline", text: "" } },
      };
    case "lists":
      return { kind: "externalDNSWebhook", webhook: { url: place } };
    case "queries":
      return {
        kind: "rfc2136",
        rfc2136: { servers: [{ address: "192.0.2.54", port: 53 }], read: "Query" },
      };
  }
}
