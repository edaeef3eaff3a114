import type { CoreDNSEtcdSpec } from "../../api/dns-zone.ts";
import type { Name } from "../../dns/name/name.ts";
import type { SecretText, TlsFiles, TlsSource } from "../backend.ts";
import type { Millis } from "../../base/clock.ts";
import { withDeadline } from "../../base/deadline.ts";
import { parseJson, textAt } from "../../base/json.ts";
import type { HttpClient, HttpResult } from "../../transport/http-client.ts";
import type { BackendProblem } from "../http-error.ts";
import { etcdProblem, loginNeeded, misfitOf, serverOf } from "./etcd-error.ts";

export interface EtcdClientDeps {
  readonly spec: CoreDNSEtcdSpec;
  readonly domain: Name;
  /** The password in `spec.auth`. Undefined: the spec has no `auth`. */
  readonly password: SecretText | undefined;
  readonly http: HttpClient;
  /** The certificates in the spec. */
  readonly tls: TlsSource;
}

/**
 * Calls the JSON gateway of etcd. It begins with the endpoint that answered last, and then tries the others in order. It logs in
 * if the DnsZone has credentials.
 */
export interface EtcdCalls {
  /** "etcd at http://…", for messages. */
  readonly server: string;
  call(path: string, body: object, signal: AbortSignal): Promise<CallResult>;
  misfit(what: string): BackendProblem;
}

type CallResult = { readonly kind: "ok"; readonly body: unknown } | BackendProblem;

export function createEtcdCalls(deps: EtcdClientDeps): EtcdCalls {
  const state: State = { deps, first: 0, token: undefined };
  return {
    server: serverOf(deps.spec),
    call: (path, body, signal) => call(state, path, body, signal),
    misfit: (what) => misfitOf(deps.spec, what),
  };
}

/** etcd itself ends a request after 7 s, with a reason. */
const TIMEOUT_MS: Millis = 8_000;

interface State {
  readonly deps: EtcdClientDeps;
  /** The index of the endpoint to begin with. */
  first: number;
  token: string | undefined;
}

/** The token of a login if etcd requires no authentication. */
const NO_TOKEN = "";

/**
 * Another endpoint can safely get the same call. A read has no effect. If a transaction took effect although its answer was lost,
 * its repetition finds newer keys than it requires, and changes nothing.
 */
async function call(state: State, path: string, body: object, signal: AbortSignal): Promise<CallResult> {
  const certificates = await state.deps.tls(signal);
  if (certificates.kind !== "ok") {
    return certificates;
  }
  const { tls } = certificates;
  for (let logins = 0; ; logins += 1) {
    const login = await loggedIn(state, tls, signal);
    if (login.kind !== "ok") {
      return login;
    }
    const result = await anywhere(state, { path, body, token: login.token, tls }, signal);
    if (logins > 0 || state.deps.password === undefined || !loginNeeded(result.http)) {
      return answerOf(state, result, login.secrets);
    }
    state.token = undefined;
  }
}

type Login = { readonly kind: "ok"; readonly token: string; readonly secrets: readonly string[] } | BackendProblem;

async function loggedIn(state: State, tls: TlsFiles, signal: AbortSignal): Promise<Login> {
  const { auth } = state.deps.spec;
  if (auth === undefined || state.deps.password === undefined) {
    return { kind: "ok", token: NO_TOKEN, secrets: [] };
  }
  const secret = await state.deps.password(signal);
  if (secret.kind === "refused") {
    return secret;
  }
  if (secret.kind === "failed") {
    return { kind: "failed", message: secret.message };
  }
  const password = secret.text.replace(/\r?\n$/, ""); // kubectl create secret --from-file keeps the file's last line break
  if (state.token !== undefined) {
    return { kind: "ok", token: state.token, secrets: [password, state.token] };
  }
  const body = { name: auth.username, password };
  const result = await anywhere(state, { path: "/v3/auth/authenticate", body, token: NO_TOKEN, tls }, signal);
  const answer = answerOf(state, result, [password]);
  if (answer.kind === "ok") {
    state.token = textAt(answer.body, "token");
  } else if (/authentication is not enabled/.test(answer.message)) {
    state.token = NO_TOKEN; // as etcd's own clients do: users can set the password before they enable authentication
  } else {
    return answer;
  }
  return { kind: "ok", token: state.token, secrets: [password, state.token] };
}

interface Request {
  readonly path: string;
  readonly body: object;
  readonly token: string;
  readonly tls: TlsFiles;
}

interface Result {
  readonly endpoint: string;
  readonly http: HttpResult;
}

/** The first valid answer, beginning with the endpoint that answered last. */
async function anywhere(state: State, request: Request, signal: AbortSignal): Promise<Result> {
  const { endpoints } = state.deps.spec;
  let result: Result | undefined;
  for (let at = 0; at < endpoints.length; at += 1) {
    const index = (state.first + at) % endpoints.length;
    result = await send(state, endpoints[index] ?? "", request, signal);
    if (!isDown(result.http)) {
      state.first = index;
      return result;
    }
  }
  return result ?? { endpoint: "", http: { kind: "unreachable", message: "there are no endpoints" } };
}

function isDown(http: HttpResult): boolean {
  return http.kind === "unreachable" || http.status >= 500;
}

/** Sends the request again over a new connection if the server closed a kept one during the first try. */
async function send(state: State, endpoint: string, request: Request, signal: AbortSignal): Promise<Result> {
  const http = await post(state, endpoint, request, signal);
  const retry = http.kind === "unreachable" && /other side closed|ECONNRESET/.test(http.message);
  return { endpoint, http: retry ? await post(state, endpoint, request, signal) : http };
}

async function post(
  { deps }: State,
  endpoint: string,
  { path, body, token, tls }: Request,
  signal: AbortSignal,
): Promise<HttpResult> {
  const result = await withDeadline(signal, TIMEOUT_MS, (inner) =>
    deps.http.request(
      {
        method: "POST",
        baseUrl: endpoint,
        path,
        headers: {
          accept: "application/json",
          "content-type": "application/json",
          ...(token !== NO_TOKEN && { authorization: token }),
        },
        body,
        ...tls,
      },
      inner,
    ),
  );
  return result === "expired" ? { kind: "unreachable", message: `no answer within ${TIMEOUT_MS} ms` } : result;
}

function answerOf({ deps }: State, { endpoint, http }: Result, secrets: readonly string[]): CallResult {
  if (http.kind === "response" && http.status >= 200 && http.status < 300) {
    return { kind: "ok", body: parseJson(http.text) };
  }
  return etcdProblem(http, { ...deps, endpoint, secrets });
}
