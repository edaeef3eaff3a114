import type { SecretKeyRef } from "../../api/dns-zone.ts";
import { displayName, type Name } from "../../dns/name/name.ts";
import { RCODE, rcodeName } from "../../dns/registry.ts";
import type { TsigRefusal } from "../../dns/tsig/tsig-sign.ts";
import type { RecordsRejected } from "../backend.ts";

/** Why a request to a server failed. `silent`: it did not answer. */
export type Problem =
  | { readonly kind: "refused"; readonly reason: string; readonly message: string }
  | { readonly kind: "failed"; readonly message: string; readonly silent?: true };

/** The problem of a refused signature, with its cure. */
export function tsigProblem(server: string, refusal: TsigRefusal, secretRef: SecretKeyRef): Problem {
  const secret = `the Secret ${secretRef.name}, key ${secretRef.key}`;
  const said = `${server}: ${refusal.message}`;
  switch (refusal.error) {
    case "BADKEY":
      return refused(
        "BadKey",
        `${said}: use the same tsig.keyName and tsig.algorithm in the DnsZone and at the server, and permit the key there (Knot: in an acl)`,
      );
    case "BADSIG":
      return refused("BadSignature", `${said}: put the server's secret into ${secret}`);
    case "BADTIME":
      return refused("BadTime", `${said}: synchronize the clocks of both, for example with NTP`);
    case "BADTRUNC":
    case "other":
      return refused("NotSupported", `${said}: the server must accept and send MACs of full length`);
  }
}

/** The problem of an unsigned success, which an attacker could have sent. */
export function unsignedProblem(server: string): Problem {
  const message = `${server}: the answer is not signed, although the request was, so dnsalias ignores it: configure the TSIG key at the server`;
  return refused("BadSignature", message);
}

/** The possible meaning of an unsigned error after a signed request. PowerDNS does not report that it refuses a signature. */
export function unsignedDoubt({ name, key }: SecretKeyRef): string {
  return `the answer is unsigned, so the server probably did not accept the signature: check tsig.keyName, tsig.algorithm, the Secret ${name}, key ${key}, and both clocks`;
}

/** An error answer of a server. */
export interface ErrorAnswer {
  readonly rcode: number;
  /** {@link unsignedDoubt}, if there is one. */
  readonly doubt?: string;
}

/** The problem for the rcode of an answer to a query. */
export function readProblem(server: string, zone: Name, { rcode, doubt }: ErrorAnswer): Problem {
  const what = `${server} answers ${rcodeName(rcode)} for ${displayName(zone)}`;
  switch (rcode) {
    case RCODE.NOTAUTH:
      // A query gets this rcode only because of its signature (RFC 8945 5.2).
      return doubt === undefined ? notFound(what) : refused("BadSignature", `${what}; ${doubt}`);
    case RCODE.REFUSED:
    case RCODE.NXDOMAIN:
      return notFound(what);
    case RCODE.NOTIMP:
    case RCODE.FORMERR:
      return refused("NotSupported", `${what}: it does not support these queries, so the zone cannot be read`);
    default:
      return { kind: "failed", message: what };
  }
}

/** The problem for the rcode of an answer to an update (RFC 2136 3). Success and unmet prerequisites are not among them. */
export function updateProblem(server: string, zone: Name, { rcode, doubt }: ErrorAnswer): Problem {
  const answer = `${server} answers ${rcodeName(rcode)} to an update of ${displayName(zone)}`;
  const what = doubt === undefined ? answer : `${answer} (${doubt})`;
  switch (rcode) {
    case RCODE.REFUSED:
      return refused(
        "ReadOnly",
        `${what}: permit updates there for this key or address (BIND: allow-update or update-policy; Knot: acl with action update; PowerDNS: dnsupdate=yes and TSIG-ALLOW-DNSUPDATE)`,
      );
    case RCODE.NOTAUTH:
      return refused("NotAuthoritative", `${what}: set servers to the primary of the zone, or correct domain`);
    case RCODE.NOTIMP:
      return refused("ReadOnly", `${what}: it accepts no updates: set servers to a server that does`);
    case RCODE.NOTZONE:
      return refused("Rejected", `${what}: a name is outside the zone that the server has`);
    case RCODE.FORMERR:
      return refused("Rejected", `${what}: it does not understand the update`);
    default:
      return { kind: "failed", message: what };
  }
}

/** The problem if the server refuses only the records of an update (RFC 2136 3), because it accepts other updates of the zone. */
export function recordsRejected(server: string, zone: Name, answer: string): RecordsRejected {
  const message = `${server} answers ${answer} to these records, but accepts other updates of ${displayName(zone)}. Read its log. See its rules for names and types (BIND: check-names, update-policy, max-records-per-type; Knot: update-owner and update-type of an acl), or choose another hostname`;
  return { kind: "rejected", message };
}

function notFound(what: string): Problem {
  return refused("ZoneNotFound", `${what}: it must have the zone, and permit queries from this client (allow-query)`);
}

export function refused(reason: string, message: string): Problem {
  return { kind: "refused", reason, message };
}

/**
 * One result for several servers with problems. If one of them may succeed later, it is a failure with a retry. Otherwise it is
 * the refusal of the first server.
 */
export function worstOf(problems: readonly Problem[]): Problem {
  const [first = { kind: "failed", message: "no server to query" } satisfies Problem] = problems;
  const message = problems.map((problem) => problem.message).join("; ");
  const isLasting = problems.every(({ kind }) => kind === "refused");
  return isLasting && first.kind === "refused" ? { ...first, message } : { kind: "failed", message };
}
