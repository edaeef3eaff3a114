import type { Rfc2136Spec } from "../../api/dns-zone.ts";
import type { Clock, Millis } from "../../base/clock.ts";
import { decodeMessage } from "../../dns/message/decode.ts";
import { encodeMessage } from "../../dns/message/encode.ts";
import type { Message } from "../../dns/message/message.ts";
import { HEADER_BYTES } from "../../dns/wire/wire-reader.ts";
import type { Seconds } from "../../dns/record.ts";
import { RCODE } from "../../dns/registry.ts";
import { signatureBytes, signMessage, verifyResponse, type TsigCheck } from "../../dns/tsig/tsig-sign.ts";
import { tsigSecret, type TsigKey } from "../../dns/tsig/tsig-key.ts";
import { createTsigStream } from "../../dns/tsig/verify-stream.ts";
import type { Exchange, ResolverServer } from "../../transport/exchange.ts";
import type { Transfer } from "../../transport/client/zone-transfer.ts";
import type { SecretText } from "../backend.ts";
import { refused, tsigProblem, unsignedDoubt, unsignedProblem, type Problem } from "./server-error.ts";

export interface ClientDeps {
  readonly tsig: Rfc2136Spec["tsig"];
  /** The secret of the key. Present with `tsig`. */
  readonly secret: SecretText | undefined;
  readonly exchange: Exchange;
  readonly transfer: Transfer;
  /** Wall time, which signatures contain. It must follow changes of the machine's clock. */
  readonly clock: Pick<Clock, "now">;
  readonly randomBytes: (size: number) => Uint8Array;
}

/** Sends signed messages over TCP, to one server after another. Never throws for faults of a server. */
export interface Client {
  /** A random message id, so that the answer to another message does not match. */
  readonly newId: () => number;
  /** Reads the key again, so that a changed Secret takes effect at once. If the spec has no key, messages are not signed. */
  open(signal: AbortSignal): Promise<Opened>;
}

type Opened = { readonly kind: "ok"; readonly session: Session } | Problem;

/** The exchanges of one call, all with the same key. */
export interface Session {
  /** Bytes that a message must leave free for its signature. */
  readonly reserved: number;
  /** Signs an encoded message, and sends it. */
  query(server: ResolverServer, query: Uint8Array, timeoutMs: Millis, signal: AbortSignal): Promise<Reply>;
  /**
   * Sends a query whose answer has several messages. Each message goes to `take` after its signature is verified, or if a later
   * signature can cover it.
   */
  stream(server: ResolverServer, request: StreamRequest, signal: AbortSignal): Promise<StreamReply>;
}

export type Reply = Answer | Problem;

interface Answer {
  readonly kind: "answer";
  readonly message: Message;
  /** A clause for an unsigned error in answer to a signed request. */
  readonly doubt?: string;
}

interface StreamRequest {
  readonly query: Message;
  readonly silenceMs: Millis;
  readonly timeoutMs: Millis;
  readonly maxBytes: number;
  /** `end`: the answer is complete, or doesn't continue. */
  readonly take: (message: Message) => "more" | "end";
}

type StreamReply =
  /** The answer ended without a problem, so the messages that `take` received may be used. */
  | { readonly kind: "ended" }
  /** The server closed the connection without an answer. Some servers do this instead of REFUSED. */
  | { readonly kind: "closed"; readonly message: string }
  | { readonly kind: "too-large"; readonly message: string }
  | Problem;

export function createClient(deps: ClientDeps): Client {
  return {
    newId: () => {
      const [high = 0, low = 0] = deps.randomBytes(2);
      return (high << 8) | low;
    },
    open: async (signal) => {
      const key = await readKey(deps, signal);
      return key.kind === "ok" ? { kind: "ok", session: sessionOf(deps, key.key) } : key;
    },
  };
}

type KeyRead = { readonly kind: "ok"; readonly key: TsigKey | undefined } | Problem;

async function readKey({ tsig, secret }: ClientDeps, signal: AbortSignal): Promise<KeyRead> {
  if (tsig === undefined) {
    return { kind: "ok", key: undefined };
  }
  if (secret === undefined) {
    return refused("SecretMissing", `the provider cannot read the Secret ${tsig.secretRef.name}`);
  }
  const read = await secret(signal);
  if (read.kind !== "ok") {
    return read.kind === "refused" ? read : { kind: "failed", message: read.message };
  }
  const bytes = tsigSecret(read.text);
  const { name, key } = tsig.secretRef;
  return bytes === undefined
    ? refused(
        "SecretInvalid",
        `the Secret ${name}, key ${key}, is not a TSIG secret in base64, as tsig-keygen prints it`,
      )
    : { kind: "ok", key: { name: tsig.keyName, algorithm: tsig.algorithm, secret: bytes } };
}

function sessionOf(deps: ClientDeps, key: TsigKey | undefined): Session {
  return {
    reserved: key === undefined ? 0 : signatureBytes(key),
    query: (server, query, timeoutMs, signal) => sendQuery(deps, key, { server, query, timeoutMs }, signal),
    stream: (server, request, signal) => stream(deps, key, { server, request }, signal),
  };
}

