import { encodeMessage } from "../../../dns/message/encode.ts";
import type { Message, WireRecord } from "../../../dns/message/message.ts";
import type { Name } from "../../../dns/name/name.ts";
import { type Seconds, rrsetKey } from "../../../dns/record.ts";
import { signatureBytes, signMessage, signNext } from "../../../dns/tsig/tsig-sign.ts";
import type { TsigKey } from "../../../dns/tsig/tsig-key.ts";
import { verifyRequest } from "../../../dns/tsig/verify-request.ts";
import { RCODE } from "../../../dns/registry.ts";
import type { AclEntry } from "../zone/acl.ts";
import { type TransferQuery, readRequest, type Request } from "./parse-request.ts";
import type { PrimaryZone } from "../zone/primary-zone.ts";
import { transferMessages } from "./xfr-messages.ts";
import { incrementalForm, type TransferForm, wholeForm } from "./xfr-records.ts";
import type { ZoneVersion } from "../zone/journal.ts";

export interface RespondDeps {
  readonly zoneOf: (domain: Name) => PrimaryZone | undefined;
  /** Unix time of the machine's clock, because signatures contain it. */
  readonly now: () => Seconds;
}

export type Response =
  | { readonly kind: "none" }
  /** `transfer`: the form of an answer to a transfer request, for metrics. */
  | { readonly kind: "message"; readonly bytes: Uint8Array; readonly transfer?: "current" | "refused" }
  /** Several messages, each created and signed on demand. */
  | {
      readonly kind: "stream";
      readonly form: "whole" | "incremental" | "current";
      readonly messages: Iterable<Uint8Array>;
    };

export interface TransferClient {
  readonly address: string;
  readonly protocol: "udp" | "tcp";
}

/** Returns the answer of a hidden primary to one message, without sending it. Never throws. */
export function respond(bytes: Uint8Array, client: TransferClient, deps: RespondDeps): Response {
  const request = readRequest(bytes);
  switch (request.kind) {
    case "none":
      return request;
    case "answered":
      return { kind: "message", bytes: request.answer };
    case "error":
      return { kind: "message", bytes: encodeMessage(errorTo(request.message, request.rcode)) };
    case "question":
      return answerTo(bytes, request, client, deps);
  }
}

type QuestionRequest = Extract<Request, { readonly kind: "question" }>;

/**
 * Checks the address first, then the key, then the query. A client that fails a check gets no information, not even which zones
 * exist.
 */
function answerTo(
  bytes: Uint8Array,
  { message, question, what }: QuestionRequest,
  client: TransferClient,
  deps: RespondDeps,
): Response {
  const zone = deps.zoneOf(question.name);
  const acl = zone?.acl.filter(({ allows }) => allows(client.address)) ?? [];
  if (zone === undefined || acl.length === 0) {
    return plain(errorTo(message, RCODE.REFUSED), what);
  }
  const notAuth = (): Uint8Array => encodeMessage(errorTo(message, RCODE.NOTAUTH));
  const verdict = verifyRequest(bytes, { keys: keysOf(acl), now: deps.now(), notAuth });
  switch (verdict.kind) {
    case "malformed":
      return plain(errorTo(message, RCODE.FORMERR), what);
    case "refused":
      return { kind: "message", bytes: verdict.answer, ...refusedOf(what) };
    case "ok":
      return contentOf({ message, what, client, zone, isTrusted: true, signer: { ...verdict, now: deps.now } });
    case "unsigned": {
      const isTrusted = acl.some(({ key }) => key === "none");
      return contentOf({ message, what, client, zone, isTrusted, signer: undefined });
    }
  }
}

interface Signer {
  readonly key: TsigKey;
  readonly mac: Uint8Array;
  readonly now: () => Seconds;
}

interface Content {
  readonly message: Message;
  readonly what: TransferQuery;
  readonly client: TransferClient;
  readonly zone: PrimaryZone;
  /** Whether the client may transfer the zone, and not only query the serial. */
  readonly isTrusted: boolean;
  readonly signer: Signer | undefined;
}

