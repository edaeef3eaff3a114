import type { Catalog, KnownObject } from "./known-objects.ts";
import { hashOf } from "../manifest/identity.ts";
import { validateObject } from "../manifest/validate-file.ts";
import { objectId, type StateEntry } from "../manifest/state-entry.ts";
import type { StateFile } from "../state/state-file.ts";
import type { Statuses } from "../state/statuses.ts";

export interface RestoredObjects {
  readonly state: StateFile;
  readonly statuses: Statuses;
}

/** The catalog at the time when the state file was written. */
export function rememberedCatalog(state: StateFile): Catalog {
  return new Map(state.all().map((entry) => [objectId(entry), knownFrom(entry)]));
}

/**
 * Writes the differences between two catalogs to the state file, without changing the statuses. Secrets are never written, not even a hash of
 * their content. After a restart they are read from the folder.
 */
export function remember({ state, statuses }: RestoredObjects, before: Catalog, after: Catalog): void {
  for (const known of after.values()) {
    if (known.kind === "Secret") {
      continue;
    }
    const { id, kind, namespace, name, file, identity, good } = known;
    const old = state.get(id);
    const same =
      old?.file === file &&
      old.identity.generation === identity.generation &&
      before.get(id)?.good?.fingerprint === good?.fingerprint;
    if (!same) {
      const status = old?.status === undefined ? {} : { status: old.status };
      // A manifest that only another version of dnsalias can read still contains its names.
      const last = good?.object ?? old?.object;
      const object = last === undefined ? {} : { object: last };
      state.put({ kind, namespace, name, file, identity, ...object, ...status });
    }
  }
  for (const id of before.keys()) {
    if (!after.has(id)) {
      state.remove(id);
      statuses.remove(id);
    }
  }
}

function knownFrom(entry: StateEntry): KnownObject {
  const { kind, namespace, name, file, identity, object } = entry;
  const result = object === undefined ? undefined : validateObject(kind, object);
  const good = result?.kind === "good" ? { fingerprint: hashOf(object), object, manifest: result.manifest } : undefined;
  const known = good === undefined ? { unread: object } : { good };
  return { id: objectId(entry), kind, namespace, name, file, identity, ...known };
}
