import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { aliasManifest, baseZoneManifest, baseZoneText, stream } from "../lab/manifests.ts";
import { waitFor } from "../lab/wait-for.ts";
import { skipWithout } from "../support/component.ts";
import { dig } from "../support/dig.ts";
import type { DnsEndpoint } from "../support/dns-probe.ts";
import { freePort } from "../support/free-port.ts";
import { rawQuery } from "../support/raw-client.ts";
import { startFolderController } from "./folder-controller.ts";
import { scrape } from "./metrics-page.ts";

const DOMAIN = "counted.example";
const BIG = "big.example";
const AXFR = 252;
const REFUSED = 5;
/** With a target of 230 octets each, 6 MB, which is more than the buffers of a connection hold. */
const BIG_NAMES = 25_000;

/** P18: what secondaries have requested, and which NOTIFYs they got, is what the metrics count. */
test(
  "P18: transfers and NOTIFYs are counted as the secondaries have seen them",
  {
    skip: skipWithout("dig"),
    timeout: 120_000,
  },
  async () => {
    await using taking = await startSecondary((notify) => responseTo(notify, 0));
    await using refusing = await startSecondary((notify) => responseTo(notify, REFUSED));
    await using silent = await startSecondary(() => undefined);
    await using lab = await startPrimary([taking, refusing, silent]);
    const serials = [await serialAt(lab.dns, 0)];
    for (const [step, pauseMs] of [
      [2, 0],
      // Longer than the five tries after which a NOTIFY is unanswered, and then a change.
      [3, 9_000],
      [4, 0],
    ] as const) {
      await delay(pauseMs);
      await lab.publish(`11.9.3.${step}`);
      serials.push(await serialAt(lab.dns, serials.at(-1) ?? 0));
      await waitFor("the NOTIFYs", () =>
        assert.deepEqual(
          [taking, refusing, silent].map((secondary) => secondary.last()),
          Array(3).fill(serials.at(-1)),
        ),
      );
    }

    const transfer = (type: string, ...flags: readonly string[]) => dig(lab.dns, DOMAIN, type, ["+tcp", ...flags]);
    const [previous, last] = serials.slice(-2);
    const isWhole = (reply: Awaited<ReturnType<typeof dig>>) => reply.answer.some(({ type }) => type === "MX");
    for (const reply of [await transfer("AXFR"), await transfer("AXFR"), await transfer("AXFR")]) {
      assert.ok(isWhole(reply), reply.text);
    }
    for (const reply of [await transfer(`IXFR=${previous}`), await transfer(`IXFR=${previous}`)]) {
      assert.ok(!isWhole(reply) && reply.answer.length > 4, reply.text);
    }
    assert.equal((await transfer(`IXFR=${last}`)).answer.length, 1);
    for (let count = 0; count < 4; count += 1) {
      assert.match((await transfer("AXFR", "-b", "127.0.0.2")).text, /Transfer failed|REFUSED/);
    }
    const CUT = 5;
    await cutOff(lab.dns, CUT);

    const wanted = {
      'dnsalias_transfers_total{kind="whole"}': 3,
      'dnsalias_transfers_total{kind="incremental"}': 2,
      'dnsalias_transfers_total{kind="current"}': 1,
      'dnsalias_transfers_total{kind="refused"}': 4,
      'dnsalias_transfers_total{kind="cut"}': CUT,
      dnsalias_transfers_total: 3 + 2 + 1 + 4 + CUT,
      'dnsalias_notifies_total{result="taken"}': taking.versions(),
      'dnsalias_notifies_total{result="refused"}': refusing.versions(),
      'dnsalias_notifies_total{result="silent"}': silent.givenUp(),
    };
    assert.equal(silent.givenUp(), 1);
    assert.ok(taking.versions() >= 4 && refusing.versions() >= 4);
    await waitFor("the transfers that were cut off", async () => {
      const page = await scrape(lab.opsUrl);
      assert.deepEqual(Object.fromEntries(Object.keys(wanted).map((series) => [series, page.value(series)])), wanted);
    });
  },
);

interface Secondary extends DnsEndpoint, AsyncDisposable {
  /** Of the last NOTIFY. */
  last(): number | undefined;
  /** How many versions it was notified of. */
  versions(): number;
  /** NOTIFYs that came five times or more before the next version did. */
  givenUp(): number;
}

