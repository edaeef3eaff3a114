import type { DnsZone } from "../../../api/dns-zone.ts";
import type { ObjectKey } from "../../../api/meta.ts";
import type { Claim } from "../../../plan/claims.ts";
import { admits, type NamespaceLabels } from "../../../plan/domain/admission.ts";
import { patternsFor } from "../../../plan/domain/tenants.ts";

type Labels = Readonly<Record<string, string>> | undefined;

interface LostAdmission<T> {
  readonly lost: readonly T[];
  readonly regained: readonly T[];
}

/**
 * Compares the namespaces that have names in the zone. `lost`: the zone now allows them fewer or other names. `regained`: the zone
 * admits them.
 */
export function namespacesLost(
  before: DnsZone,
  after: DnsZone,
  claims: Iterable<Claim>,
  labels: NamespaceLabels,
): LostAdmission<string> {
  const namespaces = new Set<string>();
  for (const { winners } of claims) {
    winners.forEach(({ meta }) => namespaces.add(meta.namespace));
  }
  return difference(
    [...namespaces],
    (namespace) => scopeIn(before, namespace, labels),
    (namespace) => scopeIn(after, namespace, labels),
  );
}

/**
 * Compares what each zone allows the namespace with its old and its new labels. `lost`: zones that now allow it fewer or other names. `regained`: zones that
 * admit it.
 */
export function zonesLost(
  zones: ReadonlyMap<ObjectKey, DnsZone>,
  namespace: string,
  labels: { readonly before: Labels; readonly after: Labels },
): LostAdmission<ObjectKey> {
  const byLabels = [...zones].filter(
    ([, { spec }]) => spec.allowedNamespaces.from === "Selector" || spec.tenants.hostnames !== undefined,
  );
  const scopes = (of: Labels): ReadonlyMap<ObjectKey, string | undefined> => {
    const map: NamespaceLabels = new Map(of === undefined ? [] : [[namespace, of]]);
    return new Map(byLabels.map(([key, zone]) => [key, scopeIn(zone, namespace, map)]));
  };
  const before = scopes(labels.before);
  const after = scopes(labels.after);
  return difference(
    byLabels.map(([key]) => key),
    (key) => before.get(key),
    (key) => after.get(key),
  );
}

type ScopeOf<T> = (one: T) => string | undefined;

function difference<T>(all: readonly T[], before: ScopeOf<T>, after: ScopeOf<T>): LostAdmission<T> {
  return {
    lost: all.filter((one) => before(one) !== undefined && before(one) !== after(one)),
    regained: all.filter((one) => after(one) !== undefined),
  };
}

/** The names that a zone allows a namespace, as a comparable text. Undefined: it doesn't admit the namespace. */
function scopeIn(zone: DnsZone, namespace: string, labels: NamespaceLabels): string | undefined {
  const { meta, spec } = zone;
  if (!admits({ namespace: meta.namespace, allowedNamespaces: spec.allowedNamespaces }, namespace, labels)) {
    return undefined;
  }
  const { hostnames, wildcards, maxHostnames } = spec.tenants;
  return meta.namespace === namespace
    ? ""
    : JSON.stringify([
        hostnames && patternsFor(zone, namespace, labels.get(namespace) ?? {}),
        wildcards,
        maxHostnames ?? null,
      ]);
}
