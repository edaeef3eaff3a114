import { API_GROUP } from "../../api/meta.ts";
import { listAt, memberAt, textAt } from "../../base/json.ts";
import { describeResult } from "../client/api-result.ts";
import { LEASES, pathOf } from "../client/resource.ts";
import type { Transport } from "../client/transport.ts";

/** The settings of the controller that the leader writes on its Lease, so that commands can read them without its Pod. */
export interface ControllerSettings {
  readonly ownerId: string;
  /** The recursive resolvers, as labels. */
  readonly resolvers: readonly string[];
}

/** A Lease of a controller. */
export interface ControllerLease {
  readonly namespace: string;
  readonly name: string;
  /** "" if no process leads. */
  readonly holder: string;
  /** RFC 3339, by the clock of the holder. */
  readonly renewTime: string;
  /** Absent: the controller is of an earlier version. */
  readonly settings?: ControllerSettings;
}

export type ControllerRead =
  | { readonly kind: "ok"; readonly leases: readonly ControllerLease[] }
  | { readonly kind: "failed"; readonly message: string };

export interface LeaseQuery {
  readonly name: string;
  /** Absent: all namespaces. */
  readonly namespace?: string | undefined;
  /** The namespace of the Pod or of the context. */
  readonly own: string;
}

const OWNER_ID = `${API_GROUP}/owner-id`;
const RESOLVERS = `${API_GROUP}/resolvers`;

export function settingsAnnotations({ ownerId, resolvers }: ControllerSettings): Readonly<Record<string, string>> {
  return { [OWNER_ID]: ownerId, [RESOLVERS]: resolvers.join(", ") };
}

/**
 * Reads the Leases with one name, in one namespace or in all. The newest renewal comes first. Without the right to list all Leases, it
 * reads the Lease in `own`, as in a Pod of the controller.
 */
export async function readControllerLeases(
  transport: Transport,
  { namespace, name, own }: LeaseQuery,
  signal: AbortSignal,
): Promise<ControllerRead> {
  const path = pathOf(LEASES, { namespace, query: { fieldSelector: `metadata.name=${name}` } });
  const result = await transport.request({ method: "GET", path }, signal);
  if (result.kind === "status" && result.code === 403) {
    const one = pathOf(LEASES, { namespace: namespace ?? own, name });
    const read = await transport.request({ method: "GET", path: one }, signal);
    return read.kind === "ok"
      ? { kind: "ok", leases: [controllerLease(read.body)] }
      : { kind: "failed", message: describeResult(result) };
  }
  if (result.kind !== "ok") {
    return { kind: "failed", message: describeResult(result) };
  }
  const leases = listAt(result.body, "items").map(controllerLease);
  return { kind: "ok", leases: leases.sort((a, b) => Date.parse(b.renewTime) - Date.parse(a.renewTime)) };
}

function controllerLease(object: unknown): ControllerLease {
  const annotations = memberAt(memberAt(object, "metadata"), "annotations");
  const ownerId = textAt(annotations, OWNER_ID);
  const resolvers = textAt(annotations, RESOLVERS).split(", ").filter(Boolean);
  return {
    namespace: textAt(object, "metadata", "namespace"),
    name: textAt(object, "metadata", "name"),
    holder: textAt(object, "spec", "holderIdentity"),
    renewTime: textAt(object, "spec", "renewTime"),
    ...(ownerId === "" ? {} : { settings: { ownerId, resolvers } }),
  };
}
