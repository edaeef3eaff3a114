import type { Millis } from "../../base/clock.ts";
import { byCodeUnit, sameMembers } from "../../base/order.ts";
import { encodeMessage } from "../../dns/message/encode.ts";
import type { Message } from "../../dns/message/message.ts";
import { isAtOrBelow, isWildcard, parentOf, wildcardBelow, type Name } from "../../dns/name/name.ts";
import type { RRset } from "../../dns/record.ts";
import { printRdata } from "../../dns/rdata/codec.ts";
import { RCODE, TYPE } from "../../dns/registry.ts";
import { nameInUseMessage } from "../../dns/message/update-message.ts";
import type { ResolverServer } from "../../transport/exchange.ts";
import { serverText, type Reply, type Session } from "./client.ts";
import { readProblem, refused, type Problem } from "./server-error.ts";
import { delegationsOf, rrsetsOfMessage, encodedQuestion } from "./convert.ts";
export type NamesRead =
  | {
      readonly kind: "ok";
      readonly sets: readonly RRset[];
      /** Delegations at or above the requested names. */
      readonly delegations: readonly Name[];
      readonly serial: number;
    }
  | Problem;

export interface NamesRequest {
  readonly server: ResolverServer;
  readonly zone: Name;
  readonly names: readonly Name[];
  readonly newId: () => number;
}

