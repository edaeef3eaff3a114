import type { DnsAlias } from "../../api/dns-alias.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import { APPROVE_ANNOTATION, objectKey } from "../../api/meta.ts";
import type { ObjectPatch } from "../../kube/objects/object-changes.ts";

/** A change that a command makes, or the reason why it makes none. */
export type ObjectChange =
  | { readonly kind: "change"; readonly patch: ObjectPatch; readonly done: string }
  | { readonly kind: "unchanged"; readonly message: string }
  | { readonly kind: "refused"; readonly message: string };

/** Approves the held deletes that the status of the zone has now. */
export function approval(zone: DnsZone): ObjectChange {
  const { meta, status } = zone;
  const hash = status?.planHash;
  const held = status?.conditions.find(({ reason }) => reason === "PlanHeld");
  if (hash === undefined) {
    return {
      kind: "refused",
      message: `DnsZone ${objectKey(meta)} has no held deletes: status.planHash is not set. See dnsalias plan`,
    };
  }
  if (meta.annotations[APPROVE_ANNOTATION] === hash) {
    return { kind: "unchanged", message: `the plan ${hash} is already approved` };
  }
  const reason = held === undefined ? "" : `: ${held.message}`;
  return {
    kind: "change",
    patch: { annotations: { [APPROVE_ANNOTATION]: hash } },
    done: `the plan ${hash} is approved${reason}`,
  };
}

/** Sets or removes `spec.paused`. */
export function pausing({ spec }: DnsAlias, isPaused: boolean): ObjectChange {
  if (spec.paused === isPaused) {
    return { kind: "unchanged", message: isPaused ? "it is already paused" : "it is not paused" };
  }
  return isPaused
    ? { kind: "change", patch: { spec: { paused: true } }, done: "it is paused, and its records stay as they are" }
    : { kind: "change", patch: { spec: { paused: null } }, done: "it follows its targets again" };
}
