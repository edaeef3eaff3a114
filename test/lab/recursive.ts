import { randomInt } from "node:crypto";
import { decodeMessage } from "../../src/dns/message/decode.ts";
import { encodeMessage } from "../../src/dns/message/encode.ts";
import { EMPTY_QUERY, type Message, type Question, type WireRecord } from "../../src/dns/message/message.ts";
import { parentOf, type Name } from "../../src/dns/name/name.ts";
import { OPCODE, RCODE, TYPE } from "../../src/dns/registry.ts";
import { createExchange } from "../../src/transport/client/exchange-by-protocol.ts";
import type { Exchange } from "../../src/transport/exchange.ts";
import { listen } from "../../src/transport/server/listen.ts";
import type { Listener } from "../../src/transport/server/listener.ts";
import { createAnswerCache, type AnswerCache } from "./answer-cache.ts";
import { targetOf } from "./authoritative-answer.ts";
import { responseTo, udpSize } from "./name-server.ts";
import { createQuestionCounter, type QuestionCounter } from "./question-counter.ts";
import { labName } from "./zone-store.ts";

export interface RecursiveOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default: a free one. */
  readonly port?: number;
  /** Which authoritative server has a zone; names outside all of them are REFUSED. */
  readonly zones: Readonly<Record<string, { readonly host: string; readonly port: number }>>;
  /** Seconds; default 86400. */
  readonly maxTtl?: number;
  /** Seconds; default 3600. */
  readonly maxNegativeTtl?: number;
}

/** Counts what its clients ask. */
export interface RecursiveServer extends QuestionCounter, AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Forgets what it has cached. */
  flush(): void;
  /** Closes its sockets; a client sees a refused port. The cache stays. */
  stop(): Promise<void>;
  /** Listens again on the same port. */
  start(): Promise<void>;
}

/**
 * The laboratory's recursive server: follows CNAMEs from zone to zone, caches by TTL and counts down, answers emptiness by RFC 2308, SERVFAIL when a
 * server does not answer. It knows its zones by the list alone and does not follow referrals.
 */
export async function startRecursive(options: RecursiveOptions): Promise<RecursiveServer> {
  const host = options.host ?? "127.0.0.1";
  const client = createExchange();
  const counter = createQuestionCounter();
  const cache = createAnswerCache({
    maxTtl: options.maxTtl ?? 86_400,
    maxNegativeTtl: options.maxNegativeTtl ?? 3_600,
  });
  const zones = new Map(Object.entries(options.zones).map(([zone, server]) => [labName(zone), server]));
  const walker: Walker = { exchange: client.exchange, cache, zones, running: new Map() };

  const onQuery = async (bytes: Uint8Array, _peer: unknown, protocol: "udp" | "tcp") => {
    const decoded = decodeMessage(bytes);
    const [question] = decoded.kind === "ok" ? decoded.message.questions : [];
    if (decoded.kind === "malformed" || decoded.message.response || question === undefined) {
      return undefined;
    }
    const query = decoded.message;
    counter.count(question);
    const found = query.opcode === OPCODE.QUERY ? await walk(walker, question) : { ...EMPTY, rcode: RCODE.NOTIMP };
    const maxSize = protocol === "tcp" ? 65_535 : udpSize(query, 1_232);
    return encodeMessage({ ...responseTo(query), recursionAvailable: true, ...found }, { maxSize });
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
    flush: () => cache.flush(),
    stop,
    start: async () => {
      listener ??= await listen({ host, port, onQuery });
    },
    async [Symbol.asyncDispose]() {
      await stop();
      await client[Symbol.asyncDispose]();
    },
  };
}

interface Walker {
  readonly exchange: Exchange;
  readonly cache: AnswerCache;
  readonly zones: ReadonlyMap<Name, { readonly host: string; readonly port: number }>;
  /** Questions on their way to a server, so that each goes out once. */
  readonly running: Map<string, Promise<"taken" | "failed">>;
}

interface Found {
  readonly rcode: number;
  readonly answers: readonly WireRecord[];
  readonly authorities: readonly WireRecord[];
}

