import type { DnsZone } from "../../api/dns-zone.ts";
import { baseZonesOf, bundleMapsOf } from "../../api/zone-references.ts";
import { objectKey, type ObjectKey } from "../../api/meta.ts";

/** The ConfigMaps that a zone's provider reads or writes, as keys, sorted. */
export function configMapsOf(zone: DnsZone): readonly ObjectKey[] {
  const { provider } = zone.spec;
  const { namespace } = zone.meta;
  const bases = baseZonesOf(zone.spec).flatMap((base) => (base.kind === "configMap" ? [base.name] : []));
  const ours = provider.kind === "coreDNSZoneFile" ? [provider.zoneFile.configMap.name] : [];
  const bundles = bundleMapsOf(provider).map(({ name }) => name);
  const here = [...bases, ...bundles, ...ours].map((name) => objectKey({ namespace, name }));
  const elsewhere = provider.kind === "coreDNSOverlay" ? [objectKey(provider.overlay.configMap)] : [];
  return [...new Set([...here, ...elsewhere])].toSorted();
}

/** The zones that refer to each ConfigMap. */
export interface ConfigMapReferences {
  set(zone: ObjectKey, configMaps: readonly ObjectKey[]): void;
  remove(zone: ObjectKey): void;
  /** Sorted. */
  zonesOf(configMap: ObjectKey): readonly ObjectKey[];
  configMaps(): ReadonlySet<ObjectKey>;
}

export function createConfigMapReferences(): ConfigMapReferences {
  const byZone = new Map<ObjectKey, readonly ObjectKey[]>();
  const byConfigMap = new Map<ObjectKey, Set<ObjectKey>>();
  const remove = (zone: ObjectKey): void => {
    for (const configMap of byZone.get(zone) ?? []) {
      const zones = byConfigMap.get(configMap);
      zones?.delete(zone);
      if (zones?.size === 0) {
        byConfigMap.delete(configMap);
      }
    }
    byZone.delete(zone);
  };
  return {
    remove,
    set: (zone, configMaps) => {
      remove(zone);
      byZone.set(zone, configMaps);
      for (const configMap of configMaps) {
        byConfigMap.set(configMap, (byConfigMap.get(configMap) ?? new Set()).add(zone));
      }
    },
    zonesOf: (configMap) => [...(byConfigMap.get(configMap) ?? [])].toSorted(),
    configMaps: () => new Set(byConfigMap.keys()),
  };
}
