import type { Millis } from "../../base/clock.ts";
import type { JsonObject } from "../../base/json.ts";
import { parseReferenceGrant, type ReferenceGrant } from "../../api/parse/parse-reference-grant.ts";
import { REFERENCE_GRANTS, type Resource } from "../client/resource.ts";
import { keyOf } from "./known-versions.ts";
import { runListWatch, type ListWatchDeps, type ListWatchSpec } from "./list-watch.ts";
import { readServing } from "./resource-serving.ts";
import { createTaskSet } from "./task-set.ts";

/** The ReferenceGrants of one namespace, as far as they are known. Without their CRD there are none. */
type GrantReading =
  | { readonly kind: "reading" | "forbidden" }
  | { readonly kind: "listed"; readonly grants: readonly ReferenceGrant[] };

/** Watches the ReferenceGrants of namespaces, in the version that the cluster serves. */
export interface GrantWatcher {
  /** Replaces the namespaces that are watched. */
  want(namespaces: ReadonlySet<string>): void;
  reading(namespace: string): GrantReading;
  stop(): Promise<void>;
}

/** The time between two checks for a CustomResourceDefinition that isn't installed. */
const ABSENT_MS: Millis = 15_000;
/** The time between two checks while the API server doesn't answer. */
const UNKNOWN_MS: Millis = 1_000;

export function createGrantWatcher(
  deps: ListWatchDeps,
  options: Partial<ListWatchSpec>,
  onChange: (namespace: string) => void,
): GrantWatcher {
  const readings = new Map<string, GrantReading>();
  const tasks = createTaskSet<{ readonly id: string }>(async ({ id: namespace }, signal) => {
    const set = (reading: GrantReading): void => {
      if (!signal.aborted) {
        readings.set(namespace, reading);
        onChange(namespace);
      }
    };
    try {
      await watchNamespace(deps, { ...options, namespace }, set, signal);
    } catch (error) {
      if (!signal.aborted) {
        throw error;
      }
    }
  });
  return {
    want(namespaces) {
      [...readings.keys()].filter((one) => !namespaces.has(one)).forEach((one) => readings.delete(one));
      tasks.want([...namespaces].map((id) => ({ id })));
    },
    reading: (namespace) => readings.get(namespace) ?? { kind: "reading" },
    stop: () => tasks.stop(),
  };
}

type SetReading = (reading: GrantReading) => void;

async function watchNamespace(
  deps: ListWatchDeps,
  spec: Omit<ListWatchSpec, "resource">,
  set: SetReading,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const resource = await servedVersion(deps, signal);
    if (resource === "unknown") {
      await deps.clock.sleep(UNKNOWN_MS, signal);
    } else if (resource === "absent") {
      set({ kind: "listed", grants: [] });
      await deps.clock.sleep(ABSENT_MS, signal);
    } else {
      await watchVersion(deps, { ...spec, resource }, set, signal);
    }
  }
}

async function servedVersion(
  { transport }: ListWatchDeps,
  signal: AbortSignal,
): Promise<Resource | "absent" | "unknown"> {
  for (const resource of REFERENCE_GRANTS) {
    const serving = await readServing(transport, resource, signal);
    if (serving === "served" || serving === "unknown") {
      return serving === "served" ? resource : "unknown";
    }
  }
  return "absent";
}

/** Watches the grants in one version. Ends when this version is no longer served. */
async function watchVersion(
  deps: ListWatchDeps,
  spec: ListWatchSpec,
  set: SetReading,
  signal: AbortSignal,
): Promise<void> {
  const grants = new Map<string, ReferenceGrant>();
  const unserved = new AbortController();
  let isListed = false;
  const emit = (): void => {
    if (isListed) {
      set({ kind: "listed", grants: [...grants.values()] });
    }
  };
  await runListWatch(
    deps,
    spec,
    {
      onObject(object: JsonObject) {
        grants.set(keyOf(object), parseReferenceGrant(object));
        emit();
      },
      onGone(key) {
        grants.delete(key);
        emit();
      },
      onListed() {
        isListed = true;
        emit();
      },
      onTrouble(_trouble, code) {
        if (code === 404) {
          unserved.abort();
        } else if (code === 403) {
          set({ kind: "forbidden" });
        }
      },
    },
    AbortSignal.any([signal, unserved.signal]),
  );
}
