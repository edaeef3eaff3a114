import type { Millis } from "../base/clock.ts";
import type { Name } from "../dns/name/name.ts";

/** Kinds of objects that have a load balancer, with their API groups. */
export const RESOURCE_GROUPS = {
  Service: "",
  Ingress: "networking.k8s.io",
  Gateway: "gateway.networking.k8s.io",
} as const;

export type ResourceKind = keyof typeof RESOURCE_GROUPS;
export const RESOURCE_KINDS = ["Service", "Ingress", "Gateway"] as const satisfies readonly ResourceKind[];

/** An object of the cluster whose load balancer has the addresses. */
export interface ResourceRef {
  readonly kind: ResourceKind;
  readonly name: string;
  /** Absent: the namespace of the DnsAlias. */
  readonly namespace?: string;
}

/** The present state of an object as its watch shows it. */
export type ResourceFinding =
  /** If both lists are empty, the load balancer is not ready. */
  | {
      readonly kind: "found";
      /** The addresses of both families, canonical and sorted. */
      readonly addresses: readonly string[];
      /** The hostnames of entries without an IP address. */
      readonly hostnames: readonly Name[];
      /**
       * True if kube-proxy answers for an address inside the cluster (ipMode VIP), so that a check doesn't reach the load balancer.
       */
      readonly isAnsweredInside: boolean;
    }
  | { readonly kind: "missing" }
  /** No ReferenceGrant of its namespace allows the reference. */
  | { readonly kind: "notPermitted" }
  /** `message`: a sentence with the cure. */
  | { readonly kind: "unsupported"; readonly message: string }
  | { readonly kind: "forbidden"; readonly message: string };

/** The known state of an object, over successive findings. */
export interface HeldResource {
  readonly finding: ResourceFinding;
  /** When findings of this kind began. */
  readonly since: Millis;
  /** The last entries. They remain while the object is absent or can't be read. */
  readonly addresses: readonly string[];
  readonly hostnames: readonly Name[];
  /** The addresses of the last finding with at least one public address. */
  readonly publicAddresses: readonly string[];
  /** Since when the entries have only special-use addresses; undefined: there are other addresses, or a hostname. */
  readonly specialSince?: Millis;
  /** Since when there are no entries: the status is empty, or the object is missing, not permitted, or not supported. */
  readonly absentSince?: Millis;
  /** The time at which the absence counts as confirmed. */
  readonly goneAt?: Millis;
  /** True if the absence is confirmed. */
  readonly isGone: boolean;
  /** Since when the object can't be read. */
  readonly failingSince?: Millis;
}

/** The namespace of the referenced object. */
export function namespaceOfRef({ namespace }: ResourceRef, aliasNamespace: string): string {
  return namespace ?? aliasNamespace;
}

/**
 * The key of an object for the DnsAliases of one namespace. Their namespace is a part of the key, because consent depends on it.
 */
export function referenceKey(aliasNamespace: string, ref: ResourceRef): string {
  return `${aliasNamespace} ${ref.kind} ${namespaceOfRef(ref, aliasNamespace)}/${ref.name}`;
}

/** "Service web", or "Gateway infra/edge" in another namespace than the DnsAlias. */
export function referenceText({ kind, name, namespace }: ResourceRef): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

/** The default name of a target: "service-web". */
export function referenceTargetName({ kind, name }: ResourceRef): string {
  return `${kind.toLowerCase()}-${name}`;
}
