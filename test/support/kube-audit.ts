/** One finished request, of the API server's audit log. */
export interface AuditEvent {
  /** get, list, watch, create, update, patch, delete, deletecollection */
  readonly verb: string;
  /** `admin`, or `system:serviceaccount:NAMESPACE:NAME`. */
  readonly user: string;
  /** Milliseconds since 1970, when the request was received. */
  readonly at: number;
  /** `dnsalias.io`; "" for the core group. */
  readonly group: string;
  /** `configmaps`, `dnsaliases/status`, or "" for a path that is no resource. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  /** The HTTP status. */
  readonly code: number;
}

export const AUDIT_POLICY = `
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived, ResponseStarted]
rules: [{level: Metadata}]
`;

/** Reads the log's lines of JSON; a last line that is still being written is left out. */
export function parseAuditLog(log: string): readonly AuditEvent[] {
  const lines = log.slice(0, log.lastIndexOf("\n") + 1).split("\n");
  return lines.filter((line) => line !== "").map((line) => toEvent(JSON.parse(line)));
}

function toEvent(line: unknown): AuditEvent {
  const reference = member(line, "objectRef");
  const subresource = textOf(member(reference, "subresource"));
  const code = member(member(line, "responseStatus"), "code");
  return {
    verb: textOf(member(line, "verb")),
    user: textOf(member(member(line, "user"), "username")),
    at: Date.parse(textOf(member(line, "requestReceivedTimestamp"))),
    group: textOf(member(reference, "apiGroup")),
    resource: textOf(member(reference, "resource")) + (subresource === "" ? "" : `/${subresource}`),
    namespace: textOf(member(reference, "namespace")),
    name: textOf(member(reference, "name")),
    code: typeof code === "number" ? code : 0,
  };
}

function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
