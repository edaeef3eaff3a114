import { decodeMessage } from "../../../src/dns/message/decode.ts";
import { encodeMessage } from "../../../src/dns/message/encode.ts";
import type { Message } from "../../../src/dns/message/message.ts";
import { originalCaseOf } from "../../../src/resolver/query/build-query.ts";
import type { Exchange, ExchangeResult, ResolverServer } from "../../../src/transport/exchange.ts";
import type { FakeClock } from "../../support/fake-clock.ts";

/** What a server sends for a query, packet by packet, so long after it. Nothing more: silence until the time-out. */
export type Script = (query: Message, server: ResolverServer) => readonly Packet[] | "unreachable";

export interface Packet {
  readonly afterMs: number;
  readonly bytes: Uint8Array;
}

export function packet(message: Message, afterMs = 10): Packet {
  return { afterMs, bytes: encodeMessage(message) };
}

export interface ScriptedExchange {
  readonly exchange: Exchange;
  /** `protocol address NAME TYPE` with `+edns`, `+cookie n`, one for each query, in order. */
  readonly log: string[];
}

/** Servers that do what the script says, in the time of the clock. */
export function scriptedExchange(clock: FakeClock, script: Script): ScriptedExchange {
  const log: string[] = [];
  const exchange: Exchange = async (server, request, signal) => {
    const decoded = decodeMessage(request.query);
    if (decoded.kind === "malformed") {
      throw new Error(decoded.problem);
    }
    log.push(describe(server, decoded.message));
    const packets = script(decoded.message, server);
    if (packets === "unreachable") {
      return { kind: "unreachable", message: "connection refused" };
    }
    return deliver(packets);

    async function deliver(packets: readonly Packet[]): Promise<ExchangeResult> {
      let waited = 0;
      for (const { afterMs, bytes } of packets) {
        await clock.sleep(afterMs - waited, signal);
        waited = afterMs;
        if (request.accept(bytes)) {
          return { kind: "response", response: bytes, tookMs: waited };
        }
      }
      await clock.sleep(request.timeoutMs - waited, signal);
      return { kind: "timeout" };
    }
  };
  return { exchange, log };
}

function describe({ protocol, address }: ResolverServer, message: Message): string {
  const [question] = message.questions;
  const cookie = message.edns?.options[0]?.data.length;
  const edns = message.edns === undefined ? "" : " +edns";
  const name = question === undefined ? "" : originalCaseOf(question).toLowerCase();
  return `${protocol} ${address} ${name} ${question?.type}${edns}${cookie === undefined ? "" : ` +cookie ${cookie}`}`;
}
