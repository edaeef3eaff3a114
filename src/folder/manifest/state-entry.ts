import { MANIFEST_KINDS, type ManifestKind } from "./manifest-kind.ts";
import type { Identity } from "./identity.ts";

/** `kind namespace/name`, or `Namespace /name`: one text for each object of the folder. */
export type ObjectId = string;

/** The entry of one object in the state file. */
export interface StateEntry {
  readonly kind: ManifestKind;
  readonly namespace: string;
  readonly name: string;
  /** The manifest file of the object, relative to the folder. */
  readonly file: string;
  readonly identity: Identity;
  /** Its last valid manifest, which remains in effect while its file cannot be read. */
  readonly object?: unknown;
  /** The last status that the controller wrote. The last known good addresses are restored from it. */
  readonly status?: unknown;
}

export function objectId(of: { readonly kind: string; readonly namespace: string; readonly name: string }): ObjectId {
  return `${of.kind} ${of.namespace}/${of.name}`;
}

/** The version increases when a program for the previous version would misread the file. */
const STATE_SCHEMA_VERSION = 1;

export type StateText =
  | { readonly kind: "ok"; readonly entries: readonly StateEntry[]; readonly ownerId?: string }
  | { readonly kind: "damaged"; readonly message: string; readonly ownerId?: string };

/** Reads the text of a state file. Never throws. */
export function parseState(text: string): StateText {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return damaged("it is not JSON", text);
  }
  if (!isRecord(data) || data["schemaVersion"] !== STATE_SCHEMA_VERSION) {
    const found = isRecord(data) ? JSON.stringify(data["schemaVersion"]) : "none";
    return damaged(`its schemaVersion is ${found}, and this program reads ${STATE_SCHEMA_VERSION}`, text);
  }
  const objects: unknown = data["objects"];
  if (!Array.isArray(objects) || !objects.every(isEntry)) {
    return damaged("its objects do not have the format that dnsalias writes", text);
  }
  return { kind: "ok", entries: objects, ...ownerIdIn(text) };
}

/**
 * The owner id is at the beginning of the file, and is read even if the rest is damaged. Without the owner id, existing records
 * would belong to another installation.
 */
function damaged(message: string, text: string): StateText {
  return { kind: "damaged", message, ...ownerIdIn(text) };
}

function ownerIdIn(text: string): { readonly ownerId?: string } {
  const ownerId = OWNER_ID.exec(text)?.[1];
  return ownerId === undefined ? {} : { ownerId };
}

const OWNER_ID = /^\s*\{"schemaVersion":\d+,"ownerId":"([A-Za-z0-9][A-Za-z0-9._-]{0,62})"/;

/** The text of a state file with one object on each line. `lines` are entries as JSON. */
export function stateText(lines: Iterable<string>, ownerId?: string): string {
  const owner = ownerId === undefined ? "" : `"ownerId":"${ownerId}",`;
  return `{"schemaVersion":${STATE_SCHEMA_VERSION},${owner}"objects":[\n${[...lines].join(",\n")}\n]}\n`;
}

function isEntry(value: unknown): value is StateEntry {
  return (
    isRecord(value) &&
    MANIFEST_KINDS.some((kind) => kind === value["kind"]) &&
    typeof value["namespace"] === "string" &&
    typeof value["name"] === "string" &&
    typeof value["file"] === "string" &&
    isIdentity(value["identity"])
  );
}

function isIdentity(value: unknown): value is Identity {
  return (
    isRecord(value) &&
    typeof value["specHash"] === "string" &&
    isCount(value["generation"]) &&
    isCount(value["createdAt"])
  );
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
