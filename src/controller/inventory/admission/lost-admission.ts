import type { DnsZone } from "../../../api/dns-zone.ts";
import type { ObjectKey } from "../../../api/meta.ts";
import type { Claim } from "../../../plan/claims.ts";
import { admits, type NamespaceLabels } from "../../../plan/domain/admission.ts";

type Labels = Readonly<Record<string, string>> | undefined;

interface LostAdmission<T> {
  readonly lost: readonly T[];
  readonly regained: readonly T[];
}

/** The namespaces with names in the zone that its new selector no longer admits, and those that it admits. */
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
    (namespace) => admitsTo(before, namespace, labels),
    (namespace) => admitsTo(after, namespace, labels),
  );
}

/** The zones that no longer admit the namespace by its new labels, and those that do. */
export function zonesLost(
  zones: ReadonlyMap<ObjectKey, DnsZone>,
  namespace: string,
  labels: { readonly before: Labels; readonly after: Labels },
): LostAdmission<ObjectKey> {
  const selecting = [...zones].filter(([, { spec }]) => spec.allowedNamespaces.from === "Selector");
  const admitting = (of: Labels): ReadonlySet<ObjectKey> => {
    const map: NamespaceLabels = new Map(of === undefined ? [] : [[namespace, of]]);
    return new Set(selecting.flatMap(([key, zone]) => (admitsTo(zone, namespace, map) ? [key] : [])));
  };
  const before = admitting(labels.before);
  const after = admitting(labels.after);
  return difference(
    selecting.map(([key]) => key),
    (key) => before.has(key),
    (key) => after.has(key),
  );
}

function difference<T>(all: readonly T[], before: (one: T) => boolean, after: (one: T) => boolean): LostAdmission<T> {
  return { lost: all.filter((one) => before(one) && !after(one)), regained: all.filter(after) };
}

function admitsTo({ meta, spec }: DnsZone, namespace: string, labels: NamespaceLabels): boolean {
  return admits({ namespace: meta.namespace, allowedNamespaces: spec.allowedNamespaces }, namespace, labels);
}
