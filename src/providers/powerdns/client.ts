import { parseJson } from "../../base/json.ts";
import type { PowerDNSSpec } from "../../api/dns-zone.ts";
import { displayName, type Name } from "../../dns/name/name.ts";
import type { HttpClient, HttpResult } from "../../transport/http-client.ts";
import type { SecretText, TlsSource } from "../backend.ts";
import { type BackendProblem, misfit, problemOf, type ServerWords } from "../http-error.ts";
import { type PowerDNSZone, type RrsetPatch, zoneOf } from "./convert.ts";

export interface PowerDNSClientDeps {
  readonly spec: PowerDNSSpec;
  readonly domain: Name;
  readonly apiKey: SecretText;
  readonly http: HttpClient;
  /** The certificates in the spec. */
  readonly tls: TlsSource;
}

/** The two necessary requests of PowerDNS's HTTP API. Rejects only with the reason of the caller's signal. */
export interface PowerDNSClient {
  zone(signal: AbortSignal): Promise<{ readonly kind: "ok"; readonly zone: PowerDNSZone } | BackendProblem>;
  /** Writes all RRsets in one transaction, or none. */
  patch(rrsets: readonly RrsetPatch[], signal: AbortSignal): Promise<{ readonly kind: "ok" } | BackendProblem>;
}

export function createPowerDNSClient(deps: PowerDNSClientDeps): PowerDNSClient {
  return {
    zone: async (signal) => {
      const answer = await call(deps, { method: "GET" }, signal);
      if (answer.kind !== "response") {
        return answer;
      }
      const zone = zoneOf(parseJson(answer.text));
      return zone === undefined ? misfit("answers with data that is not a zone", answer.words) : { kind: "ok", zone };
    },
    patch: async (rrsets, signal) => {
      const answer = await call(deps, { method: "PATCH", body: { rrsets } }, signal);
      return answer.kind === "response" ? { kind: "ok" } : answer;
    },
  };
}

interface Call {
  readonly method: "GET" | "PATCH";
  readonly body?: unknown;
}

type Answer = { readonly kind: "response"; readonly text: string; readonly words: ServerWords } | BackendProblem;

async function call(deps: PowerDNSClientDeps, { method, body }: Call, signal: AbortSignal): Promise<Answer> {
  const { spec, domain, http } = deps;
  const certificates = await deps.tls(signal);
  if (certificates.kind !== "ok") {
    return certificates;
  }
  const key = await deps.apiKey(signal);
  if (key.kind !== "ok") {
    return key;
  }
  const apiKey = key.text.trim(); // kubectl create secret --from-file keeps the file's last line break
  const words = wordsOf(deps, apiKey);
  if (!HEADER_TEXT.test(apiKey)) {
    const message = `${secretOf(spec)} is not a valid API key: it is empty, or has characters that HTTP headers do not allow`;
    return { kind: "refused", reason: "SecretInvalid", message };
  }
  const result: HttpResult = await http.request(
    {
      method,
      baseUrl: spec.url,
      path: `/api/v1/servers/${encodeURIComponent(spec.serverId)}/zones/${encodeURIComponent(domain)}`,
      headers: {
        accept: "application/json",
        "x-api-key": apiKey,
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body }),
      ...certificates.tls,
    },
    signal,
  );
  return result.kind === "response" && result.status >= 200 && result.status < 300
    ? { kind: "response", text: result.text, words }
    : problemOf(result, words);
}

/** RFC 9110 5.5, only ASCII. */
const HEADER_TEXT = /^[ -~]+$/;

function secretOf({ apiKeyRef }: PowerDNSSpec): string {
  return `the key "${apiKeyRef.key}" of the Secret "${apiKeyRef.name}"`;
}

function wordsOf({ spec, domain }: PowerDNSClientDeps, key: string): ServerWords {
  return {
    server: `PowerDNS at ${spec.url}`,
    unauthorized: `correct ${secretOf(spec)}: it must equal api-key in pdns.conf`,
    forbidden: "allow this address in webserver-allow-from of pdns.conf, or in the proxy in front of it",
    notFound: `create the zone ${displayName(domain)} there, or correct url, serverId ("${spec.serverId}") or domain`,
    rejected: "read its message about the record, and remove the cause",
    redact: (text) => text.replaceAll(key, "***"),
  };
}
