import type { ObjectKey } from "../../api/meta.ts";
import type { Millis } from "../../base/clock.ts";
import { parseEnvelope } from "../../api/parse/parse-envelope.ts";
import { parseAlias, parseZone } from "../../api/parse/parse-object.ts";
import { namesAskedByInvalidAlias, namesOfInvalidAlias } from "../../api/parse/unread-names.ts";
import { unreadZoneOf } from "../../api/parse/unread-zone.ts";
import { problemText, type Problem } from "../../api/schema/problem.ts";
import type { InvalidObject, Inventory, InventoryEvent, InventoryHandlers } from "../../controller/ports/inventory.ts";
import { createConfigMapWatcher } from "./config-map-watch.ts";
import { createReferenceWatcher, type ReferenceWatcher } from "./reference-watch.ts";
import { numberAt, textAt, textsAt, type JsonObject } from "../../base/json.ts";
import { createDeleteGate, openGate, type DeleteGate, type DeleteGateHandlers } from "./delete-gate.ts";
import { runListWatch, type ListWatchDeps, type ListWatchSpec } from "./list-watch.ts";
import { DNS_ALIASES, DNS_ZONES, NAMESPACES, type Resource } from "../client/resource.ts";
import { keyOf } from "./known-versions.ts";
import { readServing } from "./resource-serving.ts";
import { withCurrentDefaults } from "./stored-defaults.ts";

export interface InventoryOptions {
  /** The namespaces that are read. Absent: all namespaces. */
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
      const references = createReferenceWatcher(deps, options.listWatch ?? {}, (event) => handlers.onEvent(event));
      const watchSource = async (source: Source): Promise<void> => {
        let isListed = false;
        troubled.add(source);
        const onFirstList = (): void => {
          if (unlisted.delete(source) && unlisted.size === 0) {
            void afterReferences(deps, references, signal, () => handlers.onSynced());
          }
        };
        const gate = gateOf(deps, source, { ...eventsFor(source, handlers, { inputs, references }), onFirstList });
        const listing = runListWatch(
          deps,
          { ...options.listWatch, ...source },
          {
            onObject: gate.onObject,
            onGone: gate.onGone,
            onListed: () => {
              isListed = true;
              troubled.delete(source);
              gate.onListed();
            },
            onTrouble: (trouble) => {
              if (trouble === undefined && isListed) {
                troubled.delete(source);
              } else {
                troubled.add(source);
              }
            },
          },
          signal,
        );
        await Promise.all([listing, gate.run(signal)]);
      };
      await Promise.all(sources.map(watchSource));
      await Promise.all([inputs.stop(), references.stop()]);
    },
  };
}

interface Source {
  readonly resource: Resource;
  readonly namespace?: string | undefined;
  readonly fieldSelector?: string;
  readonly metadataOnly?: boolean;
}

/** The watchers of the objects that zones and aliases refer to. */
interface Followers {
  readonly inputs: ReturnType<typeof createConfigMapWatcher>;
  readonly references: ReferenceWatcher;
}

/** How long the start waits for the objects that aliases refer to. */
const REFERENCES_MS: Millis = 3_000;

async function afterReferences(
  { clock }: Pick<ListWatchDeps, "clock">,
  references: ReferenceWatcher,
  signal: AbortSignal,
  proceed: () => void,
): Promise<void> {
  if (!references.isRead()) {
    const read = new AbortController();
    const patience = clock.sleep(REFERENCES_MS, AbortSignal.any([signal, read.signal])).catch(() => undefined);
    await Promise.race([references.read(), patience]);
    read.abort();
  }
  if (!signal.aborted) {
    proceed();
  }
}

type EventMapper = Omit<DeleteGateHandlers, "onFirstList">;

/** Only custom resources can disappear together with their definition. */
function gateOf(deps: ListWatchDeps, { resource }: Source, handlers: DeleteGateHandlers): DeleteGate {
  const isCustom = resource.apiVersion === DNS_ALIASES.apiVersion;
  return isCustom
    ? createDeleteGate({ ...deps, readServing: (signal) => readServing(deps.transport, resource, signal) }, handlers)
    : openGate(handlers);
}