interface QueryInput {
  readonly server: ResolverServer;
  readonly query: Uint8Array;
  readonly timeoutMs: Millis;
}

async function sendQuery(
  deps: ClientDeps,
  key: TsigKey | undefined,
  { server, query, timeoutMs }: QueryInput,
  signal: AbortSignal,
): Promise<Reply> {
  const signed = key && signMessage(query, key, secondsOf(deps));
  const request = {
    query: signed?.bytes ?? query,
    timeoutMs,
    accept: (response: Uint8Array) => answers(query, response),
  };
  const got = await deps.exchange(server, request, signal);
  const label = serverText(server);
  if (got.kind !== "response") {
    const what = got.kind === "timeout" ? `no answer in ${timeoutMs} ms` : got.message;
    return { kind: "failed", message: `${label}: ${what}`, silent: true };
  }
  const decoded = decodeMessage(got.response);
  if (decoded.kind === "malformed") {
    return { kind: "failed", message: `${label}: the answer is malformed: ${decoded.problem}` };
  }
  const { message } = decoded;
  const verdict = key && signed && verifyResponse(got.response, { key, requestMac: signed.mac, now: secondsOf(deps) });
  const doubt =
    deps.tsig !== undefined && verdict?.kind === "unsigned" ? { doubt: unsignedDoubt(deps.tsig.secretRef) } : {};
  return verified(deps, label, message, verdict) ?? { kind: "answer", message, ...doubt };
}

/**
 * The fault in the signature of an answer, if there is one. An error without a signature is accepted. Servers send errors
 * unsigned, and a forged one can only prevent a change.
 */
function verified(
  { tsig }: ClientDeps,
  label: string,
  message: Message,
  verdict: TsigCheck | undefined,
): Problem | undefined {
  switch (verdict?.kind) {
    case undefined:
    case "ok":
      return undefined;
    case "unsigned":
      return message.rcode === RCODE.NOERROR ? unsignedProblem(label) : undefined;
    case "malformed":
      return { kind: "failed", message: `${label}: the answer is malformed: ${verdict.problem}` };
    case "refused":
      return tsigProblem(label, verdict, tsig?.secretRef ?? { name: "", key: "" });
  }
}

interface Streaming {
  readonly server: ResolverServer;
  readonly request: StreamRequest;
}

async function stream(
  deps: ClientDeps,
  key: TsigKey | undefined,
  { server, request }: Streaming,
  signal: AbortSignal,
): Promise<StreamReply> {
  const query = encodeMessage(request.query);
  const signed = key && signMessage(query, key, secondsOf(deps));
  const checks = key && signed && createTsigStream(key, signed.mac);
  const label = serverText(server);
  let isFirst = true;
  let problem: Problem | undefined;
  const take = (bytes: Uint8Array): "more" | "end" => {
    const decoded = decodeMessage(bytes);
    if (decoded.kind === "malformed") {
      problem = { kind: "failed", message: `${label}: the answer is malformed: ${decoded.problem}` };
      return "end";
    }
    const verdict = checks?.push(bytes, secondsOf(deps));
    const mayWait = verdict?.kind === "unsigned" && !isFirst;
    isFirst = false;
    problem = mayWait ? undefined : verified(deps, label, decoded.message, verdict);
    const next = problem === undefined ? request.take(decoded.message) : "end";
    if (next === "end" && mayWait) {
      problem = unsignedProblem(label); // RFC 8945 5.3.1: the last one is signed
    }
    return next;
  };
  const { silenceMs, timeoutMs, maxBytes } = request;
  const sent = { query: signed?.bytes ?? query, silenceMs, timeoutMs, maxBytes, take };
  const got = await deps.transfer(server, sent, signal);
  if (problem !== undefined) {
    return problem;
  }
  switch (got.kind) {
    case "ended":
      return got;
    case "too-large":
      return { kind: "too-large", message: `${label}: ${got.message}` };
    case "cut":
      return got.bytes === 0
        ? { kind: "closed", message: `${label}: ${got.message}` }
        : { kind: "failed", message: `${label}: ${got.message} in the middle of the zone` };
    case "timeout":
    case "unreachable":
      return { kind: "failed", message: `${label}: ${got.message}`, silent: true };
  }
}

/** "192.0.2.1", with the port if it is not 53. */
export function serverText({ address, port }: ResolverServer): string {
  const host = address.includes(":") && port !== 53 ? `[${address}]` : address;
  return port === 53 ? host : `${host}:${port}`;
}

/** True for a response with the id and opcode of the query. TCP and the signature show who sent it. */
function answers(query: Uint8Array, response: Uint8Array): boolean {
  const sameId = query[0] === response[0] && query[1] === response[1];
  const opcode = (byte = 0): number => (byte >> 3) & 0xf;
  const isResponse = ((response[2] ?? 0) & 0x80) !== 0;
  return response.length >= HEADER_BYTES && sameId && isResponse && opcode(query[2]) === opcode(response[2]);
}

function secondsOf({ clock }: ClientDeps): Seconds {
  return Math.floor(clock.now() / 1_000);
}
