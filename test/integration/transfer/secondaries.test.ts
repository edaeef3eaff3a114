import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { waitFor } from "../../lab/wait-for.ts";
import { skipWithout } from "../../support/component.ts";
import { answerData, dig } from "../../support/dig.ts";
import { freePort } from "../../support/free-port.ts";
import { type Secondary, SECONDARIES } from "../../support/secondary.ts";
import { KEY, type LabZone, type PrimaryLab, startPrimaryLab } from "./primary-lab.ts";

const DOMAIN = "follow.example";
const CHANGES = 12;

const kinds = [
  { kind: "bind", needs: ["named", "named-checkconf"], isKeyed: true, isIncremental: true },
  { kind: "knot", needs: ["knotd", "knotc"], isKeyed: true, isIncremental: true },
  { kind: "nsd", needs: ["nsd", "nsd-control"], isKeyed: true, isIncremental: true },
  { kind: "coredns", needs: ["coredns"], isKeyed: false, isIncremental: false },
] as const;

for (const { kind, needs, isKeyed, isIncremental } of kinds) {
  describe(`${kind} as our secondary`, { skip: skipWithout("dig", ...needs) }, () => {
    let lab: PrimaryLab;
    let zone: LabZone;
    let secondary: Secondary;
    let port: number;
    const started = new AsyncDisposableStack();

    const makeZone = (remembered?: { readonly serial: number }): LabZone =>
      lab.zone(DOMAIN, {
        isKeyed,
        notify: [{ address: "127.0.0.1", port }],
        base: BASE,
        ...(remembered === undefined ? {} : { remembered: { sets: [], ...remembered } }),
      });

    before(async () => {
      lab = started.use(await startPrimaryLab());
      port = await freePort();
      zone = makeZone();
      await zone.publish(["192.0.2.1", "2001:db8::1"]);
      secondary = started.use(
        await SECONDARIES[kind]({ port, primary: lab, zones: [DOMAIN], ...(isKeyed ? { key: KEY } : {}) }),
      );
    });
    after(() => started.disposeAsync());

    test("it takes the whole zone, with the base zone's records beside ours", async () => {
      await serves(secondary, ["192.0.2.1"]);
      assert.deepEqual(answerData(await dig(secondary, DOMAIN, "AAAA"), "AAAA"), ["2001:db8::1"]);
      assert.equal((await dig(secondary, DOMAIN, "MX")).answer.length, 1);
      assert.ok((lab.counts.transfers.get("whole") ?? 0) >= 1);
    });

    test(`it follows changes${isIncremental ? ", and takes only the differences" : ""}`, async () => {
      const whole = lab.counts.transfers.get("whole") ?? 0;
      const taken: number[] = [];
      for (let change = 2; change < 2 + CHANGES; change += 1) {
        await zone.publish([`192.0.2.${change}`]);
        const from = performance.now();
        await serves(secondary, [`192.0.2.${change}`]);
        taken.push(performance.now() - from);
      }
      const sorted = taken.toSorted((a, b) => a - b);
      process.stdout.write(
        `# ${secondary.name} follows after ${sorted[CHANGES >> 1]?.toFixed(0)} ms (median of ${CHANGES}), ${sorted.at(-1)?.toFixed(0)} ms at most\n`,
      );
      assert.ok((sorted.at(-1) ?? Infinity) < 5_000, "the longest is far beyond what is usual");
      if (isIncremental) {
        assert.equal(lab.counts.transfers.get("whole") ?? 0, whole, "no whole zone was sent");
        assert.ok((lab.counts.transfers.get("incremental") ?? 0) >= CHANGES / 2);
      }
      assert.ok((lab.counts.notifies.get("taken") ?? 0) >= 1);
      saysIncremental(secondary);
    });

    test("it catches up after a restart of its own", async () => {
      await secondary.stop();
      await zone.publish(["192.0.2.101"]);
      await zone.publish(["192.0.2.102"]);
      await secondary.start();
      await serves(secondary, ["192.0.2.102"]);
    });

    test("it goes on serving while we are away, and follows when we are back with a higher serial", async () => {
      const serial = await zone.publish(["192.0.2.111"]);
      await serves(secondary, ["192.0.2.111"]);
      await lab.restart();
      assert.equal((await dig(lab, DOMAIN, "SOA")).status, "NO-REPLY", "nobody listens before there is a zone");
      assert.deepEqual(answerData(await dig(secondary, DOMAIN), "A"), ["192.0.2.111"]);
      zone = makeZone({ serial });
      const next = await zone.publish(["192.0.2.112"]);
      assert.ok(next > serial);
      await serves(secondary, ["192.0.2.112"]);
    });
  });
}

/** So much that differences are smaller than the zone. */
const BASE = ["@ MX 10 mail", "mail A 192.0.2.25", ...Array.from({ length: 30 }, (_, index) => `t${index} TXT "text"`)];

async function serves(secondary: Secondary, addresses: readonly string[]): Promise<void> {
  await waitFor(
    `${secondary.name} to serve ${addresses.join()}`,
    async () => assert.deepEqual(answerData(await dig(secondary, DOMAIN), "A"), addresses),
    { withinMs: 20_000, everyMs: 5 },
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${secondary.output().slice(-3_000)}`);
  });
}

/** What its log says of the last transfers, where it says so. */
function saysIncremental(secondary: Secondary): void {
  const said = {
    BIND: /got incremental response/,
    Knot: /IXFR, incoming.*finished/,
    NSD: undefined,
    CoreDNS: undefined,
  };
  const pattern = Object.entries(said).find(([name]) => name === secondary.name)?.[1];
  if (pattern !== undefined) {
    assert.match(secondary.output(), pattern);
  }
}
