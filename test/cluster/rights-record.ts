import { listAt } from "../support/json-at.ts";
import type { AuditEvent } from "../support/kube-audit.ts";
import type { Node } from "./node.ts";
import { rightsOf, type Account, type Right } from "./rights.ts";

/** What an installation was allowed to do, and the requests that it made. */
export interface RightsRecord {
  readonly rights: readonly Right[];
  readonly events: readonly AuditEvent[];
}

/** The rights that an account has now, and its requests since a time in milliseconds since 1970. */
export async function recordRights(node: Node, account: Account, since: number): Promise<RightsRecord> {
  const kinds = "clusterroles,clusterrolebindings,roles,rolebindings";
  const list: unknown = JSON.parse(await node.kubectl(["get", kinds, "--all-namespaces", "-o", "json"]));
  const user = `system:serviceaccount:${account.namespace}:${account.name}`;
  const events = (await node.auditEvents()).filter((event) => event.user === user && event.at >= since);
  return { rights: rightsOf(listAt(list, "items"), account), events };
}
