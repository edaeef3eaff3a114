import { createHash } from "node:crypto";
import type { Change, Write } from "./change.ts";
import { rrsetKey } from "../dns/record.ts";
import { countDeletes, type GuardWindow } from "./guard-window.ts";

const GUARDED_FROM = 10;

export type Guarded =
  /** `approved`: the hash of deletes that exceed the limit of the zone, and that a user approved. */
  | { readonly kind: "pass"; readonly writes: readonly Write[]; readonly approved?: string }
  /** `writes` has the creates and updates. They continue, so that other names don't become stale. */
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
  /** The window at the present time. Its last count is the present number of RRsets that dnsalias manages. */
  readonly window: GuardWindow;
  readonly maxDeletePercent: number;
  /** The value of the zone's annotation `dnsalias.io/approve-plan`. */
  readonly approved: string | undefined;
  /** The hash of the last plan whose approval was used. It is part of the next hash, so the same deletes need a new approval. */
  readonly used?: string | undefined;
  /** True for a delete that belongs to a switch to other targets. The guard never holds it. */
  readonly isSwitch?: ((write: Write) => boolean) | undefined;
}

/**
 * Holds the deletes of a plan if the deletes of the last hour would exceed the zone's limit, until a user approves their hash. The
 * limit is a share of the largest number of RRsets in that hour.
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

/**
 * In a small zone, the guard judges only deletes whose alias was deleted while dnsalias did not run. A single alias of a small zone
 * may be deleted, but the whole zone must not disappear unnoticed.
 */
function isJudged(write: Write, window: GuardWindow): boolean {
  return write.kind === "delete" && (isGuarded(window) || window.unwatched.has(rrsetKey(write.before)));
}

/**
 * In a zone of this many RRsets or more, the guard judges the share of deletes. In a smaller zone, the deletion of one alias
 * would exceed the limit.
 */
export function isGuarded({ stood }: GuardWindow): boolean {
  return (stood[0]?.count ?? 0) >= GUARDED_FROM;
}

/** The hash of a plan, as twelve hexadecimal digits. It changes with the list of deletes, and after each used approval. */
function planHash(deletes: readonly Write[], used = ""): string {
  const names = deletes.map((write) => (write.kind === "delete" ? `${write.before.name} ${write.before.type}` : ""));
  const text = [...(used === "" ? [] : [used]), ...names].join("\n");
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