const EMPTY: Found = { rcode: RCODE.NOERROR, answers: [], authorities: [] };
const MAX_HOPS = 20;

async function walk(walker: Walker, question: Question): Promise<Found> {
  const answers: WireRecord[] = [];
  let name = question.name;
  for (let hop = 0; hop < MAX_HOPS; hop += 1) {
    const zone = zoneOf(walker, name);
    if (zone === undefined) {
      return { rcode: hop === 0 ? RCODE.REFUSED : RCODE.SERVFAIL, answers: [], authorities: [] };
    }
    const known = cached(walker.cache, name, question.type) ?? (await fetchFrom(walker, zone, { ...question, name }));
    if (known === undefined) {
      return { ...EMPTY, rcode: RCODE.SERVFAIL };
    }
    if (known.kind === "negative") {
      return { rcode: known.rcode, answers, authorities: known.soa };
    }
    answers.push(...known.records);
    const [first] = known.records;
    if (first === undefined || first.type !== TYPE.CNAME || question.type === TYPE.CNAME) {
      return { ...EMPTY, answers };
    }
    name = targetOf(first);
  }
  return { ...EMPTY, rcode: RCODE.SERVFAIL };
}

function zoneOf(walker: Walker, name: Name): Name | undefined {
  for (let at: Name | undefined = name; at !== undefined; at = parentOf(at)) {
    if (walker.zones.has(at)) {
      return at;
    }
  }
  return undefined;
}

function cached(cache: AnswerCache, name: Name, type: number) {
  const now = performance.now();
  return cache.get(name, type, now) ?? cache.get(name, TYPE.CNAME, now);
}

async function fetchFrom(walker: Walker, zone: Name, question: Question) {
  const key = `${question.name} ${question.type}`;
  const running = walker.running.get(key) ?? ask(walker, zone, question);
  walker.running.set(key, running);
  const outcome = await running;
  walker.running.delete(key);
  return outcome === "taken" ? cached(walker.cache, question.name, question.type) : undefined;
}

/** Two tries, so that one lost packet is no failure; over TCP where the answer is truncated. */
async function ask(walker: Walker, zone: Name, question: Question): Promise<"taken" | "failed"> {
  for (const protocol of ["udp", "udp"] as const) {
    const answer = await askOnce(walker, zone, question, protocol);
    const whole = answer?.truncated === true ? await askOnce(walker, zone, question, "tcp") : answer;
    if (whole !== undefined && (whole.rcode === RCODE.NOERROR || whole.rcode === RCODE.NXDOMAIN)) {
      walker.cache.take(zone, question, whole, performance.now());
      return "taken";
    }
  }
  return "failed";
}

async function askOnce(
  walker: Walker,
  zone: Name,
  { name, type, class: classNumber }: Question,
  protocol: "udp" | "tcp",
): Promise<Message | undefined> {
  const server = walker.zones.get(zone);
  if (server === undefined) {
    return undefined;
  }
  const id = randomInt(0x1_0000);
  const question = { name, type, class: classNumber };
  const edns = { udpSize: 1_232, version: 0, dnssecOk: false, options: [] };
  const query = { ...responseTo({ ...EMPTY_QUERY, id, questions: [question] }), response: false, edns };
  let answer: Message | undefined;
  const accept = (bytes: Uint8Array): boolean => {
    const decoded = decodeMessage(bytes);
    answer = decoded.kind === "ok" && isAnswerTo(query, decoded.message) ? decoded.message : undefined;
    return answer !== undefined;
  };
  const request = { query: encodeMessage(query), timeoutMs: TRY_MS, accept };
  await walker.exchange({ protocol, address: server.host, port: server.port }, request, new AbortController().signal);
  return answer;
}

const TRY_MS = 600;

function isAnswerTo(query: Message, answer: Message): boolean {
  const [asked] = query.questions;
  const [echoed] = answer.questions;
  return answer.response && answer.id === query.id && asked?.name === echoed?.name && asked?.type === echoed?.type;
}
