import type { DnsZone } from "../api/dns-zone.ts";
import { AppError } from "../base/error.ts";
import type { ZoneProvider } from "./provider.ts";

/** Returns an owner id that a marker can contain. Throws CONFIG_INVALID for any other. */
export function checkedOwnerId(ownerId: string): string {
  if (!isOwnerId(ownerId)) {
    const message = `the owner id "${ownerId}" must be 1 to 128 characters: letters, digits, and . _ : / -`;
    throw new AppError("CONFIG_INVALID", message, { retry: "never" });
  }
  return ownerId;
}

export function isOwnerId(text: string): boolean {
  return OWNER_ID.test(text);
}

/** The owner id that every installation had by default before the id became unique. */
export const SHARED_OWNER_ID = "default";

const OWNER_ID = /^[A-Za-z0-9._:/-]{1,128}$/;

/** A provider that reads and writes nothing, because this installation has no unique owner id. */
export function withoutOwnerId(id: string, message: string): ZoneProvider {
  const refused = { kind: "refused", reason: "OwnerIdNotUnique", message } as const;
  return { id, read: async () => refused, apply: async () => refused };
}

/** The message of a zone whose installation has the id that every installation had by default. */
export function sharedOwnerId({ meta }: DnsZone): string {
  return `DnsZone ${meta.namespace}/${meta.name} is not written: --owner-id (ownerId in the chart) is "${SHARED_OWNER_ID}". Every installation had this id, so two of them would delete each other's records. Remove the option, because the default id is unique. If this installation has written records with the old id, set --adopt-owner-id ${SHARED_OWNER_ID} (adoptOwnerIds in the chart)`;
}

/** The message of a zone in folder mode whose random id is not in the state file. */
export function unsavedOwnerId({ meta }: DnsZone, why: string): string {
  return `DnsZone ${meta.namespace}/${meta.name} is not written: the owner id cannot be saved in the state file (${why}). After a restart, its records would belong to another installation. Make the file of --state writable, or set --owner-id`;
}
