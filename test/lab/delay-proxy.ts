import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { DnsEndpoint } from "../support/dns-probe.ts";
import { createQuestionCounter, type QuestionCounter } from "./question-counter.ts";
import { decodeMessage } from "../../src/dns/message/decode.ts";

/** A stretch of network before a name server: each packet takes a while, and questions are counted. UDP alone. */
export interface DelayProxy extends DnsEndpoint, QuestionCounter, AsyncDisposable {}

/** `delayMs` is the way there and back together. */
export async function startDelayProxy(server: DnsEndpoint, delayMs: number): Promise<DelayProxy> {
  const counter = createQuestionCounter();
  const front = createSocket("udp4");
  const backs = new Set<ReturnType<typeof createSocket>>();
  front.on("message", (query, peer) => {
    const decoded = decodeMessage(query);
    const [question] = decoded.kind === "ok" ? decoded.message.questions : [];
    if (question !== undefined) {
      counter.count(question);
    }
    const back = createSocket("udp4");
    backs.add(back);
    const end = (): void => {
      if (backs.delete(back)) {
        back.close();
      }
    };
    back.on("message", (answer) => {
      setTimeout(() => backs.has(back) && front.send(answer, peer.port, peer.address, end), delayMs);
    });
    back.on("error", end);
    back.send(query, server.port, server.host);
    setTimeout(end, FORGET_MS).unref();
  });
  front.bind(0, "127.0.0.1");
  await once(front, "listening");
  return {
    ...counter.reader,
    host: "127.0.0.1",
    port: front.address().port,
    async [Symbol.asyncDispose]() {
      backs.forEach((back) => back.close());
      backs.clear();
      front.close();
      await once(front, "close");
    },
  };
}

const FORGET_MS = 5_000;