/** A UDP socket that only knows NOTIFY (RFC 1996): opcode 4, with the SOA record at the end. */
async function startSecondary(respond: (notify: Buffer) => Buffer | undefined): Promise<Secondary> {
  const socket = createSocket("udp4");
  const tries = new Map<number, number>();
  socket.on("message", (bytes, { port, address }) => {
    if ((bytes[2] ?? 0) >> 3 !== 4) {
      return;
    }
    const serial = bytes.readUInt32BE(bytes.length - 20);
    tries.set(serial, (tries.get(serial) ?? 0) + 1);
    const response = respond(bytes);
    if (response !== undefined) {
      socket.send(response, port, address);
    }
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return {
    host: "127.0.0.1",
    port: socket.address().port,
    last: () => [...tries.keys()].at(-1),
    versions: () => tries.size,
    givenUp: () => [...tries.values()].slice(0, -1).filter((count) => count >= 5).length,
    async [Symbol.asyncDispose]() {
      socket.close();
      await once(socket, "close");
    },
  };
}

function responseTo(notify: Buffer, rcode: number): Buffer {
  const response = Buffer.from(notify);
  response.writeUInt8(response.readUInt8(2) | 0x80, 2);
  response.writeUInt8(rcode, 3);
  return response;
}

/** Requests the big zone, reads nothing, and closes the connection, so often. */
async function cutOff(at: DnsEndpoint, count: number): Promise<void> {
  const sockets = Array.from({ length: count }, () => connect(at.port, at.host).pause());
  const query = rawQuery(1, { name: BIG, type: AXFR });
  for (const socket of sockets) {
    socket.on("error", () => undefined);
    socket.write(Buffer.concat([Buffer.of(query.length >> 8, query.length & 255), query]));
  }
  await delay(1_500);
  sockets.forEach((socket) => socket.resetAndDestroy());
}

async function serialAt(at: DnsEndpoint, above: number): Promise<number> {
  return waitFor("a new version", async () => {
    const [soa] = (await dig(at, DOMAIN, "SOA")).answer;
    const serial = Number(soa?.data.split(" ")[2]);
    assert.ok(serial > above, `${serial}`);
    return serial;
  });
}

async function startPrimary(secondaries: readonly DnsEndpoint[]) {
  await using starting = new AsyncDisposableStack();
  const root = await mkdtemp(join(tmpdir(), "dnsalias-transfer-metrics-"));
  starting.defer(() => rm(root, { recursive: true, force: true }));
  const [dnsPort, opsPort] = await Promise.all([freePort(), freePort()]);
  await mkdir(join(root, "manifests"));
  const publish = (address: string): Promise<void> =>
    writeFile(
      join(root, "manifests", "alias.yaml"),
      aliasManifest({ name: "counted", hostnames: [DOMAIN], targets: [[address]] }),
    );
  const origin = ["a", "b", "c", "d"].map((letter) => letter.repeat(55)).join(".");
  const lines = Array.from({ length: BIG_NAMES }, (_, index) => `n${index} IN SRV 0 0 0 t${index}\n`);
  const text = [`$ORIGIN ${origin}.${BIG}.\n`, ...lines].join("");
  const zones = [zoneManifest(DOMAIN, secondaries), zoneManifest(BIG, [])];
  const bases = [baseZoneManifest(DOMAIN), baseZoneManifest(BIG, baseZoneText(BIG) + text)];
  await writeFile(join(root, "manifests", "zones.yaml"), stream(...zones, ...bases));
  await publish("11.9.3.1");
  const options = ["--resolver=127.0.0.1:9", "--no-responder", `--transfer-listen=127.0.0.1:${dnsPort}`];
  starting.use(await startFolderController({ root, opsPort, options }));
  const opsUrl = `http://127.0.0.1:${opsPort}`;
  const dns = { host: "127.0.0.1", port: dnsPort };
  for (const domain of [DOMAIN, BIG]) {
    await waitFor(domain, async () => assert.equal((await dig(dns, domain, "SOA")).status, "NOERROR"), {
      withinMs: 60_000,
    });
  }
  const owned = starting.move();
  return { dns, opsUrl, publish, [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose]() };
}

function zoneManifest(domain: string, notify: readonly DnsEndpoint[]): string {
  const name = domain.replaceAll(".", "-");
  return JSON.stringify({
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsZone",
    metadata: { name, namespace: "dns-system" },
    spec: {
      domain,
      allowedNamespaces: { from: "All" },
      provider: {
        transfer: {
          baseZone: { configMapKeyRef: { name: `base-${name}`, key: "zone" } },
          allow: ["127.0.0.1"],
          notify: notify.map(({ host, port }) => ({ address: host, port })),
        },
      },
    },
  });
}
