import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { skipWithout } from "../support/component.ts";
import { startSampler } from "./sampler.ts";
import { addressesBecome } from "./served.ts";
import {
  DOMAIN,
  healthyReason,
  quickCheck,
  serialOf,
  startSteeringLab,
  statusBecomes,
  type SteeringLab,
} from "./steering-lab.ts";

const MAIN = "127.1.0.1";
const SECOND = "127.1.0.2";
const OTHER = "127.1.0.3";

describe(
  "folder mode and BIND, with an outage of all targets",
  { skip: skipWithout("named", "dig", "openssl") },
  () => {
    let lab: SteeringLab;

    before(async () => {
      lab = await startSteeringLab({
        servers: [MAIN, SECOND, OTHER],
        spec: (port) => ({
          selection: "Failover",
          targets: [
            { name: "main", addresses: [MAIN] },
            { name: "second", addresses: [SECOND] },
          ],
          healthCheck: quickCheck(port),
        }),
      });
    });
    after(() => lab[Symbol.asyncDispose]());

    test("if nothing can be reached, nothing moves, and nothing is written", async () => {
      await addressesBecome(lab.bind, DOMAIN, "A", [MAIN]);
      await statusBecomes(lab, "AllHealthy", (now) => assert.equal(healthyReason(now), "AllHealthy"));
      const serial = await serialOf(lab);
      await using sampler = startSampler(lab.bind, [{ name: DOMAIN, family: "A" }]);
      lab.target(MAIN).pause();
      lab.target(SECOND).pause();
      const status = await statusBecomes(lab, "NothingReachable", (now) =>
        assert.equal(healthyReason(now), "NothingReachable"),
      );
      // Longer than it takes to leave a target.
      await delay(18_000);
      assert.equal(await serialOf(lab), serial, "no write");
      assert.deepEqual([...new Set(sampler.samples.map(({ answer }) => String(answer)))], [MAIN]);
      assert.deepEqual(status.selected?.targets, ["main"]);
      assert.ok((await lab.status()).targets.every(({ health }) => health === "Healthy"));
      lab.target(MAIN).resume();
      lab.target(SECOND).resume();
      await statusBecomes(lab, "AllHealthy again", (now) => assert.equal(healthyReason(now), "AllHealthy"));
    });

    test("if both targets die and another address answers, the published records remain", async () => {
      await lab.addControl(OTHER);
      const serial = await serialOf(lab);
      await using sampler = startSampler(lab.bind, [{ name: DOMAIN, family: "A" }]);
      await Promise.all([lab.target(MAIN).kill(), lab.target(SECOND).kill()]);
      const status = await statusBecomes(
        lab,
        "AllUnhealthy",
        (now) => assert.equal(healthyReason(now), "AllUnhealthy"),
        40_000,
      );
      assert.ok(status.targets.every(({ health }) => health === "Unhealthy"));
      assert.deepEqual(sampler.blanks(), []);
      assert.ok((await serialOf(lab)) - serial <= 2, "the alias of the control, and at most one switch");
    });
  },
);
