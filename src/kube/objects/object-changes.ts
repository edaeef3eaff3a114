import type { DnsAlias } from "../../api/dns-alias.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import type { ObjectMeta } from "../../api/meta.ts";
import { parseAlias, parseZone } from "../../api/parse/parse-object.ts";
import { type Parsed, problemText } from "../../api/schema/problem.ts";
import { describeResult } from "../client/api-result.ts";
import { DNS_ALIASES, DNS_ZONES, pathOf, type Resource } from "../client/resource.ts";
import { MERGE_PATCH, type Transport } from "../client/transport.ts";

/** Reads one object of a kind and changes it, for commands. */
export interface ObjectChanges<T> {
  read(place: ObjectPlace, signal: AbortSignal): Promise<ObjectRead<T>>;
  /** Changes the object, only at the resourceVersion that was read, so that no other change is lost. Returns why it failed. */
  patch(read: T, body: ObjectPatch, signal: AbortSignal): Promise<string | undefined>;
}

interface ObjectPlace {
  readonly namespace: string;
  readonly name: string;
}

/** A merge patch. Null removes a field. */
export interface ObjectPatch {
  readonly annotations?: Readonly<Record<string, string | null>>;
  readonly spec?: unknown;
}

type ObjectRead<T> =
  | { readonly kind: "ok"; readonly object: T }
  | { readonly kind: "failed"; readonly message: string };

export function createAliasChanges(transport: Transport): ObjectChanges<DnsAlias> {
  return createChanges(transport, DNS_ALIASES, parseAlias);
}

export function createZoneChanges(transport: Transport): ObjectChanges<DnsZone> {
  return createChanges(transport, DNS_ZONES, parseZone);
}

function createChanges<T extends { readonly meta: ObjectMeta }>(
  transport: Transport,
  resource: Resource,
  parse: (object: unknown) => Parsed<T>,
): ObjectChanges<T> {
  return {
    async read(place, signal) {
      const result = await transport.request({ method: "GET", path: pathOf(resource, place) }, signal);
      if (result.kind !== "ok") {
        return { kind: "failed", message: describeResult(result) };
      }
      const parsed = parse(result.body);
      return parsed.kind === "ok"
        ? { kind: "ok", object: parsed.value }
        : { kind: "failed", message: parsed.problems.map(problemText).join("; ") };
    },
    async patch({ meta }, { annotations, spec }, signal) {
      const { namespace, name, uid, resourceVersion } = meta;
      const path = pathOf(resource, { namespace, name, query: { fieldManager: COMMAND_MANAGER } });
      const metadata = { uid, resourceVersion, ...(annotations && { annotations }) };
      const body = { metadata, ...(spec === undefined ? {} : { spec }) };
      const result = await transport.request({ method: "PATCH", path, contentType: MERGE_PATCH, body }, signal);
      return result.kind === "ok" ? undefined : describeResult(result);
    },
  };
}

/** The field manager of commands. It is not that of the controller, because the controller doesn't make these changes. */
const COMMAND_MANAGER = "dnsalias-command";
