import { aliasManifest } from "../lab/manifests.ts";
import type { Place } from "./place/place.ts";
import { targetName } from "./world/targets.ts";

export interface ChaosAlias {
  /** Of the DnsAlias. */
  readonly id: string;
  /** Its only hostname. */
  readonly name: string;
  readonly targets: readonly number[];
  /** `always`: it exists all the time. `sometimes`: it comes and goes. `never`: its name belongs to another owner, so that it is refused. */
  readonly served: "always" | "sometimes" | "never";
}

export const TARGETS = [1, 2, 3, 4, 5];

export function aliasesOf({ id, domain, firstName, claimed }: Place): readonly ChaosAlias[] {
  return [
    { id: `${id}-n0`, name: firstName, targets: [1], served: "always" },
    { id: `${id}-n1`, name: `n1.${domain}`, targets: [2, 3], served: "always" },
    { id: `${id}-t0`, name: `t0.${domain}`, targets: [4], served: "sometimes" },
    { id: `${id}-t1`, name: `t1.${domain}`, targets: [5], served: "sometimes" },
    ...(claimed === undefined ? [] : [{ id: `${id}-claim`, name: claimed, targets: [1], served: "never" } as const]),
  ];
}

export const ALIASES_PATH = "/apis/dnsalias.io/v1alpha1/namespaces/web/dnsaliases";

export function manifestOf({ id, name, targets }: ChaosAlias): string {
  return aliasManifest({ name: id, hostnames: [name], targets: targets.map(targetName) });
}

/** Names come and go more often than the guard of a zone allows, and that isn't what is tested here. */
export function zoneOf({ id, domain, provider, servedBy }: Place): string {
  return JSON.stringify({
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsZone",
    metadata: { name: id, namespace: "dns-system" },
    spec: {
      domain,
      allowedNamespaces: { from: "All" },
      provider,
      ...(servedBy && { servedBy }),
      ttl: { min: 2 },
      guard: { maxDeletePercent: 100 },
    },
  });
}
