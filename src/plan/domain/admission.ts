import { matchesLabels } from "../../api/label-selector.ts";
import type { AllowedNamespaces } from "../../api/dns-zone.ts";

/** Labels of each namespace. A namespace that is absent in the map has no labels. */
export type NamespaceLabels = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** The fields of a DnsZone that decide which namespaces it admits. A DnsZone with unreadable fields admits all. */
export interface Admitting {
  readonly namespace: string;
  readonly allowedNamespaces: AllowedNamespaces | undefined;
}

/** Whether `spec.allowedNamespaces` of a DnsZone admits the namespace. */
export function admits(
  { namespace: own, allowedNamespaces: allowed }: Admitting,
  namespace: string,
  labels: NamespaceLabels,
): boolean {
  switch (allowed?.from) {
    case undefined:
    case "All":
      return true;
    case "Same":
      return own === namespace;
    case "Selector":
      return matchesLabels(allowed.selector, labels.get(namespace) ?? {});
  }
}
