import type { DnsAlias } from "../../api/dns-alias.ts";
import type { ObjectKey } from "../../api/meta.ts";
import { parseResource } from "../../api/parse/parse-resource.ts";
import { permits } from "../../api/parse/parse-reference-grant.ts";
import { RESOURCE_KINDS, type ResourceFinding, type ResourceKind } from "../../api/resource-ref.ts";
import type { InventoryEvent } from "../../controller/ports/inventory.ts";
import { canonicalJson, textAt } from "../../base/json.ts";
import { GATEWAYS, INGRESSES, REFERENCE_GRANTS, SERVICES, type Resource } from "../client/resource.ts";
import { createGrantWatcher, type GrantWatcher } from "./grant-watch.ts";
import { runListWatch, type ListWatchDeps, type ListWatchSpec } from "./list-watch.ts";
import { objectWatches, type ObjectWatch } from "./object-watches.ts";
import {
  createReferenceIndex,
  objectId,
  type Reference,
  type ReferencedObject,
  type ReferenceIndex,
} from "./reference-index.ts";
import { createTaskSet, type TaskSet } from "./task-set.ts";

/**
 * Watches the objects that DnsAliases refer to, and the ReferenceGrants for those of other namespaces. Nothing is read without consent. A failure here doesn't make the
 * inventory unhealthy, because the status of the DnsAlias shows it.
 */
export interface ReferenceWatcher {
  setAlias(alias: DnsAlias): void;
  removeAlias(key: ObjectKey): void;
  /** True once each object has been read, or it is known why it can't be. */
  isRead(): boolean;
  /** Resolves when {@link isRead} is true. */
  read(): Promise<void>;
  stop(): Promise<void>;
}

type ResourceEvent = Extract<InventoryEvent, { readonly kind: "resource" }>;

const RESOURCES: Readonly<Record<ResourceKind, Resource>> = {
  Service: SERVICES,
  Ingress: INGRESSES,
  Gateway: GATEWAYS,
};

const [NEWEST_GRANTS] = REFERENCE_GRANTS;

interface KindWatch extends ObjectWatch {
  readonly kind: ResourceKind;
}

interface WatchState {
  isListed: boolean;
  /** Why the API server refuses the watch: 403, or 404 without the CustomResourceDefinition. */
  refusal: 403 | 404 | undefined;
  /**
   * By name. A watch of a whole namespace also keeps objects that no DnsAlias refers to yet, because the API server sends each
   * object only once.
   */
  readonly objects: Map<string, ResourceFinding>;
}

interface Context {
  readonly index: ReferenceIndex;
  readonly grants: GrantWatcher;
  readonly watches: TaskSet<KindWatch>;
  /** By the id of the watch. */
  readonly states: Map<string, WatchState>;
  readonly published: Map<string, string>;
  readonly waiting: Set<() => void>;
  readonly onFinding: (event: ResourceEvent) => void;
}

export function createReferenceWatcher(
  deps: ListWatchDeps,
  options: Partial<ListWatchSpec>,
  onFinding: (event: ResourceEvent) => void,
): ReferenceWatcher {
  let isStopped = false;
  let isQueued = false;
  // A list can have thousands of aliases, and one update is enough for all of them.
  const update = (): void => {
    if (!isQueued) {
      isQueued = true;
      queueMicrotask(() => {
        isQueued = false;
        if (!isStopped) {
          updateWatches(context);
        }
      });
    }
  };
  const context: Context = {
    index: createReferenceIndex(),
    grants: createGrantWatcher(deps, options, update),
    watches: createTaskSet((watch, signal) => watchObjects(deps, options, { context, watch }, signal)),
    states: new Map(),
    published: new Map(),
    waiting: new Set(),
    onFinding,
  };
  return {
    setAlias(alias) {
      if (context.index.set(alias)) {
        update();
      }
    },
    removeAlias(key) {
      if (context.index.remove(key)) {
        update();
      }
    },
    isRead: () => isRead(context),
    read: () => (isRead(context) ? Promise.resolve() : new Promise((resolve) => context.waiting.add(resolve))),
    async stop() {
      isStopped = true;
      await Promise.all([context.grants.stop(), context.watches.stop()]);
    },
  };
}

function isRead({ index, published }: Context): boolean {
  return [...index.all().keys()].every((key) => published.has(key));
}

/** Watches exactly the objects that may be read, and the ReferenceGrants that decide which objects may be read. */
function updateWatches(context: Context): void {
  const { index, grants, watches, states, published } = context;
  const references = [...index.all().values()];
  grants.want(new Set(references.filter(isElsewhere).map(({ object }) => object.namespace)));
  const allowed = references.filter((reference) => consentOf(context, reference) === undefined);
  const wanted = RESOURCE_KINDS.flatMap((kind) => watchesOf(kind, allowed));
  watches.want(wanted);
  deleteExcept(states, new Set(wanted.map(({ id }) => id)));
  deleteExcept(published, new Set(index.all().keys()));
  publish(context, index.all().keys());
}