/** Namespaces come first, because the rules for an alias depend on the labels of its namespace. */
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

function eventsFor({ resource }: Source, handlers: InventoryHandlers, followers: Followers): EventMapper {
  switch (resource.kind) {
    case "DnsAlias":
      return aliasEvents(handlers, followers);
    case "DnsZone":
      return zoneEvents(handlers, followers);
    default:
      return namespaceEvents(handlers);
  }
}

/** An alias that can't be read keeps the references that it had. */
function aliasEvents({ onEvent }: InventoryHandlers, { references }: Followers): EventMapper {
  return {
    onObject: (object) => {
      const parsed = parseAlias(withCurrentDefaults(object));
      if (parsed.kind === "ok") {
        onEvent({ kind: "alias", alias: parsed.value });
        references.setAlias(parsed.value);
      } else {
        onEvent(invalidEvent("DnsAlias", object, parsed.problems));
      }
    },
    onGone: (key, isUnwatched) => {
      references.removeAlias(key);
      onEvent(goneEvent("DnsAlias", key, isUnwatched));
    },
    onUnserved: (object) => unservedEvents("DnsAlias", object).forEach(onEvent),
  };
}

function zoneEvents({ onEvent }: InventoryHandlers, { inputs }: Followers): EventMapper {
  return {
    onObject: (object) => {
      const parsed = parseZone(withCurrentDefaults(object));
      if (parsed.kind === "ok") {
        onEvent({ kind: "zone", zone: parsed.value });
        inputs.setZone(parsed.value);
      } else {
        inputs.removeZone(keyOf(object));
        onEvent(invalidEvent("DnsZone", object, parsed.problems));
      }
    },
    onGone: (key, isUnwatched) => {
      inputs.removeZone(key);
      onEvent(goneEvent("DnsZone", key, isUnwatched));
    },
    onUnserved: (object) => unservedEvents("DnsZone", object).forEach(onEvent),
  };
}

function namespaceEvents({ onEvent }: InventoryHandlers): EventMapper {
  return {
    onObject: (object) => {
      const labels = textsAt(object, "metadata", "labels");
      onEvent({ kind: "namespace", name: textAt(object, "metadata", "name"), labels });
    },
    onGone: (key) => onEvent({ kind: "namespace", name: key.slice(1), labels: undefined }),
    onUnserved: () => undefined,
  };
}

function unservedEvents(of: "DnsAlias" | "DnsZone", object: JsonObject): readonly InventoryEvent[] {
  const envelope = parseEnvelope(of, object, "ignore");
  return envelope.kind === "ok" ? [{ kind: "unserved", of, meta: envelope.value.meta }] : [];
}

function goneEvent(of: "DnsAlias" | "DnsZone", key: ObjectKey, isUnwatched: boolean): InventoryEvent {
  return { kind: "gone", of, key, ...(isUnwatched && { isUnwatched }) };
}

function invalidEvent(
  kind: InvalidObject["kind"],
  object: JsonObject,
  problems: readonly Problem[],
): { readonly kind: "invalid"; readonly manifest: InvalidObject } {
  const generation = numberAt(object, "metadata", "generation") ?? 0;
  const hostnames = kind === "DnsAlias" ? namesOfInvalidAlias(object) : undefined;
  const zone = kind === "DnsZone" ? unreadZoneOf(object) : undefined;
  const envelope = parseEnvelope(kind, object, "ignore");
  const claim =
    kind === "DnsAlias" && envelope.kind === "ok"
      ? { hostnames: namesAskedByInvalidAlias(object), createdAt: envelope.value.meta.createdAt }
      : undefined;
  return {
    kind: "invalid",
    manifest: {
      kind,
      key: keyOf(object),
      uid: textAt(object, "metadata", "uid"),
      generation,
      problems: problems.map(problemText),
      ...(hostnames !== undefined && { hostnames }),
      ...(claim !== undefined && { claim }),
      ...(zone !== undefined && { zone }),
      ...(envelope.kind === "ok" && { meta: envelope.value.meta }),
    },
  };
}
