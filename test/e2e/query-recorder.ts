import { createSocket } from "node:dgram";
import { once } from "node:events";

/** A message that a server got over UDP, read without the product's code. */
export interface SeenQuery {
  /** The server's. */
  readonly port: number;
  readonly sourcePort: number;
  readonly id: number;
  /** As spelled. */
  readonly name: string;
  readonly type: number;
  /** The client cookie, or all of the option, in hexadecimal digits; empty: none. */
  readonly cookie: string;
}

/** What each query for addresses is answered with. */
export const RECORDED = { A: "203.0.113.1", AAAA: "2001:db8::1" } as const;

/** A server on 127.0.0.1 that notes each query and answers it with one address; returns its port. A NOTIFY is answered by its head. */
export async function startRecorder(started: AsyncDisposableStack, queries: SeenQuery[]): Promise<number> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  started.defer(() => void socket.close());
  const { port } = socket.address();
  socket.on("message", (query, peer) => {
    const { name, end } = readName(query);
    const type = query.readUInt16BE(end);
    const isNotify = opcodeOf(query) === NOTIFY;
    const cookie = isNotify ? "" : readCookie(query, end);
    queries.push({ port, sourcePort: peer.port, id: query.readUInt16BE(0), name, type, cookie });
    socket.send(isNotify ? headOf(query, end + 4) : answerTo(query, end + 4, type), peer.port, peer.address);
  });
  return port;
}

export const UPDATE = 5;
const NOTIFY = 4;

/** RFC 1035 4.1.1. */
export function opcodeOf(message: Buffer): number {
  return (message.readUInt8(2) >> 3) & 15;
}

/** RFC 1035 4.1.2: the name of the only question, which begins at byte 12 and isn't compressed. */
function readName(query: Buffer): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join("."), end: at + 1 };
}

/** RFC 6891 6.1.2, RFC 7873 4: the option 10 of the OPT record, which is the only record after the question. */
export function readCookie(message: Buffer, questionTypeAt: number): string {
  const opt = questionTypeAt + 4;
  for (let at = opt + 11; at + 4 <= message.length; at += 4 + message.readUInt16BE(at + 2)) {
    if (message.readUInt16BE(at) === 10) {
      return message.toString("hex", at + 4, at + 4 + message.readUInt16BE(at + 2));
    }
  }
  return "";
}

/** RFC 1996 4.7: the question as it came, with QR. */
function headOf(query: Buffer, questionEnd: number): Buffer {
  const head = Buffer.from(query.subarray(0, questionEnd));
  head.writeUInt16BE(0xa400, 2);
  head.fill(0, 6, 12);
  return head;
}

/** The question as it came, letters too, and one record with a TTL of an hour. */
function answerTo(query: Buffer, questionEnd: number, type: number): Buffer {
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(0x8580, 2);
  header.writeUInt16BE(1, 6);
  header.writeUInt16BE(0, 10);
  const data = type === 1 ? "cb007101" : "20010db8000000000000000000000001";
  const record = `c00c${type.toString(16).padStart(4, "0")}000100000e10${(data.length / 2).toString(16).padStart(4, "0")}${data}`;
  return Buffer.concat([header, query.subarray(12, questionEnd), Buffer.from(record, "hex")]);
}
