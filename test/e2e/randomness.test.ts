import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { aliasManifest, baseZoneText, hyphened, stream, zoneManifest } from "../lab/manifests.ts";
import { waitFor } from "../lab/wait-for.ts";
import { startProcess } from "../support/process.ts";
import { problemsOfChance } from "../support/random-judge.ts";
import { startRecorder, type SeenQuery } from "./query-recorder.ts";

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
    const seen: SeenQuery[] = [];
    for (let index = 0; index < SERVERS; index += 1) {
      ports.push(await startRecorder(started, seen));
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
        // Each server is queried for ipv4only.arpa too, which has fewer letters.
        queries.splice(0, Infinity, ...seen.filter(({ name }) => name.toLowerCase().includes(".cdn.test")));
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
