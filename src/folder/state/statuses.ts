import type { AliasStatus } from "../../api/dns-alias.ts";
import type { ZoneStatus } from "../../api/dns-zone.ts";
import { validateObject } from "../manifest/validate-file.ts";
import { objectId, type ObjectId } from "../manifest/state-entry.ts";
import type { StateFile } from "./state-file.ts";

type StatusPatch =
  | { readonly kind: "DnsAlias"; readonly key: string; readonly status: AliasStatus }
  | { readonly kind: "DnsZone"; readonly key: string; readonly status: ZoneStatus };

/** The statuses of all objects, typed, in memory and in the state file. */
export interface Statuses {
  alias(key: string): AliasStatus | undefined;
  zone(key: string): ZoneStatus | undefined;
  /** False: the object no longer exists. The listener receives a changed status, unless `quiet` is set. */
  set(patch: StatusPatch, quiet?: "quiet"): boolean;
  remove(id: ObjectId): void;
  listen(listener: ((id: ObjectId) => void) | undefined): void;
}

/** Creates the store from the statuses in the state file that are still valid. */
export function createStatuses(state: StateFile): Statuses {
  const aliases = new Map<ObjectId, AliasStatus>();
  const zones = new Map<ObjectId, ZoneStatus>();
  for (const entry of state.all()) {
    const result = validateObject(entry.kind, withStatus(entry.object, entry.status));
    const manifest = result.kind === "good" ? result.manifest : undefined;
    if (manifest?.kind === "DnsAlias" && manifest.value.status !== undefined) {
      aliases.set(objectId(entry), manifest.value.status);
    } else if (manifest?.kind === "DnsZone" && manifest.value.status !== undefined) {
      zones.set(objectId(entry), manifest.value.status);
    }
  }
  let notify: ((id: ObjectId) => void) | undefined;

  return {
    alias: (key) => aliases.get(`DnsAlias ${key}`),
    zone: (key) => zones.get(`DnsZone ${key}`),
    set(patch, quiet) {
      const id = `${patch.kind} ${patch.key}`;
      const entry = state.get(id);
      if (entry === undefined) {
        return false;
      }
      if (patch.kind === "DnsAlias") {
        aliases.set(id, patch.status);
      } else {
        zones.set(id, patch.status);
      }
      if (JSON.stringify(entry.status) !== JSON.stringify(patch.status)) {
        state.put({ ...entry, status: patch.status });
        if (quiet === undefined) {
          notify?.(id);
        }
      }
      return true;
    },
    remove(id) {
      aliases.delete(id);
      zones.delete(id);
    },
    listen(listener) {
      notify = listener;
    },
  };
}

function withStatus(object: unknown, status: unknown): unknown {
  return typeof object === "object" && object !== null && status !== undefined ? { ...object, status } : object;
}