function contentOf(content: Content): Response {
  const { message, what, client, zone, isTrusted } = content;
  const isTransfer = what.kind === "whole" || what.kind === "incremental";
  if (what.kind === "other" || (isTransfer && !isTrusted)) {
    return single(content, errorTo(message, RCODE.REFUSED), refusedOf(what));
  }
  if (zone.history === undefined) {
    return single(content, errorTo(message, RCODE.SERVFAIL), refusedOf(what));
  }
  const { history } = zone;
  switch (what.kind) {
    case "soa":
      return single(content, answerWith(message, [history.current.soa]));
    case "ns":
      return single(content, answerWith(message, nameServers(zone.domain, history.current)));
    case "whole":
      // RFC 5936 4.2: there is no AXFR over UDP. BIND answers the same.
      return client.protocol === "udp"
        ? single(content, errorTo(message, RCODE.FORMERR), refusedOf(what))
        : stream(content, wholeForm(history.current));
    case "incremental":
      return client.protocol === "udp"
        ? single(content, answerWith(message, [history.current.soa]), { transfer: "current" })
        : stream(content, incrementalForm(history, what.serial));
  }
}

function stream({ message, signer }: Content, form: TransferForm): Response {
  const reserved = signer === undefined ? 0 : signatureBytes(signer.key);
  const unsigned = { [Symbol.iterator]: () => transferMessages(answerWith(message, []), form.records, reserved) };
  const messages = signer === undefined ? unsigned : { [Symbol.iterator]: () => signedEach(unsigned, signer) };
  return { kind: "stream", form: form.kind, messages };
}

/** Every message is signed (RFC 8945 5.3.1 requires every hundredth), so that readers can verify each one at once. */
function* signedEach(messages: Iterable<Uint8Array>, { key, mac, now }: Signer): Generator<Uint8Array, void> {
  let prior: Uint8Array | undefined;
  for (const message of messages) {
    const signed = prior === undefined ? signMessage(message, key, now(), mac) : signNext(message, key, now(), prior);
    prior = signed.mac;
    yield signed.bytes;
  }
}

function single(
  { message, client, signer }: Content,
  answer: Message,
  counted: Pick<Extract<Response, { readonly kind: "message" }>, "transfer"> = {},
): Response {
  const reserved = signer === undefined ? 0 : signatureBytes(signer.key);
  const bytes = encodeMessage(answer, { reserved, ...(client.protocol === "udp" && { maxSize: udpSize(message) }) });
  const signed = signer === undefined ? bytes : signMessage(bytes, signer.key, signer.now(), signer.mac).bytes;
  return { kind: "message", bytes: signed, ...counted };
}

function plain(answer: Message, what: TransferQuery): Response {
  return { kind: "message", bytes: encodeMessage(answer), ...refusedOf(what) };
}

function refusedOf(what: TransferQuery): { readonly transfer?: "refused" } {
  return what.kind === "whole" || what.kind === "incremental" ? { transfer: "refused" } : {};
}

function keysOf(acl: readonly AclEntry[]): readonly TsigKey[] {
  return acl.flatMap(({ key }) => (typeof key === "string" ? [] : [key]));
}

/** The maximum size over UDP in both directions (RFC 6891, DNS flag day 2020). */
const UDP_BYTES = 1_232;

function udpSize({ edns }: Message): number {
  return Math.min(edns?.udpSize ?? 0, UDP_BYTES);
}

function answerWith(request: Message, answers: readonly WireRecord[]): Message {
  return { ...errorTo(request, RCODE.NOERROR), authoritative: true, answers };
}

/** An answer with only the question, and with EDNS if the request has it (RFC 6891 7). */
function errorTo(request: Message, rcode: number): Message {
  const edns = { udpSize: UDP_BYTES, version: 0, dnssecOk: request.edns?.dnssecOk ?? false, options: [] };
  return {
    id: request.id,
    response: true,
    opcode: request.opcode,
    authoritative: false,
    truncated: false,
    recursionDesired: request.recursionDesired,
    recursionAvailable: false,
    authenticData: false,
    checkingDisabled: request.checkingDisabled,
    rcode,
    questions: request.questions.slice(0, 1),
    answers: [],
    authorities: [],
    additionals: [],
    ...(request.edns === undefined ? {} : { edns }),
  };
}

function nameServers(domain: Name, { sets }: ZoneVersion): readonly WireRecord[] {
  return sets.get(rrsetKey({ name: domain, type: "NS" }))?.records ?? [];
}
