import { createHash } from "node:crypto";
import type { Change, Write } from "./change.ts";
import { rrsetKey } from "../dns/record.ts";
import { countDeletes, type GuardWindow } from "./guard-window.ts";

const GUARDED_FROM = 10;

export type Guarded =
  /** `approved`: the hash of deletes that are more than the zone allows, and that somebody approved. */
  | { readonly kind: "pass"; readonly writes: readonly Write[]; readonly approved?: string }
  /** `writes` are the creates and updates, which go on: holding them back would let other names grow stale. */
  | {
      readonly kind: "held";
      readonly writes: readonly Write[];
      readonly hash: string;
      readonly deletes: number;
      readonly of: number;
      readonly message: string;
    };

export interface GuardInput {
  readonly changes: readonly Change[];
  /** Moved to now: its last count is of the record sets of ours that stand. */
  readonly window: GuardWindow;
  readonly maxDeletePercent: number;
  /** What the zone's annotation `dnsalias.io/approve-plan` says. */
  readonly approved: string | undefined;
  /** The hash of the last plan whose approval was used: the same deletes have another hash the next time. */
  readonly used?: string | undefined;
  /** True for a delete that belongs to a switch to other targets: it isn't judged, and is never held. */
  readonly isSwitch?: ((write: Write) => boolean) | undefined;
}

/**
 * Holds back the deletes of a plan that would take away more than the zone allows in an hour, until its hash is approved. The share is of the most record sets that
 * stood in the hour.
 */
export function guard({ changes, window, maxDeletePercent, approved, used, isSwitch }: GuardInput): Guarded {
  const writes = changes.filter((change) => change.kind !== "refuse");
  const mayHold = (write: Write): boolean => isJudged(write, window) && isSwitch?.(write) !== true;
  const deletes = writes.filter(mayHold);
  const before = isGuarded(window) ? countDeletes(window) : 0;
  const of = window.stood[0]?.count ?? 0;
  const tooMany = deletes.length > 0 && (before + deletes.length) * 100 > of * maxDeletePercent;
  const hash = planHash(deletes, used);
  if (!tooMany || approved === hash) {
    return { kind: "pass", writes, ...(tooMany && { approved: hash }) };
  }
  const earlier = before === 0 ? "" : `, after ${before} in the last hour,`;
  const message = `The plan deletes ${deletes.length}${earlier} of ${of} RRsets, more than spec.guard.maxDeletePercent (${maxDeletePercent}%) allows. To approve it, annotate the DnsZone with dnsalias.io/approve-plan=${hash}`;
  return {
    kind: "held",
    writes: writes.filter((write) => !mayHold(write)),
    hash,
    deletes: deletes.length,
    of,
    message,
  };
}

/** Below the floor only what went while nobody watched is judged: a single alias of a small zone may go, but not a whole one unseen. */
function isJudged(write: Write, window: GuardWindow): boolean {
  return write.kind === "delete" && (isGuarded(window) || window.unwatched.has(rrsetKey(write.before)));
}

/** From this many record sets up the share of deletes is judged; below it one alias would trip the guard. */
export function isGuarded({ stood }: GuardWindow): boolean {
  return (stood[0]?.count ?? 0) >= GUARDED_FROM;
}

/** Twelve hexadecimal digits that change when the list of deletes does, and when an approval was used. */
function planHash(deletes: readonly Write[], used = ""): string {
  const names = deletes.map((write) => (write.kind === "delete" ? `${write.before.name} ${write.before.type}` : ""));
  const text = [...(used === "" ? [] : [used]), ...names].join("\n");
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
