import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { argv } from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { seededRandom } from "./property.ts";

/** What a flood does; the argument of this program, as JSON. */
export interface FloodOptions {
  /** The responder. */
  readonly host: string;
  readonly port: number;
  /** Where garbage and the questions for one name come from. */
  readonly floodFrom: string;
  /** Where the questions of a real client come from. */
  readonly clientFrom: string;
  /** Has names `a0` to `a<names - 1>`, each with one A record. */
  readonly domain: string;
  readonly names: number;
  readonly seconds: number;
}

/** What it saw; the output of this program, as JSON. */
export interface FloodCounts {
  readonly seconds: number;
  readonly garbage: number;
  /** Questions for one and the same name. */
  readonly repeated: number;
  /** Answers with an address to those. */
  readonly repeatedAnswers: number;
  readonly bytesOut: number;
  readonly bytesIn: number;
  /** Questions of the real client, each sent once. */
  readonly asked: number;
  /** Answers with an address to those. */
  readonly answered: number;
}

const EVERY_MS = 5;
/** Garbage packets a second, and as many questions for one name. What a busy machine was late with is made up for, so many packets at a time. */
const FLOOD_PER_SECOND = 4_000;
const MOST_AT_ONCE = 200;

/** Runs on its own, in the network of the clients. It builds its packets itself: 12 bytes of header, the question, and nothing else. */
async function flood(options: FloodOptions): Promise<FloodCounts> {
  const random = seededRandom();
  const [noise, client] = await Promise.all([open(options.floodFrom), open(options.clientFrom)]);
  const counts = { garbage: 0, repeated: 0, repeatedAnswers: 0, bytesOut: 0, bytesIn: 0, asked: 0 };
  const answered = new Set<number>();
  noise.on("message", (bytes) => {
    counts.bytesIn += bytes.length;
    counts.repeatedAnswers += bytes.readUInt16BE(0) === REPEATED_ID && hasAddress(bytes) ? 1 : 0;
  });
  client.on("message", (bytes) => {
    if (hasAddress(bytes)) {
      answered.add(bytes.readUInt16BE(0));
    }
  });
  const send = (bytes: Buffer): void => {
    noise.send(bytes, options.port, options.host);
    counts.bytesOut += bytes.length;
  };
  const startedAt = performance.now();
  while (performance.now() - startedAt < options.seconds * 1000) {
    const due = ((performance.now() - startedAt) / 1000) * FLOOD_PER_SECOND - counts.repeated;
    for (let index = 0; index < Math.min(due, MOST_AT_ONCE); index += 1) {
      send(garbage(options.domain, random));
      counts.garbage += 1;
      send(query(REPEATED_ID, `a0.${options.domain}`));
      counts.repeated += 1;
    }
    const name = `a${counts.asked % options.names}.${options.domain}`;
    client.send(query(counts.asked, name), options.port, options.host);
    counts.asked += 1;
    await delay(EVERY_MS);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  await delay(2_000);
  noise.close();
  client.close();
  return { ...counts, seconds, answered: answered.size };
}

/** No real question has it: there are fewer of them. */
const REPEATED_ID = 0xffff;

async function open(address: string): Promise<Socket> {
  const socket = createSocket({ type: "udp4", recvBufferSize: 4 * 1024 * 1024 });
  socket.bind(0, address);
  await once(socket, "listening");
  return socket;
}

function query(id: number, name: string): Buffer {
  const labels = name.split(".").map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label)]));
  const head = Buffer.of(id >> 8, id & 255, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0);
  return Buffer.concat([head, ...labels, Buffer.of(0, 0, 1, 0, 1)]);
}

/** Random bytes, half a query, a response, a random name, or a query with a changed byte. */
function garbage(domain: string, random: () => number): Buffer {
  const below = (limit: number): number => Math.floor(random() * limit);
  const real = query(below(0xffff), `a${below(100)}.${domain}`);
  const changed = below(real.length);
  const kinds = [
    () => Buffer.from(Array.from({ length: below(600) }, () => below(256))),
    () => real.subarray(0, changed),
    () => (real.writeUInt8(0x84, 2), real),
    () => query(below(0xffff), `r${below(2 ** 40)}.${domain}`),
    () => (real.writeUInt8(below(256), changed), real),
  ];
  return kinds[below(kinds.length)]?.() ?? real;
}

/** NOERROR, and at least one record in the answer section. */
function hasAddress(bytes: Buffer): boolean {
  return bytes.length > 12 && (bytes.readUInt8(3) & 0xf) === 0 && bytes.readUInt16BE(6) > 0;
}

function parseOptions(text: string): FloodOptions {
  const options: FloodOptions = JSON.parse(text);
  return options;
}

const [, , argument] = argv;
if (import.meta.main && argument !== undefined) {
  process.stdout.write(JSON.stringify(await flood(parseOptions(argument))));
}