/** Reads the A, AAAA, HTTPS, CNAME, and TXT RRsets of some names with queries. The server must be authoritative for the zone. */
export async function readNames(session: Session, request: NamesRequest, signal: AbortSignal): Promise<NamesRead> {
  const query: NamesQuery = { session, request, wildcards: new Map(), delegations: new Set(), signal };
  const serial = await readSerial(session, request, signal);
  if (serial.kind !== "ok") {
    return serial;
  }
  const sets: RRset[][] = [];
  const left = request.names.entries();
  let problem: Problem | undefined;
  const work = async (): Promise<void> => {
    for (const [index, name] of left) {
      const read = problem ?? (await readName(query, name));
      if (!isSets(read)) {
        problem ??= read;
        return;
      }
      sets[index] = [...read];
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return (
    problem ?? {
      kind: "ok",
      sets: sorted(sets.flat()),
      delegations: [...query.delegations].sort(byCodeUnit),
      serial: serial.serial,
    }
  );
}

/** Reads the serial of the zone, and whether the server is authoritative for it. */
export async function readSerial(
  session: Session,
  { server, zone, newId }: Omit<NamesRequest, "names">,
  signal: AbortSignal,
): Promise<{ readonly kind: "ok"; readonly serial: number } | Problem> {
  const reply = await session.query(server, encodedQuestion(newId(), zone, TYPE.SOA), QUESTION_MS, signal);
  if (reply.kind !== "answer") {
    return reply;
  }
  const { rcode, authoritative, answers } = reply.message;
  if (rcode !== RCODE.NOERROR) {
    return readProblem(serverText(server), zone, { ...reply, rcode });
  }
  const soa = answers.find(({ name, type }) => name === zone && type === TYPE.SOA);
  return soa !== undefined && authoritative
    ? { kind: "ok", serial: Number(printRdata(TYPE.SOA, soa.rdata).split(" ")[2]) }
    : refused(
        "NotAuthoritative",
        `${serverText(server)} is not authoritative for ${zone}: set servers to authoritative servers of the zone`,
      );
}

/** The maximum number of concurrent queries. */
const AT_ONCE = 8;
const QUESTION_MS: Millis = 5_000;

interface NamesQuery {
  readonly session: Session;
  readonly request: NamesRequest;
  /** The RRsets at wildcards, by name and type, each queried once. */
  readonly wildcards: Map<string, Promise<NameRead>>;
  /** Names of delegations that answers referred to. */
  readonly delegations: Set<Name>;
  readonly signal: AbortSignal;
}

type NameRead = readonly RRset[] | Problem;

function isSets(read: NameRead): read is readonly RRset[] {
  return Array.isArray(read);
}

/** Reads one name. If it does not exist, or is a CNAME, the first query is enough. */
async function readName(query: NamesQuery, name: Name): Promise<NameRead> {
  const first = await queryType(query, name, TYPE.A);
  if (first.kind !== "answer") {
    return first;
  }
  const sets = setsAt(name, first.message);
  recordReferral(query, first.message);
  const isWhole = first.message.rcode === RCODE.NXDOMAIN || sets.some(({ type }) => type === "CNAME");
  const others = isWhole
    ? []
    : await Promise.all([TYPE.AAAA, TYPE.HTTPS, TYPE.TXT].map((type) => queryType(query, name, type)));
  const all = [...sets];
  for (const reply of others) {
    if (reply.kind !== "answer") {
      return reply;
    }
    all.push(...setsAt(name, reply.message));
  }
  return all.length === 0 || isWildcard(name) ? all : withoutWildcards(query, name, all);
}

async function queryType(
  { session, request: { server, zone, newId }, signal }: NamesQuery,
  name: Name,
  type: number,
): Promise<Reply> {
  const reply = await session.query(server, encodedQuestion(newId(), name, type), QUESTION_MS, signal);
  if (reply.kind !== "answer") {
    return reply;
  }
  const { rcode } = reply.message;
  const isFine = rcode === RCODE.NOERROR || rcode === RCODE.NXDOMAIN;
  return isFine ? reply : readProblem(serverText(server), zone, { ...reply, rcode });
}

/** RFC 1034 4.3.2 step 3b: an answer without authority has the NS records of the delegation. */
function recordReferral({ request, delegations }: NamesQuery, { authoritative, authorities }: Message): void {
  if (!authoritative) {
    delegationsOf(authorities, request.zone).forEach((name) => delegations.add(name));
  }
}

/** The RRsets of an answer at exactly this name. Records at the target of a CNAME belong to another name. */
function setsAt(name: Name, message: Message): readonly RRset[] {
  return rrsetsOfMessage(message.answers).filter((set) => set.name === name);
}

/**
 * A wildcard above answers for names without their own records (RFC 4592), and the answer does not show this. If the answer for the
 * name equals the answer of the wildcard, an update with a prerequisite tests whether the name has records. If the server refuses
 * this update, the records count as those of the name.
 */
async function withoutWildcards(query: NamesQuery, name: Name, sets: readonly RRset[]): Promise<NameRead> {
  for (const set of sets) {
    const above = await Promise.all(wildcardsAbove(name, query.request.zone).map((star) => wildcardSets(query, star)));
    const invalid = above.find((read) => !isSets(read));
    if (invalid !== undefined) {
      return invalid;
    }
    const isLikeOne = above.some((read) => isSets(read) && read.some((star) => isAlike(star, set)));
    if (isLikeOne) {
      return (await hasRecords(query, name)) ? sets : [];
    }
  }
  return sets;
}

function isAlike(a: RRset, b: RRset): boolean {
  return a.type === b.type && sameMembers(a.data, b.data);
}

function wildcardsAbove(name: Name, zone: Name): readonly Name[] {
  const stars: Name[] = [];
  for (let above = parentOf(name); above !== undefined && isAtOrBelow(above, zone); above = parentOf(above)) {
    stars.push(wildcardBelow(above));
  }
  return stars;
}

function wildcardSets(query: NamesQuery, star: Name): Promise<NameRead> {
  const known = query.wildcards.get(star) ?? readName(query, star);
  query.wildcards.set(star, known);
  return known;
}

async function hasRecords({ session, request, signal }: NamesQuery, name: Name): Promise<boolean> {
  const { server, zone, newId } = request;
  const query = encodeMessage(nameInUseMessage(newId(), zone, name));
  const reply = await session.query(server, query, QUESTION_MS, signal);
  return !(reply.kind === "answer" && reply.message.rcode === RCODE.NXDOMAIN);
}

function sorted(sets: readonly RRset[]): readonly RRset[] {
  return sets.toSorted((a, b) => (`${a.name} ${a.type}` < `${b.name} ${b.type}` ? -1 : 1));
}