function watchesOf(kind: ResourceKind, allowed: readonly Reference[]): readonly KindWatch[] {
  const keys = allowed
    .filter(({ object }) => object.kind === kind)
    .map(({ object }) => `${object.namespace}/${object.name}`);
  return objectWatches(new Set(keys)).map((watch) => ({ ...watch, kind, id: `${kind} ${watch.id}` }));
}

function deleteExcept(map: Map<string, unknown>, kept: ReadonlySet<string>): void {
  [...map.keys()].filter((key) => !kept.has(key)).forEach((key) => map.delete(key));
}

function isElsewhere({ namespace, object }: Reference): boolean {
  return namespace !== object.namespace;
}

/** Undefined: the reference is allowed. */
function consentOf({ grants }: Context, reference: Reference): ResourceFinding | "reading" | undefined {
  const { namespace, ref, object } = reference;
  if (!isElsewhere(reference)) {
    return undefined;
  }
  const reading = grants.reading(object.namespace);
  switch (reading.kind) {
    case "reading":
      return "reading";
    case "forbidden":
      return forbidden(NEWEST_GRANTS, object.namespace);
    case "listed":
      return reading.grants.some((grant) => permits(grant, namespace, ref)) ? undefined : { kind: "notPermitted" };
  }
}

function findingOf(context: Context, reference: Reference): ResourceFinding | undefined {
  const refusal = consentOf(context, reference);
  if (refusal !== undefined) {
    return refusal === "reading" ? undefined : refusal;
  }
  const { object } = reference;
  const state = stateOf(context, object);
  if (state?.refusal === 403) {
    return forbidden(RESOURCES[object.kind], object.namespace);
  }
  const found = state?.refusal === 404 ? undefined : state?.objects.get(object.name);
  return found ?? (state?.isListed === true || state?.refusal === 404 ? { kind: "missing" } : undefined);
}

/**
 * Returns the state of the watch for an object: the watch of its whole namespace if there is one, and otherwise the watch of the
 * object.
 */
function stateOf({ states }: Context, object: ReferencedObject): WatchState | undefined {
  return states.get(objectId({ ...object, name: "" })) ?? states.get(objectId(object));
}

function forbidden({ apiVersion, plural }: Resource, namespace: string): ResourceFinding {
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : '""';
  const message = `dnsalias cannot watch ${plural} in namespace ${namespace}. Add the rule {apiGroups: [${group}], resources: [${plural}], verbs: [get, list, watch]}.`;
  return { kind: "forbidden", message };
}

/** Reports the findings of these references that have changed. */
function publish(context: Context, keys: Iterable<string>): void {
  const { index, published, waiting, onFinding } = context;
  for (const key of keys) {
    const reference = index.all().get(key);
    const finding = reference === undefined ? undefined : findingOf(context, reference);
    const text = finding === undefined ? undefined : canonicalJson(finding);
    if (reference !== undefined && finding !== undefined && text !== undefined && text !== published.get(key)) {
      published.set(key, text);
      onFinding({ kind: "resource", namespace: reference.namespace, ref: reference.ref, finding });
    }
  }
  if (waiting.size > 0 && isRead(context)) {
    waiting.forEach((resolve) => resolve());
    waiting.clear();
  }
}

interface WatchTask {
  readonly context: Context;
  readonly watch: KindWatch;
}

async function watchObjects(
  deps: ListWatchDeps,
  options: Partial<ListWatchSpec>,
  { context, watch }: WatchTask,
  signal: AbortSignal,
): Promise<void> {
  const { id, kind, namespace, name } = watch;
  const state: WatchState = { isListed: false, refusal: undefined, objects: new Map() };
  context.states.set(id, state);
  const publishOne = (changed: string): void =>
    publish(context, context.index.keysOf(objectId({ kind, namespace, name: changed })));
  const publishAll = (): void => (name === undefined ? publish(context, context.index.all().keys()) : publishOne(name));
  await runListWatch(
    deps,
    {
      ...options,
      resource: RESOURCES[kind],
      namespace,
      ...(name === undefined ? {} : { fieldSelector: `metadata.name=${name}` }),
    },
    {
      onObject(object) {
        const changed = textAt(object, "metadata", "name");
        state.objects.set(changed, parseResource({ kind, name: changed }, object));
        publishOne(changed);
      },
      onGone(key) {
        const changed = key.slice(key.indexOf("/") + 1);
        state.objects.delete(changed);
        publishOne(changed);
      },
      onListed() {
        state.isListed = true;
        publishAll();
      },
      onTrouble(trouble, code) {
        const refusal = code === 403 || code === 404 ? code : undefined;
        if (trouble === undefined || refusal !== undefined) {
          state.refusal = refusal;
          publishAll();
        }
      },
    },
    signal,
  );
}
