import { systemClock, type Millis } from "../../src/base/clock.ts";
import { parseDuration } from "../../src/api/schema/duration.ts";
import { duration } from "../../src/cli/terminal/text.ts";
import { DemoFailure, until } from "./demo-play.ts";
import { readStatus } from "./demo-status.ts";
import { MAIN, SHOP, STANDBY, type FailoverScene } from "./failover-scene.ts";
import type { FailoverWatch } from "./failover-watch.ts";

export interface FailoverDeps {
  readonly scene: FailoverScene;
  readonly watch: FailoverWatch;
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

/** When it happened, for the summary. */
export interface FailoverPlayed {
  /** `status.switchBound` before the kill. */
  readonly boundMs: Millis;
  readonly killedAt: Millis;
  readonly revivedAt: Millis;
}

/** Far beyond any bound of this demo. The summary judges the time, and this wait only ends. */
const PATIENCE_MS: Millis = 90_000;

/** Kills the first target, waits for the switch, starts the target again, and waits for the return. Throws {@link DemoFailure}. */
export async function playFailover({ scene, watch, say, signal }: FailoverDeps): Promise<FailoverPlayed> {
  const deps = { scene, say, signal };
  await until(deps, `${SHOP} to have the main target`, () => watch.published() === MAIN, PATIENCE_MS);
  const boundMs = await switchBound(scene, signal);
  say(`${SHOP} has the main target; the status states a switch bound of ${duration(boundMs)}`);
  // At a random moment of the period, so that no check is just right by plan.
  await systemClock.sleep(1_000 + Math.random() * 4_000, signal);
  await scene.main.kill();
  const killedAt = systemClock.now();
  say("the main target is killed by SIGKILL");
  await until(deps, `${SHOP} to have the standby`, () => watch.published() === STANDBY, PATIENCE_MS);
  say(`${SHOP} has the standby, ${duration(systemClock.now() - killedAt)} after the kill, in the visitor's cache too`);
  await systemClock.sleep(2_000, signal);
  await scene.main.revive();
  const revivedAt = systemClock.now();
  say("the main target runs again; the name returns when it has been healthy for failback.after");
  await until(deps, `${SHOP} to have the main target again`, () => watch.published() === MAIN, PATIENCE_MS);
  say(`${SHOP} has the main target again, ${duration(systemClock.now() - revivedAt)} after its start`);
  await systemClock.sleep(2_000, signal);
  return { boundMs, killedAt, revivedAt };
}

/** The bound is in the status when both targets have been checked. */
async function switchBound(scene: FailoverScene, signal: AbortSignal): Promise<Millis> {
  const endAt = systemClock.now() + PATIENCE_MS;
  while (systemClock.now() < endAt) {
    const status = await readStatus(scene);
    const boundMs = parseDuration(status?.switchBound ?? "");
    if (boundMs !== undefined && status?.targets.every(({ health }) => health === "Healthy") === true) {
      return boundMs;
    }
    await systemClock.sleep(100, signal);
  }
  throw new DemoFailure(`waited ${duration(PATIENCE_MS)} for a switch bound and two healthy targets in the status`);
}
