import { listAt } from "../support/json-at.ts";
import type { Node } from "./node.ts";
import { rightsOf, type Account, type RightsRecord } from "./rights.ts";

/** The rights that an account has now, and its requests since a time in milliseconds since 1970. */
export async function recordRights(node: Node, account: Account, since: number): Promise<RightsRecord> {
  const kinds = "clusterroles,clusterrolebindings,roles,rolebindings";
  const list: unknown = JSON.parse(await node.kubectl(["get", kinds, "--all-namespaces", "-o", "json"]));
  const user = `system:serviceaccount:${account.namespace}:${account.name}`;
  const events = (await node.auditEvents()).filter((event) => event.user === user && event.at >= since);
  return { rights: rightsOf(listAt(list, "items"), account), events };
}
