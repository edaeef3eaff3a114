import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { skipWithout } from "../support/component.ts";
import { startSampler } from "./sampler.ts";
import { addressesBecome } from "./served.ts";
import { boundMs, DOMAIN, quickCheck, startSteeringLab, statusBecomes, type SteeringLab } from "./steering-lab.ts";

const MAIN = "127.1.0.1";
const SECOND = "127.1.0.2";
const TTL_MS = 2_000;

describe("folder mode, with a main target and a standby", { skip: skipWithout("named", "dig", "openssl") }, () => {
  let lab: SteeringLab;

  before(async () => {
    lab = await startSteeringLab({
      servers: [MAIN, SECOND],
      spec: (port) => ({
        selection: "Failover",
        targets: [
          { name: "main", addresses: [MAIN] },
          { name: "second", addresses: [SECOND] },
        ],
        healthCheck: quickCheck(port),
        failback: { after: "10s" },
      }),
    });
  });
  after(() => lab[Symbol.asyncDispose]());

  test("the first choice is published, and the status states the bound", async () => {
    await addressesBecome(lab.bind, DOMAIN, "A", [MAIN]);
    const status = await statusBecomes(lab, "AllHealthy", ({ conditions }) =>
      assert.equal(conditions.find(({ type }) => type === "Healthy")?.reason, "AllHealthy"),
    );
    assert.deepEqual(status.selected?.targets, ["main"]);
    assert.ok(boundMs(status) <= 25_000, `${status.switchBound}`);
  });

  test("after SIGKILL of the main target the name switches within the bound, and is never blank", async () => {
    const bound = boundMs(await lab.status());
    await using sampler = startSampler(lab.bind, [{ name: DOMAIN, family: "A" }]);
    const killedAt = performance.now();
    await lab.target(MAIN).kill();
    await addressesBecome(lab.bind, DOMAIN, "A", [SECOND], bound);
    const lastOld = sampler.samples.findLast(({ answer }) => answer.includes(MAIN))?.at;
    assert.ok(lastOld !== undefined);
    assert.ok(
      lastOld - killedAt + TTL_MS <= bound,
      `${lastOld - killedAt} ms and the TTL, with a bound of ${bound} ms`,
    );
    assert.deepEqual(sampler.blanks(), []);
    const status = await statusBecomes(lab, "FailedOver", ({ conditions }) =>
      assert.equal(conditions.find(({ type }) => type === "Healthy")?.reason, "FailedOver"),
    );
    assert.deepEqual(status.selected, { ...status.selected, targets: ["second"], reason: "FailedOver" });
    assert.equal(status.targets.find(({ name }) => name === "main")?.message, "no address answers: connection refused");
    assert.equal(status.conditions.find(({ type }) => type === "Ready")?.status, "True");
  });
});
