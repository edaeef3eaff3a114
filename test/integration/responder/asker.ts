import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { decodeMessage } from "../../../src/dns/message/decode.ts";
import { encodeMessage } from "../../../src/dns/message/encode.ts";
import { EMPTY_QUERY, type Message } from "../../../src/dns/message/message.ts";
import { parseName } from "../../../src/dns/name/name.ts";
import { typeNumber } from "../../../src/dns/registry.ts";
import type { DnsEndpoint } from "../../support/dns-probe.ts";

export function queryFor(name: string, type = "A", more: Partial<Message> = {}): Uint8Array {
  return encodeMessage({
    ...EMPTY_QUERY,
    id: 0,
    questions: [{ name: parseName(name), type: typeNumber(type) ?? 0, class: 1 }],
    edns: { udpSize: 1232, version: 0, dnssecOk: false, options: [] },
    ...more,
  });
}

export interface Asked {
  readonly message: Message;
  /** From the first try to the answer. */
  readonly tookMs: number;
  readonly tries: number;
}

/** Asks over UDP from a new port with each try, as a resolver does. */
export async function askUdp(at: DnsEndpoint, query: Uint8Array, retryMs = 5_000, maxTries = 1): Promise<Asked> {
  const start = performance.now();
  for (let tries = 1; tries <= maxTries; tries += 1) {
    const socket = createSocket("udp4");
    try {
      const bytes = await firstMessage(socket, at, query, retryMs);
      const decoded = bytes === undefined ? undefined : decodeMessage(bytes);
      if (decoded?.kind === "ok") {
        return { message: decoded.message, tookMs: performance.now() - start, tries };
      }
    } finally {
      socket.close();
    }
  }
  throw new Error(`no answer in ${maxTries} tries of ${retryMs} ms`);
}

async function firstMessage(
  socket: Socket,
  { host, port }: DnsEndpoint,
  query: Uint8Array,
  ms: number,
): Promise<Buffer | undefined> {
  socket.on("error", () => undefined);
  socket.send(query, port, host);
  const late = new AbortController();
  const message = once(socket, "message", { signal: late.signal }).then(([bytes]: Buffer[]) => bytes);
  message.catch(() => undefined);
  const answer = await Promise.race([message, delay(ms, undefined, { signal: late.signal }).catch(() => undefined)]);
  late.abort();
  return answer;
}
