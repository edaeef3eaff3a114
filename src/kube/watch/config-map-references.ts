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

/** One watch: of a single ConfigMap by name, or of a whole namespace if zones refer to many. */
export interface ConfigMapWatch {
  /** Equal watches have equal ids. */
  readonly id: string;
  readonly namespace: string;
  /** Undefined: all ConfigMaps of the namespace. */
  readonly name: string | undefined;
}

/**
 * Returns the fewest watches for these ConfigMaps. A watch is by name, so that a Role with resourceNames is enough. From
 * `manyInOne` ConfigMaps in one namespace on, one watch covers that namespace, because each watch takes a connection.
 */
export function configMapWatches(keys: ReadonlySet<ObjectKey>, manyInOne = 20): readonly ConfigMapWatch[] {
  const byNamespace = Map.groupBy([...keys].toSorted(), namespaceOf);
  return [...byNamespace].flatMap(([namespace, members]): readonly ConfigMapWatch[] =>
    members.length >= manyInOne
      ? [{ id: `${namespace}/`, namespace, name: undefined }]
      : members.map((key) => ({ id: key, namespace, name: nameOf(key) })),
  );
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

function namespaceOf(key: ObjectKey): string {
  return key.slice(0, key.indexOf("/"));
}

function nameOf(key: ObjectKey): string {
  return key.slice(key.indexOf("/") + 1);
}
