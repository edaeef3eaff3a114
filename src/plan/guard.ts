import { createHash } from "node:crypto";
import type { Change, Write } from "./change.ts";

/** From this many record sets up the share of deletes is judged; below it one alias would trip the guard. */
const GUARDED_FROM = 10;

export type Guarded =
  | { readonly kind: "pass"; readonly writes: readonly Write[] }
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
  /** Record sets of ours that stand now. */
  readonly owned: number;
  readonly maxDeletePercent: number;
  /** What the zone's annotation `dnsalias.io/approve-plan` says. */
  readonly approved: string | undefined;
}

/** Holds back the deletes of a plan that would take away more than the zone allows at once, until its hash is approved. */
export function guard({ changes, owned, maxDeletePercent, approved }: GuardInput): Guarded {
  const writes = changes.filter((change) => change.kind !== "refuse");
  const deletes = writes.filter((write) => write.kind === "delete");
  const tooMany = owned >= GUARDED_FROM && deletes.length * 100 > owned * maxDeletePercent;
  const hash = planHash(deletes);
  if (!tooMany || approved === hash) {
    return { kind: "pass", writes };
  }
  const message = `the plan deletes ${deletes.length} of ${owned} record sets, over the ${maxDeletePercent} % that spec.guard.maxDeletePercent allows; if that is meant, annotate the DnsZone with dnsalias.io/approve-plan=${hash}`;
  return {
    kind: "held",
    writes: writes.filter((write) => write.kind !== "delete"),
    hash,
    deletes: deletes.length,
    of: owned,
    message,
  };
}

/** Twelve hexadecimal digits that change when the list of deletes does. */
function planHash(deletes: readonly Write[]): string {
  const text = deletes
    .map((write) => (write.kind === "delete" ? `${write.before.name} ${write.before.type}` : ""))
    .join("\n");
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
