import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { DnsEndpoint } from "./dns-probe.ts";

/** A client that builds its packets itself, and reads only the header of a response: it shares no code with the product. */
export interface RawClient extends AsyncDisposable {
  /** Sends one packet over UDP, and waits for no answer. */
  send(packet: Buffer): void;
  /** Throws if no response comes within 5 s. */
  udp(query: RawQuery): Promise<RawResponse>;
  tcp(query: RawQuery): Promise<RawResponse>;
}

export interface RawQuery {
  readonly name: string;
  readonly type: number;
}

export interface RawResponse {
  readonly rcode: number;
  readonly isTruncated: boolean;
  readonly answers: number;
}

const TIMEOUT_MS = 5_000;

export async function openRawClient(at: DnsEndpoint): Promise<RawClient> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const waiting = new Map<number, (bytes: Buffer) => void>();
  socket.on("message", (bytes) => waiting.get(bytes.readUInt16BE(0))?.(bytes));
  let id = 0;
  return {
    send: (packet) => socket.send(packet, at.port, at.host),
    async udp(query) {
      id = (id + 1) & 0xffff;
      const response = Promise.withResolvers<Buffer>();
      waiting.set(id, response.resolve);
      socket.send(rawQuery(id, query), at.port, at.host);
      return responseOf(await Promise.race([response.promise, none(query)]));
    },
    async tcp(query) {
      const connection = connect(at.port, at.host);
      try {
        const bytes = rawQuery(1, query);
        connection.write(Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 255), bytes]));
        return responseOf(await Promise.race([firstFrame(connection), none(query)]));
      } finally {
        connection.destroy();
      }
    },
    async [Symbol.asyncDispose]() {
      socket.close();
      await once(socket, "close");
    },
  };
}

/** 12 bytes of header, the question, and nothing else. */
export function rawQuery(id: number, { name, type }: RawQuery): Buffer {
  const labels = name.split(".").map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label)]));
  const head = Buffer.of(id >> 8, id & 255, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0);
  return Buffer.concat([head, ...labels, Buffer.of(0, type >> 8, type & 255, 0, 1)]);
}

async function none({ name, type }: RawQuery): Promise<never> {
  await delay(TIMEOUT_MS, undefined, { ref: false });
  throw new Error(`no response to ${name}, type ${type}`);
}

async function firstFrame(connection: AsyncIterable<Buffer>): Promise<Buffer> {
  let bytes = Buffer.alloc(0);
  for await (const chunk of connection) {
    bytes = Buffer.concat([bytes, chunk]);
    if (bytes.length >= 2 && bytes.length >= 2 + bytes.readUInt16BE(0)) {
      return bytes.subarray(2);
    }
  }
  throw new Error("the connection ended without a response");
}

function responseOf(bytes: Buffer): RawResponse {
  return {
    rcode: bytes.readUInt8(3) & 0xf,
    isTruncated: (bytes.readUInt8(2) & 2) !== 0,
    answers: bytes.readUInt16BE(6),
  };
}
