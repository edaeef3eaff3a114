import type { Millis } from "../../base/clock.ts";
import { AppError } from "../../base/error.ts";
import { displayName, type Name } from "../../dns/name/name.ts";
import { RCODE, rcodeName } from "../../dns/registry.ts";
import { encodeUpdate, updateMessage } from "../../dns/message/update-message.ts";
import type { ResolverServer } from "../../transport/exchange.ts";
import type { BackendChange } from "../backend.ts";
import { serverText, type Session } from "./client.ts";
import { groupsOf } from "./convert.ts";
import { refused, updateProblem, type Problem } from "./server-error.ts";

export type Sent =
  | { readonly kind: "done" }
  /** A prerequisite is not met: nothing of this message was done. */
  | { readonly kind: "conflict"; readonly message: string }
  | Problem;

export interface UpdateRequest {
  readonly server: ResolverServer;
  readonly zone: Name;
  /** One of {@link messagesOf}. */
  readonly query: Uint8Array;
}

/** Sends one update. */
export async function sendUpdate(session: Session, request: UpdateRequest, signal: AbortSignal): Promise<Sent> {
  const { server, zone, query } = request;
  const reply = await session.query(server, query, UPDATE_MS, signal);
  if (reply.kind !== "answer") {
    return reply.kind === "failed" && reply.silent === true
      ? { ...reply, message: `${reply.message}${UNKNOWN}` }
      : reply;
  }
  const { rcode } = reply.message;
  if (rcode === RCODE.NOERROR) {
    return { kind: "done" };
  }
  return UNMET.has(rcode)
    ? {
        kind: "conflict",
        message: `${serverText(server)} answers ${rcodeName(rcode)}: ${displayName(zone)} has changed`,
      }
    : updateProblem(serverText(server), zone, { ...reply, rcode });
}

/**
 * The changes as updates of one message each: one as a rule, which takes effect wholly or not at all. What is over 64 KiB becomes several, cut between
 * names, each whole in itself; a single name that does not fit is refused, and so is data that is none.
 */
export function messagesOf(
  changes: readonly BackendChange[],
  { zone, newId, reserved }: { readonly zone: Name; readonly newId: () => number; readonly reserved: number },
): { readonly kind: "ok"; readonly messages: readonly Uint8Array[] } | Problem {
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
        return refused("Rejected", `the records of ${nameOf(groups)} are over 64 KiB: they fit into no DNS update`);
      }
    }
  } catch (error) {
    if (error instanceof AppError && error.code === "MESSAGE_INVALID") {
      return refused("Rejected", error.message);
    }
    throw error;
  }
  return { kind: "ok", messages };
}

/** Signed zones take their time. */
const UPDATE_MS: Millis = 15_000;
const UNKNOWN = "; whether the update took effect, the next reading shows";
const UNMET: ReadonlySet<number> = new Set([RCODE.YXDOMAIN, RCODE.YXRRSET, RCODE.NXRRSET, RCODE.NXDOMAIN]);

function nameOf(groups: readonly (readonly BackendChange[])[]): string {
  const [change] = groups.flat();
  const set = change?.after ?? change?.before;
  return set === undefined ? "nothing" : displayName(set.name);
}
