import { sameMembers } from "../../base/order.ts";
import { displayName } from "../../dns/name/name.ts";
import type { ActualRRset, DesiredRRset, Write } from "../../plan/change.ts";
import type { ApplyResult } from "../provider.ts";
import { setOf } from "./batch.ts";
import { holderOf } from "./marker-owner.ts";
import type { State, View } from "./owned-view.ts";

type WriteProblem = Extract<ApplyResult, { readonly kind: "refused" | "conflict" }>;

/**
 * Returns the problem of a write to records of another writer. The plan never has such a write. If it had one, this check would
 * still protect those records.
 */
export function problemOf({ own }: State, { sets, ownership }: View, write: Write): WriteProblem | undefined {
  const { name, type } = setOf(write);
  const holder = holderOf(sets, name, own);
  if (holder.kind === "foreign") {
    const message = `${displayName(name)} ${type} belongs to the dnsalias owner "${holder.owner}"`;
    return { kind: "refused", reason: "ForeignOwner", message };
  }
  const stands = ownership.get(name)?.sets.find((set) => set.type === type);
  if (stands?.note !== undefined) {
    return { kind: "refused", reason: "ForeignRecord", message: `${displayName(name)} ${type}: ${stands.note}` };
  }
  const isNews = write.kind === "create" ? stands !== undefined : stands === undefined;
  const isForeignDelete = write.kind === "delete" && stands?.owner === undefined;
  return ownership.has(name) && !isNews && !isForeignDelete
    ? undefined
    : { kind: "conflict", message: `${displayName(name)} ${type} has changed since the plan was made` };
}

/** Returns the write that is still necessary after other writes have taken effect. Undefined: it is already done. */
export function rebase({ ownership }: View, write: Write): Write | "conflict" | undefined {
  const { name, type } = setOf(write);
  const now = ownership.get(name)?.sets.find((set) => set.type === type);
  if (now?.note !== undefined) {
    return "conflict";
  }
  if (write.kind === "delete") {
    return now === undefined ? undefined : { kind: "delete", before: now };
  }
  if (now === undefined) {
    return { kind: "create", after: write.after };
  }
  const isAdopted = write.kind === "update" && isSame(now, write.before);
  if (now.owner === undefined && !isAdopted) {
    return "conflict";
  }
  return now.owner !== undefined && isSame(now, write.after)
    ? undefined
    : { kind: "update", before: now, after: write.after };
}

function isSame(a: ActualRRset, b: ActualRRset | DesiredRRset): boolean {
  return a.ttl === b.ttl && sameMembers(a.data, b.data);
}
