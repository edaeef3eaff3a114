import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { waitFor } from "../../lab/wait-for.ts";
import { skipWithout } from "../../support/component.ts";
import { answerData, dig, kdig } from "../../support/dig.ts";
import { freePort } from "../../support/free-port.ts";
import { type Secondary, SECONDARIES } from "../../support/secondary.ts";
import { KEY, type LabZone, type PrimaryLab, startPrimaryLab } from "./primary-lab.ts";

const CATALOG = "catalog.example";
const FIRST = "first.example";
const SECOND = "second.example";

const kinds = [
  { kind: "bind", needs: ["named", "named-checkconf"], isKeyed: true },
  { kind: "knot", needs: ["knotd", "knotc"], isKeyed: true },
  { kind: "coredns", needs: ["coredns"], isKeyed: false },
] as const;

for (const { kind, needs, isKeyed } of kinds) {
  describe(`${kind} with our catalog zone`, { skip: skipWithout("dig", "kdig", ...needs) }, () => {
    let lab: PrimaryLab;
    let secondary: Secondary;
    let port: number;
    let second: LabZone;
    const started = new AsyncDisposableStack();
    const make = (domain: string, serial?: number): LabZone =>
      lab.zone(domain, {
        isKeyed,
        catalog: CATALOG,
        notify: [{ address: "127.0.0.1", port }],
        ...(serial === undefined ? {} : { remembered: { sets: [], serial } }),
      });

    before(async () => {
      lab = started.use(await startPrimaryLab());
      port = await freePort();
      await make(FIRST).publish(["192.0.2.1"]);
      await waitFor("the catalog", async () => {
        const { answer } = await kdig(lab, CATALOG, "SOA");
        assert.equal(answer.length, 1);
      });
      secondary = started.use(
        await SECONDARIES[kind]({
          port,
          primary: lab,
          zones: [],
          catalog: CATALOG,
          ...(isKeyed ? { key: KEY } : {}),
        }),
      );
    });
    after(() => started.disposeAsync());

    test("it takes the zones up that are listed", () => serves(secondary, FIRST, ["192.0.2.1"]));

    test("a new zone is taken up by itself, and followed", async () => {
      second = make(SECOND);
      await second.publish(["192.0.2.2"]);
      const from = performance.now();
      await serves(secondary, SECOND, ["192.0.2.2"]);
      process.stdout.write(
        `# ${secondary.name} takes a new zone up after ${Math.round(performance.now() - from)} ms\n`,
      );
      await second.publish(["192.0.2.3"]);
      await serves(secondary, SECOND, ["192.0.2.3"]);
    });

    test("a restart of ours drops nothing, though the zones come back one by one", async () => {
      const serial = await second.publish(["192.0.2.4"]);
      await serves(secondary, SECOND, ["192.0.2.4"]);
      await lab.restart();
      await make(FIRST, serial).publish(["192.0.2.11"]);
      await serves(secondary, FIRST, ["192.0.2.11"]);
      assert.deepEqual(answerData(await dig(secondary, SECOND), "A"), ["192.0.2.4"]);
      second = make(SECOND, serial);
      await second.publish(["192.0.2.12"]);
      await serves(secondary, SECOND, ["192.0.2.12"]);
      await serves(secondary, FIRST, ["192.0.2.11"]);
    });

    test("a zone that is gone is dropped, and the other one stays", async () => {
      lab.known.delete(`dns/${SECOND}`);
      second.provider.close?.();
      await waitFor(
        `${secondary.name} to drop ${SECOND}`,
        async () => assert.equal((await dig(secondary, SECOND, "SOA")).flags.includes("aa"), false),
        { withinMs: 30_000, everyMs: 20 },
      );
      await serves(secondary, FIRST, ["192.0.2.11"]);
    });
  });
}

async function serves(secondary: Secondary, domain: string, addresses: readonly string[]): Promise<void> {
  await waitFor(
    `${secondary.name} to serve ${domain} ${addresses.join()}`,
    async () => assert.deepEqual(answerData(await dig(secondary, domain), "A"), addresses),
    { withinMs: 30_000, everyMs: 10 },
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${secondary.output().slice(-4_000)}`);
  });
}
