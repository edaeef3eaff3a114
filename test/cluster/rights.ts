import type { AuditEvent } from "../support/kube-audit.ts";
import { listAt, textAt, valueAt } from "../support/json-at.ts";

/** One right of a ServiceAccount: one verb on one resource, of one name if the rule has names. */
export interface Right {
  /** Empty for a right in all namespaces. */
  readonly namespace: string;
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
  /** Undefined for every name. */
  readonly name: string | undefined;
}

export interface Account {
  readonly namespace: string;
  readonly name: string;
}

/** The rights that RBAC objects (roles, cluster roles and their bindings) grant to an account directly. */
export function rightsOf(objects: readonly unknown[], account: Account): readonly Right[] {
  const bindings = objects.filter((object) => isBindingOf(object, account));
  return bindings.flatMap((binding) => {
    const isCluster = textAt(binding, "kind") === "ClusterRoleBinding";
    const namespace = isCluster ? "" : textAt(binding, "metadata", "namespace");
    const kind = textAt(binding, "roleRef", "kind");
    const role = objects.find(
      (object) =>
        textAt(object, "kind") === kind &&
        textAt(object, "metadata", "name") === textAt(binding, "roleRef", "name") &&
        (kind === "ClusterRole" || textAt(object, "metadata", "namespace") === namespace),
    );
    return listAt(role, "rules").flatMap((rule) => rightsOfRule(rule, namespace));
  });
}

function isBindingOf(object: unknown, { namespace, name }: Account): boolean {
  return (
    textAt(object, "kind").endsWith("RoleBinding") &&
    listAt(object, "subjects").some(
      (subject) =>
        valueAt(subject, "kind") === "ServiceAccount" &&
        valueAt(subject, "name") === name &&
        valueAt(subject, "namespace") === namespace,
    )
  );
}

function rightsOfRule(rule: unknown, namespace: string): readonly Right[] {
  const names = listAt(rule, "resourceNames").map(String);
  return listAt(rule, "apiGroups").flatMap((group) =>
    listAt(rule, "resources").flatMap((resource) =>
      listAt(rule, "verbs").flatMap((verb) =>
        (names.length === 0 ? [undefined] : names).map((name) => ({
          namespace,
          group: String(group),
          resource: String(resource),
          verb: String(verb),
          name,
        })),
      ),
    ),
  );
}

/** Whether a request needed this right. */
export function uses(event: AuditEvent, right: Right): boolean {
  // A server-side apply is a patch; where it creates the object, the API server checks both rights.
  const isCreatingApply = event.verb === "patch" && event.code === 201 && right.verb === "create";
  return (
    (event.verb === right.verb || isCreatingApply) &&
    event.group === right.group &&
    event.resource === right.resource &&
    (right.namespace === "" || event.namespace === right.namespace) &&
    (right.name === undefined || event.name === right.name)
  );
}

/** `get configmaps coredns in kube-system` */
export function rightText({ namespace, group, resource, verb, name }: Right): string {
  const place = namespace === "" ? "everywhere" : `in ${namespace}`;
  return [verb, group === "" ? resource : `${resource}.${group}`, name ?? "", place]
    .filter((word) => word !== "")
    .join(" ");
}

/** What an installation was allowed to do, and the requests that it made. */
export interface RightsRecord {
  readonly rights: readonly Right[];
  readonly events: readonly AuditEvent[];
}

/**
 * The rights that no installation with the right used, as text, sorted and without duplicates. An installation's requests count only for its own
 * rights: a request in a namespace doesn't show that a Role of another installation in that namespace is needed.
 */
export function unusedRights(records: readonly RightsRecord[]): readonly string[] {
  const rights = records.flatMap((record) => record.rights.map((right) => ({ right, events: record.events })));
  const byText = Map.groupBy(rights, ({ right }) => rightText(right));
  return [...byText]
    .filter(([, given]) => !given.some(({ right, events }) => events.some((event) => uses(event, right))))
    .map(([text]) => text)
    .sort();
}

/** The requests of an account that were refused for want of a right. */
export function refusedRequests(events: readonly AuditEvent[]): readonly string[] {
  return events
    .filter(({ code }) => code === 403)
    .map(({ verb, resource, namespace, name, user }) => `${verb} ${resource} ${namespace}/${name} by ${user}`);
}
