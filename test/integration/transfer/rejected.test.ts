import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { waitFor } from "../../lab/wait-for.ts";
import type { ApplyResult } from "../../../src/providers/provider.ts";
import { skipWithout } from "../../support/component.ts";
import { answerData, dig } from "../../support/dig.ts";
import { freePort } from "../../support/free-port.ts";
import { converge } from "../../support/provider-lab.ts";
import { SECONDARIES, type Secondary } from "../../support/secondary.ts";
import { startPrimaryLab, type LabZone, type PrimaryLab } from "./primary-lab.ts";

const DOMAIN = "rejected.example";
/** BIND 9.18.28 and later transfer no zone that has more than 100 records of a type at a name (`max-records-per-type`). */
const most = (count: number): string => Array.from({ length: count }, (_, at) => `198.51.100.${at}`).join(" ");

const cases = [
  { kind: "bind", needs: ["named", "named-checkconf"] },
  { kind: "knot", needs: ["knotd", "knotc"] },
  { kind: "nsd", needs: ["nsd", "nsd-control"] },
  { kind: "coredns", needs: ["coredns"] },
] as const;

for (const { kind, needs } of cases) {
  describe(
    `${kind} as a secondary of a zone with a name of too many addresses`,
    { skip: skipWithout("dig", ...needs) },
    () => {
      let lab: PrimaryLab;
      let zone: LabZone;
      let secondary: Secondary;
      const started = new AsyncDisposableStack();
      before(async () => {
        lab = started.use(await startPrimaryLab());
        const port = await freePort();
        zone = lab.zone(DOMAIN, { notify: [{ address: "127.0.0.1", port }] });
        await published(`${DOMAIN} 5 192.0.2.1`, `large.${DOMAIN} 5 ${most(100)}`);
        secondary = started.use(await SECONDARIES[kind]({ port, primary: lab, zones: [DOMAIN] }));
        await serves(DOMAIN, ["192.0.2.1"]);
        await serves(`large.${DOMAIN}`, most(100).split(" "));
      });
      after(() => started.disposeAsync());

      test("the name stays as it was and is reported, and every other name follows", async () => {
        for (const last of [2, 3]) {
          const result = await published(`${DOMAIN} 5 192.0.2.${last}`, `large.${DOMAIN} 5 ${most(101)}`);
          assert.ok(result.kind === "applied");
          assert.deepEqual(
            result.rejected?.map(({ reason, message }) => `${reason}: ${message}`),
            [
              "NotSupported: it has 101 A records. Secondaries can refuse a zone with more than 100 records of a type at a name (BIND: max-records-per-type). Remove targets or addresses from the DnsAlias",
            ],
          );
          await serves(DOMAIN, [`192.0.2.${last}`]);
        }
        await serves(`large.${DOMAIN}`, most(100).split(" "));
        const { kind: done } = await published(`${DOMAIN} 5 192.0.2.4`, `large.${DOMAIN} 5 ${most(99)}`);
        assert.equal(done, "applied");
        await serves(DOMAIN, ["192.0.2.4"]);
        await serves(`large.${DOMAIN}`, most(99).split(" "));
      });

      /** More than one change a second waits for its turn. */
      async function published(...lines: readonly string[]): Promise<ApplyResult> {
        return waitFor("the write", async () => {
          const result = await converge(zone.provider, ...lines);
          assert.equal(result.kind, "applied", JSON.stringify(result));
          return result;
        });
      }

      function serves(name: string, addresses: readonly string[]): Promise<void> {
        return waitFor(`${kind} to serve ${addresses.length} addresses of ${name}`, async () => {
          const reply = await dig(secondary, name, "A", ["+tcp"]);
          assert.deepEqual([...answerData(reply, "A")].sort(), [...addresses].sort());
        });
      }
    },
  );
}
