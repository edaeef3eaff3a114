import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { aliasManifest, baseZoneText, hyphened, stream } from "../lab/manifests.ts";
import { waitFor } from "../lab/wait-for.ts";
import { startBind } from "../support/bind.ts";
import { skipWithout } from "../support/component.ts";
import type { DnsEndpoint } from "../support/dns-probe.ts";
import { freePort } from "../support/free-port.ts";
import { startProcess, type ManagedProcess } from "../support/process.ts";
import { problemsOfChance } from "../support/random-judge.ts";
import { opcodeOf, RECORDED, startRecorder, UPDATE, type SeenQuery } from "./query-recorder.ts";

/** Each is one value of each kind, and a tenth of the zones is at one address: a server's budget is 20 calls a second. */
const ZONES = 200;
const SERVERS = 10;
/** Each version of a zone goes to all of its secondaries. */
const SECONDARIES = 32;
const TRANSFERRED = 7;
const COOKIES = 200;

const updated = Array.from({ length: ZONES }, (_, index) => `update${index}.test`);
const checked = Array.from({ length: ZONES }, (_, index) => `check${index}.test`);
const transferred = Array.from({ length: TRANSFERRED }, (_, index) => `transfer${index}.test`);

/**
 * docs/security.md: the defence against forged answers, for everything else that `dnsalias run` sends. Updates go over TCP, and one socket sends every NOTIFY:
 * the source ports of both are no part of the defence.
 */
describe("what a forger has to guess is drawn by chance", { skip: skipWithout("named", "named-checkconf") }, () => {
  const started = new AsyncDisposableStack();
  const updates: number[] = [];
  const notified: SeenQuery[] = [];
  const checks: SeenQuery[] = [];
  let responders: readonly number[];

  before(async () => {
    const root = await mkdtemp(join(tmpdir(), "dnsalias-chance-"));
    started.defer(() => rm(root, { recursive: true, force: true }));
    const zones = Object.fromEntries(updated.map((domain) => [domain, baseZoneText(domain)]));
    const bind = started.use(await startBind({ zones, moreZone: "allow-update { any; };" }));
    const servers = await Promise.all(
      Array.from({ length: SERVERS }, () => startUpdateRecorder(started, bind, updates)),
    );
    const secondaries = await Promise.all(Array.from({ length: SECONDARIES }, () => startRecorder(started, notified)));
    const checker = await startRecorder(started, checks);
    const [oneZone = ""] = checked;
    await writeManifests(join(root, "second"), manifestsOf(oneZone, { coreDNS: zoneFile(oneZone) }));
    await writeManifests(join(root, "first"), [
      ...updated.flatMap((domain, index) =>
        manifestsOf(domain, { rfc2136: { servers: [at(servers[index % SERVERS] ?? 0)] } }, {}),
      ),
      ...checked.flatMap((domain) => manifestsOf(domain, { coreDNS: zoneFile(domain) }, { addresses: [at(checker)] })),
      ...transferred.flatMap((domain) =>
        manifestsOf(
          domain,
          { transfer: { baseZone: inline(domain), allow: ["127.0.0.1"], notify: secondaries.map(at) } },
          {},
        ),
      ),
    ]);
    const first = await startRun(started, join(root, "first"));
    const second = await startRun(started, join(root, "second"));
    responders = [first.responder, second.responder];
    await waitFor(
      "an update of each zone, a NOTIFY to each secondary, and a check of each name",
      () => {
        assert.equal(first.child.ended(), undefined, first.child.output());
        assert.equal(second.child.ended(), undefined, second.child.output());
        assert.ok(updates.length >= ZONES, `${updates.length} updates`);
        assert.ok(firstNotifications().length >= TRANSFERRED * SECONDARIES, `${firstNotifications().length} NOTIFYs`);
        assert.ok(new Set(checks.map(({ name }) => name.toLowerCase())).size >= ZONES, `${checks.length} checks`);
      },
      { withinMs: 180_000 },
    );
  });
  after(() => started.disposeAsync());

  /** One for each zone and secondary: a NOTIFY that is sent again has the same id. */
  const firstNotifications = (): readonly SeenQuery[] => [
    ...new Map(notified.map((seen) => [`${seen.port} ${seen.sourcePort} ${seen.name}`, seen])).values(),
  ];

  test("the id of an update", () => {
    assert.deepEqual(problemsOfChance({ of: "id", bits: 16, values: updates.map(BigInt), distinct: 0.95 }), []);
  });

  test("the id of a NOTIFY", () => {
    const values = firstNotifications().map(({ id }) => BigInt(id));
    assert.deepEqual(problemsOfChance({ of: "id", bits: 16, values, distinct: 0.95 }), []);
  });

  test("id, source port, and client cookie of a propagation check", () => {
    assert.ok(
      checks.every(({ cookie }) => cookie.length === 16),
      "each query has a cookie of 8 bytes",
    );
    const ids = checks.map(({ id }) => BigInt(id));
    assert.deepEqual(problemsOfChance({ of: "id", bits: 16, values: ids, distinct: 0.95 }), []);
    // The kernel draws it from its range (ip_local_port_range, 28,232 ports by default), of which the low bits tell.
    const ports = checks.map(({ sourcePort }) => BigInt(sourcePort));
    assert.deepEqual(problemsOfChance({ of: "source port", bits: 12, values: ports, distinct: 0.9 }), []);
    const cookies = checks.map(({ cookie }) => BigInt(`0x${cookie}`));
    assert.deepEqual(problemsOfChance({ of: "cookie", bits: 64, values: cookies, distinct: 1 }), []);
  });

  test("the server cookie of a client, and of a process", async () => {
    const clients = Array.from({ length: COOKIES }, (_, index) => index.toString(16).padStart(16, "0"));
    await using sockets = new AsyncDisposableStack();
    const [one, other] = await Promise.all(responders.map((port) => connected(sockets, port)));
    assert.ok(one !== undefined && other !== undefined);
    const pairs: (readonly [first: string, second: string])[] = [];
    for (const client of clients) {
      pairs.push(await Promise.all([serverCookie(one, client), serverCookie(other, client)]));
    }
    const first = pairs.map(([cookie]) => cookie);
    // RFC 9018 4: client cookie, version, reserved, time, and a hash of 8 bytes, the only part that can't be known.
    const hashes = first.map((cookie) => BigInt(`0x${cookie.slice(32)}`));
    assert.deepEqual(problemsOfChance({ of: "hash", bits: 64, values: hashes, distinct: 1 }), []);
    const sameTime = pairs.filter(([of, than]) => of.slice(0, 32) === than.slice(0, 32));
    assert.ok(sameTime.length > 0, "both processes made a cookie in one second");
    assert.ok(
      sameTime.every(([of, than]) => of !== than),
      "each process has a secret of its own",
    );
  });
});

