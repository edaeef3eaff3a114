import type { Millis } from "../../base/clock.ts";
import { AppError } from "../../base/error.ts";
import { displayName, type Name } from "../../dns/name/name.ts";
import { RCODE, rcodeName } from "../../dns/registry.ts";
import { encodeUpdate, updateMessage } from "../../dns/message/update-message.ts";
import type { ResolverServer } from "../../transport/exchange.ts";
import type { BackendChange, RecordsRejected } from "../backend.ts";
import { serverText, type Session } from "./client.ts";
import { groupsOf } from "./convert.ts";
import { recordsRejected, updateProblem, type Problem } from "./server-error.ts";

export type Sent =
  | { readonly kind: "done" }
  /** A prerequisite is not met, so the server made no change of this message. */
  | { readonly kind: "conflict"; readonly message: string }
  | RecordsRejected
  | Problem;

export interface UpdateRequest {
  readonly server: ResolverServer;
  readonly zone: Name;
  readonly newId: () => number;
  /** One of the messages from {@link messagesOf}. */
  readonly query: Uint8Array;
}

/** Sends one update. Knot answers BADKEY to a known key if no acl permits these records. */
export async function sendUpdate(session: Session, request: UpdateRequest, signal: AbortSignal): Promise<Sent> {
  const { server, zone, query, newId } = request;
  const reply = await session.query(server, query, UPDATE_MS, signal);
  if (reply.kind === "refused" && reply.reason === "BadKey") {
    return (await takesUpdates(session, { server, zone, newId }, signal))
      ? recordsRejected(serverText(server), zone, "NOTAUTH (BADKEY)")
      : reply;
  }
  if (reply.kind !== "answer") {
    return reply.kind === "failed" && reply.silent === true
      ? { ...reply, message: `${reply.message}${UNKNOWN}` }
      : reply;
  }
  const { rcode } = reply.message;
  if (rcode === RCODE.NOERROR) {
    return { kind: "done" };
  }
  if (UNMET.has(rcode)) {
    const message = `${serverText(server)} answers ${rcodeName(rcode)}: ${displayName(zone)} has changed`;
    return { kind: "conflict", message };
  }
  const problem = updateProblem(serverText(server), zone, { ...reply, rcode });
  if (!MAY_BE_RECORDS.has(rcode) || !(await takesUpdates(session, { server, zone, newId }, signal))) {
    return problem;
  }
  const rejected = recordsRejected(serverText(server), zone, rcodeName(rcode));
  return problem.kind === "failed" ? { ...rejected, outage: { kind: "failed", message: problem.message } } : rejected;
}

/**
 * True if the server accepts an update without a change (RFC 2136 2.5 allows such an update). Then the zone, the key and the
 * address are correct, and the server refused the earlier update because of its records.
 */
async function takesUpdates(
  session: Session,
  { server, zone, newId }: Omit<UpdateRequest, "query">,
  signal: AbortSignal,
): Promise<boolean> {
  const empty = encodeUpdate(updateMessage(newId(), zone, []), session.reserved);
  const reply = empty && (await session.query(server, empty, UPDATE_MS, signal));
  return reply?.kind === "answer" && reply.message.rcode === RCODE.NOERROR;
}

/**
 * Returns the UPDATE messages for the changes. Usually there is one message, which takes effect completely or not at all. Changes
 * over 64 KiB need several messages, which never divide a name. Invalid data is rejected, and so is a single name that does not
 * fit.
 */
export function messagesOf(
  changes: readonly BackendChange[],
  { zone, newId, reserved }: { readonly zone: Name; readonly newId: () => number; readonly reserved: number },
): { readonly kind: "ok"; readonly messages: readonly Uint8Array[] } | RecordsRejected {
  const messages: Uint8Array[] = [];
  const waiting = [groupsOf(changes)];
  try {
    for (let groups = waiting.pop(); groups !== undefined; groups = waiting.pop()) {
      const bytes = encodeUpdate(updateMessage(newId(), zone, groups.flat()), reserved);
      const half = Math.ceil(groups.length / 2);
      if (bytes !== undefined) {
        messages.push(bytes);
      } else if (groups.length > 1) {
        waiting.push(groups.slice(half), groups.slice(0, half));
      } else {
        const message = `the records of ${nameOf(groups)} exceed 64 KiB, the limit of a DNS update`;
        return { kind: "rejected", message };
      }
    }
  } catch (error) {
    if (error instanceof AppError && error.code === "MESSAGE_INVALID") {
      return { kind: "rejected", message: error.message };
    }
    throw error;
  }
  return { kind: "ok", messages };
}

/** Updates of signed zones take longer. */
const UPDATE_MS: Millis = 15_000;
const UNKNOWN = "; the next read shows whether the update took effect";
/**
 * The rcodes that can mean a fault in single records. A server answers REFUSED if a policy forbids single records, but also if the
 * client has no permission at all. NOTZONE and FORMERR can be about one name or type. BIND answers SERVFAIL to more records than
 * `max-records-per-type` allows.
 */
const MAY_BE_RECORDS: ReadonlySet<number> = new Set([RCODE.REFUSED, RCODE.NOTZONE, RCODE.FORMERR, RCODE.SERVFAIL]);
const UNMET: ReadonlySet<number> = new Set([RCODE.YXDOMAIN, RCODE.YXRRSET, RCODE.NXRRSET, RCODE.NXDOMAIN]);

function nameOf(groups: readonly (readonly BackendChange[])[]): string {
  const [change] = groups.flat();
  const set = change?.after ?? change?.before;
  return set === undefined ? "nothing" : displayName(set.name);
}
