import { systemClock, type Millis } from "../../src/base/clock.ts";
import { sameMembers } from "../../src/base/order.ts";
import { duration } from "../../src/cli/terminal/text.ts";
import { targetText } from "./demo-picture.ts";
import { APEX, type DemoScene } from "./demo-scene.ts";
import { FAMILIES, type Change } from "./demo-target.ts";
import type { Watch } from "./demo-watch.ts";

export interface PlayDeps {
  readonly scene: DemoScene;
  readonly watch: Watch;
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

/** What the play showed, for the summary. */
export interface Played {
  /** From each change of the target until the server gave it, with recursive servers that answer. */
  readonly followedMs: readonly Millis[];
  readonly outage: Outage;
}

export interface Outage {
  readonly lastedMs: Millis;
  /** Every look at the name during the outage gave what it gave before. */
  readonly kept: boolean;
  /** "Failure: unreachable since …": what the status said. */
  readonly status: string;
  readonly statusAfterMs: Millis;
  readonly writes: number;
  /** From the recursive server's return until the name was right again. */
  readonly recoveredMs: Millis;
}

/** A step that did not come about in time, or a controller that ended. */
export class DemoFailure extends Error {
  override readonly name = "DemoFailure";
}

const CHANGES: readonly Change[] = ["replace-one", "replace-all", "move", "add", "replace-one"];
const OUTAGE_MS: Millis = 14_000;
/** Retries during an outage of that length come at least this often. */
const RECOVERY_MS: Millis = 40_000;

/** Changes the target again and again, takes the recursive server away and gives it back; throws {@link DemoFailure}. */
export async function play(deps: PlayDeps): Promise<Played> {
  const followedMs: Millis[] = [];
  for (const change of CHANGES) {
    // At a random moment of the TTL, so that no look-up is just right by plan.
    await systemClock.sleep(1_000 + Math.random() * 2_000, deps.signal);
    followedMs.push(await changeAndFollow(deps, change));
  }
  await until(deps, "the visitor to have the last change too", () => deps.watch.upToDate("visitor"), PATIENCE_MS);
  const outage = await playOutage(deps);
  followedMs.push(await changeAndFollow(deps, "replace-one"));
  await until(deps, "the visitor to have the last change too", () => deps.watch.upToDate("visitor"), PATIENCE_MS);
  return { followedMs, outage };
}

/** Far beyond any bound of this demo: the summary judges how long it took, this only ends. */
const PATIENCE_MS: Millis = 60_000;

/** Waits, looking every 50 ms; says what it waits for when it takes long. */
export async function until(
  { scene, say, signal }: Pick<PlayDeps, "say" | "signal"> & { readonly scene: Pick<DemoScene, "controller"> },
  what: string,
  reached: () => boolean,
  withinMs: Millis,
): Promise<Millis> {
  const startedAt = systemClock.now();
  let tellAt = startedAt + TELL_MS;
  while (!reached()) {
    const now = systemClock.now();
    const ended = scene.controller.ended();
    if (ended !== undefined) {
      throw new DemoFailure(`dnsalias run ${ended} while the demo waited for ${what}`);
    }
    if (now - startedAt > withinMs) {
      throw new DemoFailure(`waited ${duration(withinMs)} for ${what}`);
    }
    if (now > tellAt) {
      say(`still waiting for ${what} …`);
      tellAt = now + TELL_MS;
    }
    await systemClock.sleep(50, signal);
  }
  return systemClock.now() - startedAt;
}

const TELL_MS: Millis = 8_000;

async function changeAndFollow(deps: PlayDeps, change: Change): Promise<Millis> {
  deps.say(deps.scene.target.change(change));
  const tookMs = await until(deps, `${APEX} to follow`, () => deps.watch.upToDate("server"), PATIENCE_MS);
  deps.say(`${APEX} follows, ${duration(tookMs)} after the change`);
  return tookMs;
}

async function playOutage(deps: PlayDeps): Promise<Outage> {
  const { scene, watch, say, signal } = deps;
  watch.promise(false);
  await scene.recursive.stop();
  const stoppedAt = systemClock.now();
  const before = watch.seen();
  const served = { A: [...before.answers.server.A], AAAA: [...before.answers.server.AAAA] };
  const writesBefore = before.counters?.writes ?? 0;
  say("the recursive server is stopped: each lookup fails from now on");
  say(`${scene.target.change("replace-all")}, which dnsalias cannot see`);
  let kept = true;
  let statusAfterMs: Millis | undefined;
  const fails = (): boolean =>
    watch.seen().status?.targets.some(({ outcome }) => outcome.startsWith("Failure")) === true;
  while (
    systemClock.now() - stoppedAt < OUTAGE_MS ||
    (statusAfterMs === undefined && systemClock.now() - stoppedAt < PATIENCE_MS)
  ) {
    kept &&= FAMILIES.every((family) => sameMembers(watch.seen().answers.server[family], served[family]));
    if (statusAfterMs === undefined && fails()) {
      statusAfterMs = systemClock.now() - stoppedAt;
      say(`status: ${targetText(watch.seen())}; ${APEX} keeps its last good addresses`);
    }
    await systemClock.sleep(100, signal);
  }
  if (statusAfterMs === undefined) {
    throw new DemoFailure(`the status does not show the outage after ${duration(PATIENCE_MS)}`);
  }
  const status = targetText(watch.seen());
  const writes = (watch.seen().counters?.writes ?? 0) - writesBefore;
  const lastedMs = systemClock.now() - stoppedAt;
  await scene.recursive.start();
  say(`the recursive server runs again after ${duration(lastedMs)}; the next retry succeeds`);
  const recoveredMs = await until(deps, `${APEX} to follow again`, () => watch.upToDate("server"), RECOVERY_MS);
  say(`${APEX} follows again, ${duration(recoveredMs)} after the return`);
  await until(deps, "the visitor to follow again", () => watch.upToDate("visitor"), PATIENCE_MS);
  await until(deps, "the status to be Positive again", () => !fails(), PATIENCE_MS);
  watch.promise(true);
  return { lastedMs, kept, status, statusAfterMs, writes, recoveredMs };
}
