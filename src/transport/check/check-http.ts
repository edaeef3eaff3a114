import { request, type ClientRequest, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { failureOf, hostHeader, type CheckRequest, type CheckResult, type HttpCheckRequest } from "./check-request.ts";

const MAX_HEADER_BYTES = 16 * 1024;
const MAX_BODY_BYTES = 8 * 1024;

/**
 * Requests the path from the address itself, over a new connection, and checks status and body. It follows no redirect, uses no
 * proxy, and sends no cookie. Never rejects.
 */
export async function checkHttp(check: CheckRequest, http: HttpCheckRequest): Promise<CheckResult> {
  const { promise, resolve } = Promise.withResolvers<CheckResult>();
  const timer = setTimeout(() => resolve({ kind: "failure", class: "timeout" }), check.timeoutMs);
  const outgoing = send(check, http);
  outgoing.on("error", (error) => resolve(failureOf(error)));
  // A server can answer with an upgrade to another protocol, although no check requests one.
  outgoing.once("upgrade", () => resolve({ kind: "failure", class: "protocol" }));
  outgoing.once("response", (response) => judge(http, response, resolve));
  const result = await promise;
  clearTimeout(timer);
  outgoing.destroy();
  return result;
}

function send(check: CheckRequest, http: HttpCheckRequest): ClientRequest {
  return request({
    // With `createConnection`, the request uses no agent, and therefore no proxy of an agent.
    createConnection: () => open(check, http),
    method: "GET",
    path: http.path,
    setHost: false,
    headers: {
      ...Object.fromEntries(http.headers.map(({ name, value }) => [name, value])),
      host: hostHeader(check.port, http),
      "user-agent": http.userAgent,
      connection: "close",
    },
    maxHeaderSize: MAX_HEADER_BYTES,
  }).end();
}

function open({ address, port }: CheckRequest, { tls, host, insecureSkipTLSVerify }: HttpCheckRequest): Socket {
  return tls
    ? connectTls({
        host: address,
        port,
        servername: host,
        ALPNProtocols: ["http/1.1"],
        rejectUnauthorized: !insecureSkipTLSVerify,
      })
    : connect({ host: address, port });
}

function judge(
  { expectedStatuses, bodyContains }: HttpCheckRequest,
  response: IncomingMessage,
  resolve: (result: CheckResult) => void,
): void {
  const status = response.statusCode ?? 0;
  response.on("error", (error) => resolve(failureOf(error)));
  if (!expectedStatuses.some(({ first, last }) => status >= first && status <= last)) {
    resolve({ kind: "failure", class: "status", status });
    return;
  }
  if (bodyContains === undefined) {
    resolve({ kind: "success" });
    return;
  }
  findInBody(response, Buffer.from(bodyContains), (found) =>
    resolve(found ? { kind: "success" } : { kind: "failure", class: "body" }),
  );
}

function findInBody(response: IncomingMessage, wanted: Buffer, onEnd: (found: boolean) => void): void {
  let body = Buffer.alloc(0);
  response.on("data", (piece: Buffer) => {
    body = Buffer.concat([body, piece]).subarray(0, MAX_BODY_BYTES);
    if (body.includes(wanted)) {
      onEnd(true);
    } else if (body.length === MAX_BODY_BYTES) {
      onEnd(false);
    }
  });
  response.once("end", () => onEnd(false));
}
