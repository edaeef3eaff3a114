import assert from "node:assert/strict";
import { test } from "node:test";
import { waitFor } from "../../lab/wait-for.ts";
import { skipWithout } from "../../support/component.ts";
import { answerData, dig } from "../../support/dig.ts";
import { freePort } from "../../support/free-port.ts";
import { converge } from "../../support/provider-lab.ts";
import { SECONDARIES } from "../../support/secondary.ts";
import { startPrimaryLab } from "./primary-lab.ts";

const DOMAIN = "follow.example";

const kinds = [
  { kind: "bind", needs: ["named", "named-checkconf"] },
  { kind: "knot", needs: ["knotd", "knotc"] },
  { kind: "nsd", needs: ["nsd", "nsd-control"] },
  { kind: "coredns", needs: ["coredns"] },
] as const;

for (const { kind, needs } of kinds) {
  test(
    `${kind} takes HTTPS records in alias mode from us, and follows them`,
    { skip: skipWithout("dig", ...needs) },
    async () => {
      await using lab = await startPrimaryLab();
      const port = await freePort();
      const zone = lab.zone(DOMAIN, { notify: [{ address: "127.0.0.1", port }] });
      await converge(zone.provider, `${DOMAIN} 60 192.0.2.1 https=lb.example.net`);
      await using secondary = await SECONDARIES[kind]({ port, primary: lab, zones: [DOMAIN] });
      const gives = (name: string, ...wanted: readonly string[]) =>
        waitFor(`HTTPS of ${name}`, async () =>
          assert.deepEqual(answerData(await dig(secondary, name, "HTTPS"), "HTTPS"), wanted),
        );
      await gives(DOMAIN, "0 lb.example.net.");
      await converge(
        zone.provider,
        `${DOMAIN} 60 192.0.2.1 https=other.example.net`,
        `*.${DOMAIN} 60 192.0.2.2 https=lb.example.net`,
      );
      await gives(DOMAIN, "0 other.example.net.");
      await gives(`any.${DOMAIN}`, "0 lb.example.net.");
      await converge(zone.provider, `${DOMAIN} 60 192.0.2.1`);
      await gives(DOMAIN);
      assert.deepEqual(answerData(await dig(secondary, DOMAIN, "A"), "A"), ["192.0.2.1"]);
    },
  );
}
