import type { CoreDNSEtcdSpec } from "../../api/dns-zone.ts";
import { parseJson, textAt } from "../../base/json.ts";
import type { Name } from "../../dns/name/name.ts";
import type { HttpResult } from "../../transport/http-client.ts";
import { type BackendProblem, problemOf, type ServerWords } from "../http-error.ts";
import { zoneRoot } from "./convert.ts";

export interface ProblemContext {
  readonly spec: CoreDNSEtcdSpec;
  readonly domain: Name;
  readonly endpoint: string;
  /** The password and the token, which are removed from messages of the server. */
  readonly secrets: readonly string[];
}

/** The meaning of a refusal by etcd, with its cure. The gateway returns the gRPC status as JSON: `{"code": 7, "message": "etcdserver: …"}`. */
export function etcdProblem(http: HttpResult, context: ProblemContext): BackendProblem {
  const said = http.kind === "response" ? textAt(parseJson(http.text), "message") : "";
  const known = KNOWN.find(({ words }) => words.test(said));
  const { server, redact } = wordsOf(context);
  if (http.kind === "response" && http.status === 404) {
    const message = `${server} answers 404: it is not etcd 3.4 or later with a JSON gateway (--enable-grpc-gateway): correct endpoints`;
    return { kind: "refused", reason: "NotSupported", message };
  }
  if (known === undefined) {
    return problemOf(http, wordsOf(context));
  }
  const message = `${server} answers "${redact(said)}": ${known.cure(context)}`;
  return known.reason === undefined
    ? { kind: "failed", message }
    : { kind: "refused", reason: known.reason, message, ...(known.isContent === true && { isContent: true }) };
}

/** True if this etcd does not accept the token, so that a new login can help. */
export function loginNeeded(http: HttpResult): boolean {
  return (
    http.kind === "response" &&
    (http.status === 401 ||
      /revision of auth store is old|user name is empty/.test(textAt(parseJson(http.text), "message")))
  );
}

export function misfitOf(spec: CoreDNSEtcdSpec, what: string): BackendProblem {
  return { kind: "failed", message: `${serverOf(spec)} ${what}: check that endpoints are correct` };
}

export function serverOf({ endpoints }: CoreDNSEtcdSpec): string {
  return `etcd at ${endpoints.join(", ")}`;
}

interface ErrorDescription {
  readonly words: RegExp;
  /** Undefined: the fault can end without a change of the DnsZone. */
  readonly reason?: string;
  /** See {@link BackendProblem}. */
  readonly isContent?: true;
  readonly cure: (context: ProblemContext) => string;
}

const KNOWN: readonly ErrorDescription[] = [
  {
    words: /authentication failed|invalid user ID or password/,
    reason: "Unauthorized",
    cure: ({ spec: { auth } }) => `correct auth.username, or ${secretOf(auth)}`,
  },
  {
    words: /user name is empty/,
    reason: "Unauthorized",
    cure: ({ spec: { auth } }) =>
      auth === undefined ? "it requires a user: set auth" : `correct auth.username, or ${secretOf(auth)}`,
  },
  {
    words: /permission denied/,
    reason: "Forbidden",
    cure: ({ spec, domain }) => {
      const root = zoneRoot(spec.pathPrefix, domain);
      return `grant the role of the user readwrite access to the key ${root} and the prefix ${root}/ (etcdctl role grant-permission)`;
    },
  },
  {
    words: /request is too large|too many operations/,
    reason: "Rejected",
    isContent: true,
    cure: () => "set --max-request-bytes and --max-txn-ops of etcd to their defaults or higher",
  },
  {
    words: /database space exceeded/,
    cure: () => "compact and defragment it, then etcdctl alarm disarm, or raise --quota-backend-bytes",
  },
  {
    words: /no leader|request timed out|leader changed/,
    cure: () => "it has no leader at the moment: check that a majority of its members runs",
  },
];

function secretOf(auth: CoreDNSEtcdSpec["auth"]): string {
  return auth === undefined
    ? "its password"
    : `the key "${auth.passwordRef.key}" of the Secret "${auth.passwordRef.name}"`;
}

function wordsOf({ spec, endpoint, secrets }: ProblemContext): ServerWords {
  return {
    server: `etcd at ${endpoint}`,
    field: "endpoints",
    unauthorized: `correct auth.username, or ${secretOf(spec.auth)}`,
    forbidden: "permit this address in the proxy in front of it",
    notFound: "correct endpoints",
    rejected: "read its message",
    redact: (text) => secrets.filter((one) => one !== "").reduce((clean, one) => clean.replaceAll(one, "***"), text),
  };
}
