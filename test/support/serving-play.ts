import type { BaseZoneSpec, DnsZone } from "../../src/api/dns-zone.ts";
import { objectKey } from "../../src/api/meta.ts";
import type { BaseText, ResponderPort } from "../../src/controller/responder/zone-sync-context.ts";
import { displayName } from "../../src/dns/name/name.ts";
import type { ServedZone } from "../../src/responder/answer-source.ts";

/** A responder that only remembers what it was handed. */
export interface ServingPlay extends ResponderPort {
  readonly zones: Map<string, ServedZone>;
  /** "set example.com 3", "remove example.com", "changed example.com a.example.com". */
  readonly reported: string[];
  /** What base zones say, by "namespace/name/key"; one that is not there is missing. */
  readonly bases: Map<string, string | { readonly failed: string }>;
  /** What was published before, by "namespace/name" of the zone. */
  readonly published: Map<string, string>;
  lookUps(): number;
}

export function servingPlay(): ServingPlay {
  const zones = new Map<string, ServedZone>();
  const reported: string[] = [];
  const bases = new Map<string, string | { readonly failed: string }>();
  const published = new Map<string, string>();
  let lookUps = 0;
  return {
    zones,
    reported,
    bases,
    published,
    lookUps: () => lookUps,
    readBase: async (zone, base) => textOf(bases, zone, base),
    lastGoodBase: async (zone) => published.get(objectKey(zone.meta)),
    setZone(zone) {
      zones.set(displayName(zone.domain), zone);
      reported.push(`set ${displayName(zone.domain)} ${zone.aliases.length}`);
    },
    removeZone(domain) {
      zones.delete(displayName(domain));
      reported.push(`remove ${displayName(domain)}`);
    },
    changed: (domain, names) =>
      void reported.push(`changed ${displayName(domain)} ${names.map(displayName).toSorted().join(" ")}`),
    lookupStarted() {
      lookUps += 1;
    },
  };
}

function textOf(bases: ServingPlay["bases"], zone: DnsZone, base: BaseZoneSpec): BaseText {
  if (base.kind === "inline") {
    return { kind: "ok", text: base.text, location: `DnsZone ${objectKey(zone.meta)}` };
  }
  const location = `${zone.meta.namespace}/${base.name}/${base.key}`;
  const text = bases.get(location);
  return typeof text === "object"
    ? { kind: "failed", message: text.failed }
    : { kind: "ok", text, location: `ConfigMap ${location}` };
}
