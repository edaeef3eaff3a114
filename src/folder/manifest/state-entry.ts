import { MANIFEST_KINDS, type ManifestKind } from "./parse-manifests.ts";
import type { Identity } from "./identity.ts";

/** `kind namespace/name`, or `Namespace /name`: one text for each object of the folder. */
export type ObjectId = string;

/** What the state file remembers of one object. */
export interface StateEntry {
  readonly kind: ManifestKind;
  readonly namespace: string;
  readonly name: string;
  /** The manifest file that it stood in, relative to the folder. */
  readonly file: string;
  readonly identity: Identity;
  /** The last manifest of it that was right; it stands while its file cannot be read. */
  readonly object?: unknown;
  /** What the controller wrote last: last-good comes back from here. */
  readonly status?: unknown;
}

export function objectId(of: { readonly kind: string; readonly namespace: string; readonly name: string }): ObjectId {
  return `${of.kind} ${of.namespace}/${of.name}`;
}

/** Raised when a reader of the old version would misread the new one. */
const STATE_SCHEMA_VERSION = 1;

export type StateText =
  | { readonly kind: "ok"; readonly entries: readonly StateEntry[] }
  | { readonly kind: "damaged"; readonly message: string };

/** Reads the text of a state file; never throws. */
export function parseState(text: string): StateText {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return { kind: "damaged", message: "it is not JSON" };
  }
  if (!isRecord(data) || data["schemaVersion"] !== STATE_SCHEMA_VERSION) {
    const found = isRecord(data) ? JSON.stringify(data["schemaVersion"]) : "none";
    return { kind: "damaged", message: `its schemaVersion is ${found}, this program reads ${STATE_SCHEMA_VERSION}` };
  }
  const objects: unknown = data["objects"];
  if (!Array.isArray(objects) || !objects.every(isEntry)) {
    return { kind: "damaged", message: "its objects are not of the shape that this program writes" };
  }
  return { kind: "ok", entries: objects };
}

/** The text of a state file, one object a line; `lines` are entries as JSON. */
export function stateText(lines: Iterable<string>): string {
  return `{"schemaVersion":${STATE_SCHEMA_VERSION},"objects":[\n${[...lines].join(",\n")}\n]}\n`;
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
