import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { aliasManifest, baseZoneText, hyphened, stream, zoneManifest } from "../lab/manifests.ts";
import { waitFor } from "../lab/wait-for.ts";
import { startProcess } from "../support/process.ts";
import { problemsOfChance } from "../support/random-judge.ts";

/** One for each cookie, since a client has one cookie for a server. */
const SERVERS = 200;
/** Each has 20 letters before its digits. */
const TARGETS = ["abcdefghijklmnopqrst", "zyxwvutsrqponmlkjihg"] as const;
const LETTERS = 20;

/** docs/security.md: the defence against forged answers. What name servers see of `dnsalias run`, read without the product's code. */
describe("what a forger has to guess is drawn by chance", () => {
  const queries: SeenQuery[] = [];
  const started = new AsyncDisposableStack();

  before(async () => {
    const root = await mkdtemp(join(tmpdir(), "dnsalias-chance-"));
    started.defer(() => rm(root, { recursive: true, force: true }));
    const ports: number[] = [];
    for (let index = 0; index < SERVERS; index += 1) {
      ports.push(await startRecorder(started, queries));
    }
    await mkdir(join(root, "manifests"));
    await writeFile(join(root, "manifests", "all.yaml"), stream(...ports.flatMap(manifestsOf)));
    const folders = ["--manifests", join(root, "manifests"), "--out", join(root, "out")];
    const args = ["src/main.ts", "run", ...folders, "--owner-id=me", "--resolver=127.0.0.1:9", "--no-responder"];
    const child = started.use(startProcess({ component: "dnsalias run", command: process.execPath, args }));
    await waitFor(
      "a query of each family for each target at each server",
      () => {
        assert.equal(child.ended(), undefined, child.output());
        const different = new Set(queries.map(({ port, name, type }) => `${port} ${name.toLowerCase()} ${type}`));
        assert.equal(different.size, SERVERS * TARGETS.length * 2);
      },
      { withinMs: 120_000 },
    );
  });
  after(() => started.disposeAsync());

  test("the id of a query", () => {
    const values = queries.map(({ id }) => BigInt(id));
    assert.deepEqual(problemsOfChance({ of: "id", bits: 16, values, distinct: 0.95 }), []);
  });

  test("the letters of its name", () => {
    const values = queries.map(({ name }) => caseBits(name));
    assert.deepEqual(problemsOfChance({ of: "letters", bits: LETTERS, values, distinct: 0.95 }), []);
  });

  test("its source port", () => {
    // The kernel draws it from its range (ip_local_port_range, 28,232 ports by default), of which the low bits tell.
    const values = queries.map(({ sourcePort }) => BigInt(sourcePort));
    assert.deepEqual(problemsOfChance({ of: "source port", bits: 12, values, distinct: 0.9 }), []);
  });

  test("the client cookie of a server", () => {
    const byServer = new Map(queries.map(({ port, cookie }) => [port, cookie]));
    assert.ok(
      queries.every(({ cookie }) => cookie.length === 16),
      "each query has a cookie of 8 bytes",
    );
    assert.ok(
      queries.every(({ port, cookie }) => byServer.get(port) === cookie),
      "a server sees one cookie",
    );
    const values = [...byServer.values()].map((cookie) => BigInt(`0x${cookie}`));
    assert.deepEqual(problemsOfChance({ of: "cookie", bits: 64, values, distinct: 1 }), []);
  });
});

interface SeenQuery {
  /** The server's. */
  readonly port: number;
  readonly sourcePort: number;
  readonly id: number;
  /** As spelled. */
  readonly name: string;
  readonly type: number;
  /** In hexadecimal digits; empty: none. */
  readonly cookie: string;
}

/** A server that notes each query and answers it with one address; gives its port. */
async function startRecorder(started: AsyncDisposableStack, queries: SeenQuery[]): Promise<number> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  started.defer(() => void socket.close());
  const { port } = socket.address();
  socket.on("message", (query, peer) => {
    const { name, end } = readName(query);
    const type = query.readUInt16BE(end);
    queries.push({
      port,
      sourcePort: peer.port,
      id: query.readUInt16BE(0),
      name,
      type,
      cookie: readCookie(query, end),
    });
    socket.send(answerTo(query, end + 4, type), peer.port, peer.address);
  });
  return port;
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

/** RFC 6891 6.1.2, RFC 7873 4: the option 10 of the OPT record, which is the only record of the query. */
function readCookie(query: Buffer, questionTypeAt: number): string {
  const opt = questionTypeAt + 4;
  for (let at = opt + 11; at + 4 <= query.length; at += 4 + query.readUInt16BE(at + 2)) {
    if (query.readUInt16BE(at) === 10) {
      return query.toString("hex", at + 4, at + 4 + query.readUInt16BE(at + 2));
    }
  }
  return "";
}

/** The question as it came, letters too, and one record: 203.0.113.1 or 2001:db8::1 with a TTL of an hour. */
function answerTo(query: Buffer, questionEnd: number, type: number): Buffer {
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(0x8180, 2);
  header.writeUInt16BE(1, 6);
  header.writeUInt16BE(0, 10);
  const data = type === 1 ? "cb007101" : "20010db8000000000000000000000001";
  const record = `c00c${type.toString(16).padStart(4, "0")}000100000e10${(data.length / 2).toString(16).padStart(4, "0")}${data}`;
  return Buffer.concat([header, query.subarray(12, questionEnd), Buffer.from(record, "hex")]);
}

/** One bit for each of the first letters: 1 for upper case. */
function caseBits(name: string): bigint {
  return Array.from({ length: LETTERS }, (_, index) => name.charAt(index)).reduce(
    (bits, letter) => (bits << 1n) | (/[A-Z]/.test(letter) ? 1n : 0n),
    0n,
  );
}

function manifestsOf(port: number, index: number): readonly string[] {
  const domain = `chance${index}.test`;
  const provider = { zoneFile: { baseZone: { inline: baseZoneText(domain) } } };
  return [
    zoneManifest({ domain, provider, spec: { resolvers: [{ address: "127.0.0.1", port }] } }),
    aliasManifest({
      name: hyphened(domain),
      hostnames: [domain],
      targets: TARGETS.map((target) => `${target}${index}.cdn.test`),
      spec: { allowPrivate: true },
    }),
  ];
}
