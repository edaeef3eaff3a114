import { parseAlias, parseZone } from "../../api/parse/parse-object.ts";
import { namesOfInvalidAlias } from "../../api/parse/unread-names.ts";
import { unreadZoneOf } from "../../api/parse/unread-zone.ts";
import { problemText, type Problem } from "../../api/schema/problem.ts";
import type { InvalidObject, Inventory, InventoryHandlers } from "../../controller/ports/inventory.ts";
import { createConfigMapWatcher } from "./config-map-watch.ts";
import { numberAt, textAt, textsAt, type JsonObject } from "../../base/json.ts";
import { runListWatch, type ListWatchDeps, type ListWatchSpec } from "./list-watch.ts";
import { DNS_ALIASES, DNS_ZONES, NAMESPACES, type Resource } from "../client/resource.ts";
import { keyOf } from "./known-versions.ts";

export interface InventoryOptions {
  /** Only these namespaces; absent: all. */
  readonly namespaces?: readonly string[];
  /** For tests: shorter pages, watches and waits. */
  readonly listWatch?: Partial<Pick<ListWatchSpec, "pageSize" | "watchSeconds" | "idleMs" | "backoff">>;
}

/** DnsAliases, DnsZones, the labels of namespaces, and the ConfigMaps that zones refer to, from the apiserver. */
export function createInventory(deps: ListWatchDeps, options: InventoryOptions = {}): Inventory {
  const troubled = new Set<Source>();
  return {
    healthy: () => troubled.size === 0,
    run: async (handlers, signal) => {
      const sources = sourcesOf(options);
      const unlisted = new Set(sources);
      const inputs = createConfigMapWatcher(deps, options.listWatch ?? {}, (zone) =>
        handlers.onEvent({ kind: "input", zone }),
      );
      const watchSource = (source: Source): Promise<void> => {
        troubled.add(source);
        const emit = eventsFor(source, handlers, inputs);
        return runListWatch(
          deps,
          { ...options.listWatch, ...source },
          {
            ...emit,
            onListed: () => {
              troubled.delete(source);
              if (unlisted.delete(source) && unlisted.size === 0) {
                handlers.onSynced();
              }
            },
            onTrouble: (trouble) => {
              if (trouble === undefined && !unlisted.has(source)) {
                troubled.delete(source);
              } else {
                troubled.add(source);
              }
            },
          },
          signal,
        );
      };
      await Promise.all(sources.map(watchSource));
      await inputs.stop();
    },
  };
}

interface Source {
  readonly resource: Resource;
  readonly namespace?: string | undefined;
  readonly fieldSelector?: string;
  readonly metadataOnly?: boolean;
}

type InputWatch = ReturnType<typeof createConfigMapWatcher>;

interface EventMapper {
  readonly onObject: (object: JsonObject) => void;
  readonly onGone: (key: string) => void;
}

/** Namespaces first: an alias is judged by its namespace's labels. */
function sourcesOf({ namespaces }: InventoryOptions): readonly Source[] {
  if (namespaces === undefined) {
    return [{ resource: NAMESPACES, metadataOnly: true }, { resource: DNS_ZONES }, { resource: DNS_ALIASES }];
  }
  return namespaces.flatMap((namespace) => [
    { resource: NAMESPACES, fieldSelector: `metadata.name=${namespace}`, metadataOnly: true },
    { resource: DNS_ZONES, namespace },
    { resource: DNS_ALIASES, namespace },
  ]);
}

function eventsFor({ resource }: Source, handlers: InventoryHandlers, inputs: InputWatch): EventMapper {
  switch (resource.kind) {
    case "DnsAlias":
      return aliasEvents(handlers);
    case "DnsZone":
      return zoneEvents(handlers, inputs);
    default:
      return namespaceEvents(handlers);
  }
}

function aliasEvents({ onEvent }: InventoryHandlers): EventMapper {
  return {
    onObject: (object) => {
      const parsed = parseAlias(object);
      onEvent(
        parsed.kind === "ok"
          ? { kind: "alias", alias: parsed.value }
          : invalidEvent("DnsAlias", object, parsed.problems),
      );
    },
    onGone: (key) => onEvent({ kind: "gone", of: "DnsAlias", key }),
  };
}

function zoneEvents({ onEvent }: InventoryHandlers, inputs: InputWatch): EventMapper {
  return {
    onObject: (object) => {
      const parsed = parseZone(object);
      if (parsed.kind === "ok") {
        onEvent({ kind: "zone", zone: parsed.value });
        inputs.setZone(parsed.value);
      } else {
        inputs.removeZone(keyOf(object));
        onEvent(invalidEvent("DnsZone", object, parsed.problems));
      }
    },
    onGone: (key) => {
      inputs.removeZone(key);
      onEvent({ kind: "gone", of: "DnsZone", key });
    },
  };
}

function namespaceEvents({ onEvent }: InventoryHandlers): EventMapper {
  return {
    onObject: (object) => {
      const labels = textsAt(object, "metadata", "labels");
      onEvent({ kind: "namespace", name: textAt(object, "metadata", "name"), labels });
    },
    onGone: (key) => onEvent({ kind: "namespace", name: key.slice(1), labels: undefined }),
  };
}

function invalidEvent(
  kind: InvalidObject["kind"],
  object: JsonObject,
  problems: readonly Problem[],
): { readonly kind: "invalid"; readonly manifest: InvalidObject } {
  const generation = numberAt(object, "metadata", "generation") ?? 0;
  const hostnames = kind === "DnsAlias" ? namesOfInvalidAlias(object) : undefined;
  const zone = kind === "DnsZone" ? unreadZoneOf(object) : undefined;
  const manifest = {
    kind,
    key: keyOf(object),
    uid: textAt(object, "metadata", "uid"),
    generation,
    problems: problems.map(problemText),
    ...(hostnames === undefined ? {} : { hostnames }),
    ...(zone === undefined ? {} : { zone }),
  };
  return { kind: "invalid", manifest };
}
