import { once } from "node:events";
import {
  createServer,
  request as ask,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import { buffer } from "node:stream/consumers";

/** What becomes of one request. */
export type Fault =
  /** Not forwarded: this is the answer. */
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** Not forwarded: the connection is cut. */
  | { readonly kind: "refuse" }
  /** Forwarded, so that it takes effect; its answer never comes. */
  | { readonly kind: "swallow" }
  /** Forwarded, so that it takes effect; the connection is cut in the middle of the answer's body. */
  | { readonly kind: "cut" };

export interface SeenRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
}

/** Stands in front of a real HTTP server, counts what goes through, and does to it what networks and busy servers do. */
export interface FaultProxy extends AsyncDisposable {
  readonly url: string;
  /** All requests since the start, oldest first. */
  readonly seen: readonly SeenRequest[];
  /** The next request that begins so ("PATCH", "GET /records") meets the fault; later ones pass. Faults wait in line. */
  next(fault: Fault, beginning?: string): void;
}

export interface FaultProxyOptions {
  readonly upstream: string;
  /** Speaks TLS with this certificate; PEM. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

export async function startFaultProxy({ upstream, tls }: FaultProxyOptions): Promise<FaultProxy> {
  const seen: SeenRequest[] = [];
  const faults: { readonly fault: Fault; readonly beginning: string }[] = [];
  const take = (line: string): Fault | undefined => {
    const index = faults.findIndex(({ beginning }) => line.startsWith(beginning));
    return index === -1 ? undefined : faults.splice(index, 1)[0]?.fault;
  };
  const listener: RequestListener = (request, response) => {
    const { method = "", url: path = "" } = request;
    seen.push({ method, path });
    void serve(upstream, request, response, take(`${method} ${path}`)).catch(() => request.socket.destroy());
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    seen,
    next: (fault, beginning = "") => faults.push({ fault, beginning }),
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function serve(
  upstream: string,
  request: IncomingMessage,
  response: ServerResponse,
  fault: Fault | undefined,
): Promise<void> {
  const body = await buffer(request);
  if (fault?.kind === "refuse") {
    request.socket.destroy();
    return;
  }
  if (fault?.kind === "answer") {
    response.writeHead(fault.status, fault.headers).end(fault.body ?? "");
    return;
  }
  const answer = await forward(upstream, request, body);
  switch (fault?.kind) {
    case undefined:
      response.writeHead(answer.status, answer.headers).end(answer.body);
      return;
    case "swallow":
      return;
    case "cut":
      response.writeHead(answer.status, { ...answer.headers, "content-length": String(answer.body.length + 100) });
      response.write(answer.body.subarray(0, answer.body.length / 2), () => request.socket.destroy());
      return;
    default:
      fault satisfies undefined;
  }
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

async function forward(upstream: string, { method, url, headers }: IncomingMessage, body: Buffer): Promise<Answer> {
  const { connection: _connection, "transfer-encoding": _coding, ...kept } = headers;
  const outgoing = ask(`${upstream}${url}`, { method, headers: { ...kept, "content-length": String(body.length) } });
  outgoing.end(body);
  const [incoming]: readonly IncomingMessage[] = await once(outgoing, "response");
  if (incoming === undefined) {
    throw new Error("no answer");
  }
  const type = incoming.headers["content-type"];
  return {
    status: incoming.statusCode ?? 0,
    headers: type === undefined ? {} : { "content-type": type },
    body: await buffer(incoming),
  };
}
