/** `namespace/name`: the name of an object in conditions, in logs, and in the owner marker. */
export type ObjectKey = string;

/** The part of metadata that the program uses. In folder mode, `generation` counts changes of the spec, and `uid` is the key. */
export interface ObjectMeta {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  /** Milliseconds since the epoch. In folder mode it is the time of the first scan with the object, and the state file keeps it. */
  readonly createdAt: number;
  /** Milliseconds since the epoch: when a user deleted the object. The object exists until its finalizers are removed. */
  readonly deletedAt?: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly finalizers: readonly string[];
  /** Opaque; empty in folder mode. */
  readonly resourceVersion: string;
}

export function objectKey(meta: { readonly namespace: string; readonly name: string }): ObjectKey {
  return `${meta.namespace}/${meta.name}`;
}

export const API_GROUP = "dnsalias.io";
export const API_VERSION = "v1alpha1";
export const FINALIZER = "dnsalias.io/withdraw";
/** On an object that is being deleted: removes the finalizer at once, and leaves the records as they are. */
export const ABANDON_ANNOTATION = "dnsalias.io/abandon";
/** On a DnsZone: the hash of a plan that may exceed the limits of the guard. See the reason PlanHeld. */
export const APPROVE_ANNOTATION = "dnsalias.io/approve-plan";
/**
 * The DnsZones of other namespaces that an object permits, as `<namespace>/<name>[, …]`. On a DnsZone, it permits a DnsZone with
 * the same domain or a domain below it. On a ConfigMap, it permits an overlay. On a Service, it permits queries to its Pods and
 * annotations on them.
 */
export const ALLOW_ZONE_ANNOTATION = "dnsalias.io/allow-zone";
/** On a DnsZone: the deleted DnsZones below it whose hostnames it adopts, as `<namespace>/<name>[, …]`. */
export const TAKE_OVER_ANNOTATION = "dnsalias.io/take-over-zone";
/** On a DnsAlias: targets that count as unhealthy until a time, as `main, second until 2026-12-01T06:00:00Z`. */
export const DRAIN_ANNOTATION = "dnsalias.io/drain";
/** On a DnsAlias: targets that count as healthy until a time, in the form of {@link DRAIN_ANNOTATION}. */
export const FORCE_ANNOTATION = "dnsalias.io/force";
/** On a DnsAlias: the addresses to publish until a time, as `r7 until 2026-12-01T06:00:00Z` or `203.0.113.7, 2001:db8::7 until …`. */
export const PIN_ANNOTATION = "dnsalias.io/pin";
/** On a DnsAlias with `failback.mode: Manual`: the time at which it fails back once to a better target. */
export const FAILBACK_AT_ANNOTATION = "dnsalias.io/failback-at";

/** The DnsZones that an annotation lists as `<namespace>/<name>[, …]`. Empty if the annotation is absent. */
export function zonesListed(annotation: string | undefined): ReadonlySet<ObjectKey> {
  const keys = (annotation ?? "").split(",").map((key) => key.trim());
  return new Set(keys.filter((key) => key !== ""));
}
