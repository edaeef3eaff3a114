import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { skipWithout } from "../support/component.ts";
import { waitFor } from "../lab/wait-for.ts";
import { startSampler } from "./sampler.ts";
import { addressesBecome } from "./served.ts";
import {
  boundMs,
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
const TTL_MS = 2_000;
const FAILBACK_MS = 8_000;

describe(
  "folder mode and BIND, with a main target and a standby",
  { skip: skipWithout("named", "dig", "openssl") },
  () => {
    let lab: SteeringLab;

    before(async () => {
      lab = await startSteeringLab({
        servers: [MAIN, SECOND],
        spec: (port) => ({
          selection: "Failover",
          targets: [
            // The address ::1 is one of dnsalias itself, which is never checked, and counts as up.
            { name: "main", addresses: [MAIN, "::1"] },
            { name: "second", addresses: [SECOND] },
          ],
          healthCheck: { ...quickCheck(port), successThreshold: 1 },
          failback: { after: `${FAILBACK_MS / 1000}s` },
        }),
      });
    });
    after(() => lab[Symbol.asyncDispose]());

    test("the first choice is published, and the status states the bound", async () => {
      await addressesBecome(lab.bind, DOMAIN, "A", [MAIN]);
      await addressesBecome(lab.bind, DOMAIN, "AAAA", ["::1"]);
      const status = await statusBecomes(lab, "CheckRefused", (now) => {
        assert.equal(healthyReason(now), "CheckRefused");
        boundMs(now);
        assert.ok(now.targets.every(({ health }) => health === "Healthy"));
      });
      assert.deepEqual(status.selected?.targets, ["main"]);
      assert.ok(boundMs(status) <= 25_000, `${status.switchBound}`);
    });

    test("after SIGKILL of the main target, A and AAAA switch in one write within the bound, and the name is never blank", async () => {
      const bound = boundMs(await lab.status());
      const serial = await serialOf(lab);
      await using sampler = startSampler(lab.bind, [{ name: DOMAIN, family: "A" }]);
      const killedAt = performance.now();
      await lab.target(MAIN).kill();
      await addressesBecome(lab.bind, DOMAIN, "A", [SECOND], bound);
      await addressesBecome(lab.bind, DOMAIN, "AAAA", []);
      const lastOld = sampler.samples.findLast(({ answer }) => answer.includes(MAIN))?.at;
      assert.ok(lastOld !== undefined);
      const tookMs = lastOld - killedAt + TTL_MS;
      assert.ok(tookMs <= bound, `${tookMs} ms with the TTL, and a bound of ${bound} ms`);
      assert.deepEqual(sampler.blanks(), []);
      assert.equal((await serialOf(lab)) - serial, 1, "one write");
      const status = await statusBecomes(lab, "FailedOver", (now) => assert.equal(healthyReason(now), "FailedOver"));
      assert.deepEqual(status.selected?.targets, ["second"]);
      assert.equal(status.selected.reason, "FailedOver");
      const main = status.targets.find(({ name }) => name === "main");
      assert.equal(main?.health, "Unhealthy");
      assert.equal(main.message, "too few addresses answer: connection refused");
      assert.equal(status.conditions.find(({ type }) => type === "Ready")?.status, "True");
      await waitFor("the measured switch", async () => {
        const page = await lab.metrics();
        assert.match(page, /dnsalias_switch_seconds_count\{plane="published"\} 1/);
        assert.match(page, /dnsalias_switches_over_bound_total 0/);
      });
      const log = lab.dnsalias.output();
      assert.match(log, /Standby second has no AAAA addresses\. A switch to it deletes the AAAA records\./);
      assert.match(log, /Switched from main to second: too few addresses answer: connection refused\./);
    });

    test("a restart moves nothing", async () => {
      const serial = await serialOf(lab);
      await lab.stop();
      await lab.start();
      await statusBecomes(lab, "Unhealthy after the restart", (now) => {
        assert.equal(now.targets.find(({ name }) => name === "main")?.health, "Unhealthy");
        assert.deepEqual(now.selected?.targets, ["second"]);
      });
      await addressesBecome(lab.bind, DOMAIN, "A", [SECOND]);
      assert.equal(await serialOf(lab), serial, "no write");
    });

    test("the main target returns after failback.after, and not before", async () => {
      await lab.target(MAIN).revive();
      const revivedAt = performance.now();
      await using sampler = startSampler(lab.bind, [{ name: DOMAIN, family: "A" }]);
      await addressesBecome(lab.bind, DOMAIN, "A", [MAIN], 25_000);
      const backAt = performance.now();
      await addressesBecome(lab.bind, DOMAIN, "AAAA", ["::1"]);
      const firstBack = sampler.samples.find(({ answer }) => answer.includes(MAIN))?.at ?? backAt;
      assert.ok(firstBack - revivedAt >= FAILBACK_MS, `${firstBack - revivedAt} ms`);
      assert.deepEqual(sampler.blanks(), []);
      await statusBecomes(lab, "FailedBack", (now) => assert.equal(now.selected?.reason, "FailedBack"));
      const page = await lab.metrics();
      assert.match(page, /dnsalias_selection_changes_total\{reason="FailedBack"\} 1/);
      assert.match(page, /dnsalias_target_healthy\{namespace="web",alias="shop",target="main"\} 1/);
    });

    test("a target that accepts connections and answers no request is left too", async () => {
      const bound = boundMs(await statusBecomes(lab, "a bound", boundMs));
      const pausedAt = performance.now();
      lab.target(MAIN).pause();
      await addressesBecome(lab.bind, DOMAIN, "A", [SECOND], bound);
      assert.ok(performance.now() - pausedAt + TTL_MS <= bound, `a bound of ${bound} ms`);
      const status = await statusBecomes(lab, "FailedOver", (now) => assert.equal(healthyReason(now), "FailedOver"));
      const main = status.targets.find(({ name }) => name === "main");
      assert.equal(main?.message, "too few addresses answer: timed out");
    });
  },
);
