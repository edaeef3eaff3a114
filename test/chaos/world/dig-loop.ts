import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { decode, encode, type DecodedPacket } from "dns-packet";
import type { DnsEndpoint } from "../../support/dns-probe.ts";
import type { Answer } from "../judge/chaos-event.ts";

export interface LoopQuestion {
  readonly name: string;
  readonly type: "A" | "AAAA" | "MX" | "TXT";
}

export interface LoopAnswer {
  readonly askedAt: number;
  readonly at: number;
  readonly answer: Answer;
}

export interface LoopOptions<Question extends LoopQuestion> {
  readonly server: DnsEndpoint;
  readonly questions: readonly Question[];
  readonly everyMs: number;
  readonly onAnswer: (question: Question, answer: LoopAnswer) => void;
}

/** Sends each question about every `everyMs` over UDP, and never again before its last answer came or was given up. Disposal ends it. */
export async function startDigLoop<Question extends LoopQuestion>(
  options: LoopOptions<Question>,
): Promise<AsyncDisposable> {
  const ending = new AbortController();
  const socket = createSocket("udp4");
  // A server that is down refuses; that is a query without an answer.
  socket.on("error", () => undefined);
  socket.connect(options.server.port, options.server.host);
  await once(socket, "connect");
  const waiting = new Map<number, (packet: DecodedPacket) => void>();
  socket.on("message", (bytes) => {
    const packet = decodeOrNothing(bytes);
    if (packet?.id !== undefined) {
      waiting.get(packet.id)?.(packet);
    }
  });
  const wait = { socket, waiting, nextId: 0 };
  const loops = options.questions.map((question) => follow(options, wait, question, ending.signal));
  return {
    async [Symbol.asyncDispose]() {
      ending.abort();
      await Promise.all(loops);
      socket.close();
    },
  };
}

/** A machine with 2 cores and 20 servers is busy at times. */
const ANSWER_WITHIN_MS = 2_000;

interface Wait {
  readonly socket: Socket;
  /** By message id. */
  readonly waiting: Map<number, (packet: DecodedPacket) => void>;
  nextId: number;
}

async function follow<Question extends LoopQuestion>(
  { everyMs, onAnswer }: LoopOptions<Question>,
  wait: Wait,
  question: Question,
  signal: AbortSignal,
): Promise<void> {
  await pause(Math.random() * everyMs, signal);
  while (!signal.aborted) {
    const askedAt = performance.now();
    const packet = await query(wait, question);
    if (!signal.aborted) {
      const at = performance.now();
      onAnswer(question, { askedAt, at, answer: packet === undefined ? "silent" : answerOf(packet, question) });
    }
    await pause(everyMs, signal);
  }
}

async function query(wait: Wait, { name, type }: LoopQuestion): Promise<DecodedPacket | undefined> {
  wait.nextId = (wait.nextId + 1) % 65_536;
  const id = wait.nextId;
  const answer = await new Promise<DecodedPacket | undefined>((resolve) => {
    const timer = setTimeout(() => resolve(undefined), ANSWER_WITHIN_MS);
    wait.waiting.set(id, (packet) => {
      clearTimeout(timer);
      resolve(packet);
    });
    wait.socket.send(encode({ type: "query", id, flags: 0, questions: [{ name, type, class: "IN" }] }));
  });
  wait.waiting.delete(id);
  return answer;
}

function answerOf(
  { rcode, answers = [] }: DecodedPacket & { readonly rcode?: string },
  { name, type }: LoopQuestion,
): Answer {
  if (rcode !== "NOERROR") {
    return rcode ?? "no rcode";
  }
  const found = answers.filter((record) => record.type === type && record.name.toLowerCase() === name);
  return found.length === 0 ? "NODATA" : found.map((record) => textOf(record)).sort();
}

function textOf(record: NonNullable<DecodedPacket["answers"]>[number]): string {
  if (record.type === "A" || record.type === "AAAA") {
    return record.data;
  }
  if (record.type === "MX") {
    return `${record.data.preference} ${record.data.exchange}`;
  }
  return record.type === "TXT" ? [record.data].flat().map(String).join("") : `unexpected ${record.type}`;
}

function decodeOrNothing(bytes: Buffer): DecodedPacket | undefined {
  try {
    return decode(bytes);
  } catch {
    // A packet that can't be read is no answer; the query waits on.
    return undefined;
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