interface Run {
  readonly child: ManagedProcess;
  readonly responder: number;
}

async function writeManifests(folder: string, manifests: readonly string[]): Promise<void> {
  await mkdir(join(folder, "manifests"), { recursive: true });
  await writeFile(join(folder, "manifests", "all.yaml"), stream(...manifests));
}

async function startRun(started: AsyncDisposableStack, folder: string): Promise<Run> {
  const [responder, transfer] = [await freePort(), await freePort()];
  const folders = ["--manifests", join(folder, "manifests"), "--out", join(folder, "out")];
  const listen = [`--responder-listen=127.0.0.1:${responder}`, `--transfer-listen=127.0.0.1:${transfer}`];
  const others = ["--owner-id=me", "--resolver=127.0.0.1:9", "--responder-workers=1"];
  const args = ["src/main.ts", "run", ...folders, ...listen, ...others];
  const child = started.use(startProcess({ component: "dnsalias run", command: process.execPath, args }));
  return { child, responder };
}

/** Passes everything on to a real server, and notes the id of each update (RFC 1035 4.2.2: two bytes of length before each message). */
async function startUpdateRecorder(started: AsyncDisposableStack, server: DnsEndpoint, ids: number[]): Promise<number> {
  const front = createServer((client) => {
    const back = connect(server.port, server.host);
    let unread = Buffer.alloc(0);
    client.on("data", (piece: Buffer) => {
      unread = Buffer.concat([unread, piece]);
      while (unread.length >= 2 && unread.length >= 2 + unread.readUInt16BE(0)) {
        const message = unread.subarray(2, 2 + unread.readUInt16BE(0));
        unread = unread.subarray(2 + message.length);
        if (opcodeOf(message) === UPDATE) {
          ids.push(message.readUInt16BE(0));
        }
      }
    });
    client.pipe(back).pipe(client);
    for (const [socket, other] of [[client, back] as const, [back, client] as const]) {
      socket.on("error", () => other.destroy());
      socket.on("close", () => other.destroy());
    }
  });
  front.listen(0, "127.0.0.1");
  await once(front, "listening");
  started.defer(() => void front.close());
  const address = front.address();
  assert.ok(typeof address === "object" && address !== null);
  return address.port;
}

async function connected(started: AsyncDisposableStack, port: number): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.connect(port, "127.0.0.1");
  await once(socket, "connect");
  started.defer(() => void socket.close());
  return socket;
}

/** The cookie in the answer to a query with this client cookie, for the SOA of a zone that is served. */
async function serverCookie(socket: Socket, client: string): Promise<string> {
  const question = `${labelOf("check0")}${labelOf("test")}0000060001`;
  const query = Buffer.from(`123400000001000000000001${question}00002904d000000000000c000a0008${client}`, "hex");
  const answer = await waitFor("the answer", async () => {
    const answered = once(socket, "message", { signal: AbortSignal.timeout(2_000) });
    socket.send(query);
    const [packet]: unknown[] = await answered;
    assert.ok(Buffer.isBuffer(packet));
    return packet.toString("hex");
  });
  // RFC 7873 4: option 10, 24 bytes, of which the first eight are the client's.
  const [, cookie] = new RegExp(`000a0018(${client}[0-9a-f]{32})`).exec(answer) ?? [];
  return cookie ?? assert.fail(answer);
}

function labelOf(text: string): string {
  return text.length.toString(16).padStart(2, "0") + Buffer.from(text).toString("hex");
}

function zoneFile(domain: string): object {
  return { zoneFile: { baseZone: inline(domain) } };
}

function inline(domain: string): object {
  return { inline: baseZoneText(domain) };
}

function at(port: number): object {
  return { address: "127.0.0.1", port };
}

/** A DnsZone and an alias at its apex with an address that is known without a lookup. */
function manifestsOf(domain: string, provider: object, servedBy?: object): readonly string[] {
  const zone = {
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsZone",
    metadata: { name: hyphened(domain), namespace: "dns-system" },
    spec: { domain, allowedNamespaces: { from: "All" }, provider, ...(servedBy && { servedBy }) },
  };
  const alias = aliasManifest({ name: hyphened(domain), hostnames: [domain], targets: [[RECORDED.A]] });
  return [JSON.stringify(zone), alias];
}
