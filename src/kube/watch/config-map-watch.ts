import type { DnsZone } from "../../api/dns-zone.ts";
import { objectKey, type ObjectKey } from "../../api/meta.ts";
import { runListWatch, type ListWatchDeps, type ListWatchSpec } from "./list-watch.ts";
import { configMapsOf, createConfigMapReferences } from "./config-map-references.ts";
import { objectWatches, type ObjectWatch } from "./object-watches.ts";
import { CONFIG_MAPS } from "../client/resource.ts";
import { createTaskSet } from "./task-set.ts";
import { keyOf } from "./known-versions.ts";

/**
 * Reports changes of a ConfigMap that a zone refers to. It watches only metadata, so the listener reads the ConfigMap again. A failure here
 * does not make the inventory unhealthy, because the provider's own read of the ConfigMap reports it.
 */
export interface ConfigMapWatcher {
  setZone(zone: DnsZone): void;
  removeZone(key: ObjectKey): void;
  stop(): Promise<void>;
}

export function createConfigMapWatcher(
  deps: ListWatchDeps,
  options: Partial<ListWatchSpec>,
  onInput: (zone: ObjectKey) => void,
): ConfigMapWatcher {
  const references = createConfigMapReferences();
  const emit = (configMap: ObjectKey): void => references.zonesOf(configMap).forEach((zone) => onInput(zone));
  const watches = createTaskSet<ObjectWatch>(({ namespace, name }, signal) =>
    runListWatch(
      deps,
      {
        ...options,
        resource: CONFIG_MAPS,
        namespace,
        metadataOnly: true,
        ...(name === undefined ? {} : { fieldSelector: `metadata.name=${name}` }),
      },
      {
        onObject: (object) => emit(keyOf(object)),
        onGone: emit,
        onListed: () => undefined,
        onTrouble: () => undefined,
      },
      signal,
    ),
  );
  let isStopped = false;
  let isQueued = false;
  // The first list can have hundreds of zones, and one update is enough for all of them.
  const update = (): void => {
    if (!isQueued) {
      isQueued = true;
      queueMicrotask(() => {
        isQueued = false;
        if (!isStopped) {
          watches.want(objectWatches(references.configMaps()));
        }
      });
    }
  };
  return {
    setZone: (zone) => {
      references.set(objectKey(zone.meta), configMapsOf(zone));
      update();
    },
    removeZone: (key) => {
      references.remove(key);
      update();
    },
    stop: () => {
      isStopped = true;
      return watches.stop();
    },
  };
}
