import { setTimeout as delay } from "node:timers/promises";
import { decodeMessage } from "../../src/dns/message/decode.ts";
import { encodeMessage } from "../../src/dns/message/encode.ts";
import type { Message, Question } from "../../src/dns/message/message.ts";
import { OPCODE, RCODE, typeName } from "../../src/dns/registry.ts";
import { listen } from "../../src/transport/server/listen.ts";
import type { Listener } from "../../src/transport/server/listener.ts";
import { authoritativeAnswer } from "./authoritative-answer.ts";
import { applyFault, type Fault } from "./fault.ts";
import { createQuestionCounter, type QuestionCounter } from "./question-counter.ts";
import { createZoneStore, labName } from "./zone-store.ts";

export interface NameServerOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default: a free one. */
  readonly port?: number;
  /** Zone-file text or lines by origin (`example.com`); TTL 60, SOA and NS are made up where they are missing. */
  readonly zones?: Readonly<Record<string, string | readonly string[]>>;
  /** Octets that an answer over UDP has at most, whatever the client takes; default 1232. */
  readonly maxUdpSize?: number;
  /** Called for every question, before it is answered. */
  readonly onQuestion?: (question: Question) => void;
}

export interface NameServer extends QuestionCounter, AsyncDisposable {
  readonly host: string;
  readonly port: number;
  addZone(origin: string, text: string | readonly string[]): void;
  /** Replaces one record set at once; no data removes it. */
  set(name: string, type: string, ttl: number, data: readonly string[]): void;
  /** From now on, for one name (and type) or for everything; the latest that fits wins. */
  fault(fault: Fault, where?: FaultPlace): void;
  /** Ends all faults. */
  heal(): void;
  /** Closes its sockets; a client sees a refused port. */
  stop(): Promise<void>;
  /** Listens again on the same port. */
  start(): Promise<void>;
}

export interface FaultPlace {
  readonly name?: string;
  readonly type?: string;
}

/** The laboratory's authoritative server: UDP and TCP, live changes, faults on demand. It asks nobody. */
export async function startNameServer(options: NameServerOptions = {}): Promise<NameServer> {
  const host = options.host ?? "127.0.0.1";
  const maxUdpSize = options.maxUdpSize ?? DEFAULT_UDP_SIZE;
  const store = createZoneStore();
  const counter = createQuestionCounter();
  const faults: PlacedFault[] = [];
  const addZone = (origin: string, text: string | readonly string[]): void =>
    store.addZone(origin, typeof text === "string" ? text : text.join("\n"));
  Object.entries(options.zones ?? {}).forEach(([origin, text]) => addZone(origin, text));

  const onQuery = (bytes: Uint8Array, _peer: unknown, protocol: "udp" | "tcp") => {
    const decoded = decodeMessage(bytes);
    const [question] = decoded.kind === "ok" ? decoded.message.questions : [];
    if (decoded.kind === "malformed" || decoded.message.response || question === undefined) {
      return undefined;
    }
    counter.count(question);
    options.onQuestion?.(question);
    const query = decoded.message;
    const right = query.opcode === OPCODE.QUERY ? respond(store, query, question) : notImplemented(query);
    const fault = faults.findLast((placed) => fits(placed, question))?.fault;
    const bytesOut =
      fault === undefined || fault.kind === "delay"
        ? encodeMessage(right, { maxSize: protocol === "tcp" ? MAX_SIZE : udpSize(query, maxUdpSize) })
        : applyFault(fault, right, protocol);
    return fault?.kind === "delay" ? delay(fault.ms, bytesOut, { ref: false }) : bytesOut;
  };

  let listener: Listener | undefined = await listen({ host, port: options.port ?? 0, onQuery });
  const { port } = listener;
  const stop = async (): Promise<void> => {
    await listener?.[Symbol.asyncDispose]();
    listener = undefined;
  };
  return {
    ...counter.reader,
    host,
    port,
    addZone,
    set: (name, type, ttl, data) => store.set(name, type, ttl, data),
    fault: (fault, { name, type } = {}) =>
      void faults.push({ fault, ...(name !== undefined && { name: labName(name) }), ...(type && { type }) }),
    heal: () => void faults.splice(0),
    stop,
    start: async () => {
      listener ??= await listen({ host, port, onQuery });
    },
    [Symbol.asyncDispose]: stop,
  };
}

const DEFAULT_UDP_SIZE = 1_232;
const MAX_SIZE = 65_535;

interface PlacedFault {
  readonly fault: Fault;
  readonly name?: string;
  readonly type?: string;
}

function fits({ name, type }: PlacedFault, question: Question): boolean {
  return (name === undefined || name === question.name) && (type === undefined || type === typeName(question.type));
}

function respond(store: Parameters<typeof authoritativeAnswer>[0], query: Message, question: Question): Message {
  return query.edns !== undefined && query.edns.version !== 0
    ? { ...responseTo(query), rcode: RCODE.BADVERS }
    : { ...responseTo(query), ...authoritativeAnswer(store, question) };
}

function notImplemented(query: Message): Message {
  return { ...responseTo(query), rcode: RCODE.NOTIMP };
}

/** An empty answer to a query, with EDNS where the query had it (RFC 6891 6.1.1). */
export function responseTo({ id, opcode, recursionDesired, questions, edns }: Message): Message {
  return {
    id,
    response: true,
    opcode,
    authoritative: false,
    truncated: false,
    recursionDesired,
    recursionAvailable: false,
    authenticData: false,
    checkingDisabled: false,
    rcode: RCODE.NOERROR,
    questions,
    answers: [],
    authorities: [],
    additionals: [],
    ...(edns && { edns: { udpSize: DEFAULT_UDP_SIZE, version: 0, dnssecOk: edns.dnssecOk, options: [] } }),
  };
}

/** RFC 6891 6.2.3, and the server's own limit. */
export function udpSize({ edns }: Message, limit: number): number {
  return edns === undefined ? 512 : Math.min(Math.max(edns.udpSize, 512), limit);
}
