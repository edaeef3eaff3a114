import type { WebhookSpec } from "../../api/dns-zone.ts";
import { parseJson } from "../../base/json.ts";
import type { HttpClient, HttpRequest, HttpResult } from "../../transport/http-client.ts";
import type { TlsSource } from "../backend.ts";
import { type BackendProblem, misfit, problemOf, type ServerWords } from "../http-error.ts";
import { type Changes, type DomainFilter, domainFilterOf, type Endpoint, endpointsOf } from "./endpoint.ts";

export interface WebhookClientDeps {
  readonly spec: WebhookSpec;
  readonly http: HttpClient;
  /** The certificates in the spec. */
  readonly tls: TlsSource;
}

type Answer<T> = { readonly kind: "ok"; readonly value: T } | BackendProblem;

/** ExternalDNS's webhook protocol, version 1. Rejects only with the reason of the caller's signal. */
export interface WebhookClient {
  negotiate(signal: AbortSignal): Promise<Answer<DomainFilter>>;
  records(signal: AbortSignal): Promise<Answer<readonly Endpoint[]>>;
  /** Returns these endpoints as the provider would write them. */
  adjust(endpoints: readonly Endpoint[], signal: AbortSignal): Promise<Answer<readonly Endpoint[]>>;
  /** `ok` means only that the provider accepted the request. A provider silently drops records of names that it does not serve. */
  apply(changes: Changes, signal: AbortSignal): Promise<Answer<undefined>>;
}

export function createWebhookClient(deps: WebhookClientDeps): WebhookClient {
  const words = wordsOf(deps.spec);
  return {
    negotiate: (signal) => exchange(deps, { method: "GET", path: "/" }, domainFilterOf, signal),
    records: (signal) => exchange(deps, { method: "GET", path: "/records" }, endpointsOf, signal),
    adjust: (body, signal) => exchange(deps, { method: "POST", path: "/adjustendpoints", body }, endpointsOf, signal),
    apply: async (body, signal) => {
      const result = await send(deps, { method: "POST", path: "/records", body }, signal);
      if (result.kind === "refused" || result.kind === "failed") {
        return result;
      }
      if (result.kind === "response" && result.status === 204) {
        return { kind: "ok", value: undefined };
      }
      return isSuccess(result)
        ? misfit(
            `answers ${result.kind === "response" ? result.status : ""} to a change, but the protocol requires 204`,
            words,
          )
        : problemOf(result, words);
    },
  };
}

const MEDIA_TYPE = "application/external.dns.webhook+json;version=1";

type Call = Pick<HttpRequest, "method" | "path" | "body">;

async function exchange<T>(
  deps: WebhookClientDeps,
  call: Call,
  read: (body: unknown) => T | undefined,
  signal: AbortSignal,
): Promise<Answer<T>> {
  const words = wordsOf(deps.spec);
  const result = await send(deps, call, signal);
  if (result.kind === "refused" || result.kind === "failed") {
    return result;
  }
  if (result.kind !== "response" || !isSuccess(result)) {
    return problemOf(result, words);
  }
  const { mediaType, text } = result;
  if (mediaType.replaceAll(/\s/g, "") !== MEDIA_TYPE) {
    const message = `${words.server} speaks "${mediaType.slice(0, 80)}", not version 1 of the webhook protocol: set url to an ExternalDNS webhook provider of version 1`;
    return { kind: "refused", reason: "NotSupported", message };
  }
  const value = read(parseJson(text));
  return value === undefined
    ? misfit(`answers ${call.path} with data that is not part of the protocol`, words)
    : { kind: "ok", value };
}

async function send(
  { spec, http, tls }: WebhookClientDeps,
  call: Call,
  signal: AbortSignal,
): Promise<HttpResult | BackendProblem> {
  const certificates = await tls(signal);
  if (certificates.kind !== "ok") {
    return certificates;
  }
  const headers = { accept: MEDIA_TYPE, ...(call.body !== undefined && { "content-type": MEDIA_TYPE }) };
  return http.request({ ...call, ...certificates.tls, baseUrl: spec.url, headers }, signal);
}

function isSuccess(result: HttpResult): boolean {
  return result.kind === "response" && result.status >= 200 && result.status < 300;
}

function wordsOf({ url }: WebhookSpec): ServerWords {
  return {
    server: `the webhook at ${url}`,
    unauthorized: "the protocol has no credentials, so permit requests from dnsalias in the proxy in front of it",
    forbidden: "permit requests from dnsalias in the proxy in front of it",
    notFound: "set url to an ExternalDNS webhook provider, which serves /, /records, and /adjustendpoints",
    rejected: "read the provider's log",
    broken: "read the provider's log, which has the reason",
    redact: (text) => text,
  };
}
