import { setTimeout as delay } from "node:timers/promises";
import { applyTo } from "../lab/installation.ts";
import { listAt, textAt } from "../lab/kube-requests.ts";
import { waitFor } from "../lab/wait-for.ts";
import { randomFrom } from "../support/property.ts";
import { createActor, type Actor } from "./actor.ts";
import { ALIASES_PATH, aliasesOf, manifestOf, TARGETS, zoneOf, type ChaosAlias } from "./aliases.ts";
import type { ChaosEvent } from "./judge/chaos-event.ts";
import { createDisturbances, RECOVERY_MS } from "./disturbance.ts";
import { compareInventories, takeInventory, type InventoryFaults } from "./judge/inventory.ts";
import { createJudge, type Judge, type Verdict } from "./judge/judge.ts";
import { scheduleOf, type Action } from "./schedule.ts";
import { startWatching } from "./world/watching.ts";
import { startWorld, type World } from "./world/world.ts";

export interface ChaosRun {
  readonly seed: number;
  readonly kills: number;
  readonly durationMs: number;
  readonly main: string | undefined;
  /** Everything that the judge is told. */
  readonly onEvent?: (event: ChaosEvent) => void;
  readonly onProgress: (text: string) => void;
  /** Ends the schedule early. */
  readonly signal: AbortSignal;
}

export interface ChaosResult {
  readonly verdict: Verdict;
  /** What was done, with its count. */
  readonly done: ReadonlyMap<string, number>;
  /** From the end of the schedule until every server had the newest records; undefined: it never came. */
  readonly settledAfterMs: number | undefined;
  /** The longest bound that a status stated, by place. */
  readonly statedBounds: ReadonlyMap<string, number>;
}

/** Starts everything, plays a schedule, waits until all is quiet, and judges every answer. Nothing is left behind. */
export async function runChaos(run: ChaosRun): Promise<ChaosResult> {
  const judge = createJudge();
  const onEvent = (event: ChaosEvent): void => {
    run.onEvent?.(event);
    judge.take(event);
  };
  await using world = await startWorld({ main: run.main, onEvent });
  const before = await takeForeign(world);
  const aliases = world.places.flatMap(aliasesOf);
  const statedBounds = await publish(world, aliases, onEvent);
  run.onProgress(`all aliases are Ready; the stated bounds are ${boundsText(statedBounds)}`);
  await using watching = await startWatching(world.places, aliasesOf, onEvent);
  using disturbances = createDisturbances(onEvent);
  const actor = createActor({ world, aliases, disturbances, onEvent });
  await play(run, schedule(run, world, aliases), { actor, judge });
  run.onProgress("the schedule is over");
  const faults = async (): Promise<InventoryFaults> =>
    compareInventories(before, await takeInventory(world.places), await presentAliases(world, aliases));
  const settledAfterMs = await settle(faults, judge);
  await watching[Symbol.asyncDispose]();
  onEvent({ kind: "end", at: performance.now(), ...(await faults()) });
  return { verdict: judge.verdict(), done: actor.done, settledAfterMs, statedBounds };
}

/** A query is repeated every 100 ms, and waits for its turn on a busy machine. */
const MEASURED_WITHIN_MS = 2_000;

/** All records before the first alias, as soon as every place serves its zone. */
async function takeForeign({ api, places }: World): ReturnType<typeof takeInventory> {
  await applyTo(api, ...places.flatMap(({ manifests }) => manifests));
  await applyTo(api, ...places.map(zoneOf));
  return waitFor("the zones", () => takeInventory(places), { withinMs: 120_000 });
}

/** Creates the aliases that exist from the start, and returns the longest bound of their statuses for each place. */
async function publish(
  { api, requests, places }: World,
  aliases: readonly ChaosAlias[],
  onEvent: (event: ChaosEvent) => void,
): Promise<ReadonlyMap<string, number>> {
  const first = aliases.filter(({ served }) => served !== "sometimes");
  for (const { name, targets } of first.filter(({ served }) => served === "always")) {
    onEvent({ kind: "wanted", at: performance.now(), name, targets });
  }
  await applyTo(api, ...first.map(manifestOf));
  const always = new Set(first.filter(({ served }) => served === "always").map(({ id }) => id));
  const look = async (): Promise<readonly unknown[]> => {
    const found = listAt(await requests.get(ALIASES_PATH), "items").filter((alias) =>
      always.has(textAt(alias, "metadata", "name")),
    );
    const unready = found.filter((alias) => !isReady(alias)).map((alias) => textAt(alias, "metadata", "name"));
    if (found.length < always.size || unready.length > 0) {
      throw new Error(`not Ready: ${unready.join(", ")}`);
    }
    return found;
  };
  const ready = await waitFor("all aliases to be Ready", look, { withinMs: 180_000, everyMs: 500 });
  const bounds = new Map<string, number>();
  for (const { id, servers } of places) {
    const own = ready.filter((alias) => textAt(alias, "metadata", "name").startsWith(`${id}-`));
    const boundMs = Math.max(...own.map((alias) => durationMs(textAt(alias, "status", "stalenessBound"))));
    bounds.set(id, boundMs);
    for (const server of [...Object.keys(servers), id]) {
      onEvent({ kind: "bound", at: performance.now(), server, boundMs: boundMs + MEASURED_WITHIN_MS });
    }
  }
  return bounds;
}

export function boundsText(bounds: ReadonlyMap<string, number>): string {
  return [...bounds].map(([place, ms]) => `${place} ${Math.round(ms / 1000)} s`).join(", ");
}

function isReady(alias: unknown): boolean {
  return listAt(alias, "status", "conditions").some(
    (condition) => textAt(condition, "type") === "Ready" && textAt(condition, "status") === "True",
  );
}

const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/** `1m35s` (GEP-2257) in milliseconds. */
function durationMs(text: string): number {
  return [...text.matchAll(/(\d+)(ms|h|m|s)/g)].reduce(
    (sum, [, count, unit = ""]) => sum + Number(count) * (UNIT_MS[unit] ?? Number.NaN),
    0,
  );
}

function schedule({ seed, kills, durationMs }: ChaosRun, world: World, aliases: readonly ChaosAlias[]) {
  return scheduleOf({
    random: randomFrom(seed),
    kills,
    durationMs,
    peers: Object.keys(world.peers),
    servers: Object.keys(world.parts),
    targets: TARGETS,
    aliases: aliases.filter(({ served }) => served === "sometimes").map(({ id }) => id),
  });
}

/** Starts each action at its time, and waits for the last one to end. The first one that fails ends the run. */
async function play(
  { signal, durationMs, onProgress }: ChaosRun,
  actions: readonly Action[],
  { actor, judge }: { readonly actor: Actor; readonly judge: Judge },
): Promise<void> {
  const startedAt = performance.now();
  const failed = new AbortController();
  const ending = AbortSignal.any([signal, failed.signal]);
  const until = (at: number): Promise<void> =>
    delay(Math.max(0, startedAt + at - performance.now()), undefined, { signal: ending }).catch(() => undefined);
  const running: Promise<void>[] = [];
  for (const [index, action] of actions.entries()) {
    await until(action.at);
    if (ending.aborted) {
      break;
    }
    running.push(actor.act(action).catch((error: unknown) => failed.abort(error)));
    if (index % PROGRESS_EVERY === 0) {
      onProgress(progressOf(action.at, durationMs, judge));
    }
  }
  await until(durationMs);
  await Promise.all(running);
  failed.signal.throwIfAborted();
}

const PROGRESS_EVERY = 100;

function progressOf(at: number, durationMs: number, judge: Judge): string {
  const { counts, answers } = judge.verdict();
  const faults = Object.entries(counts).map(([kind, count]) => `${kind} ${count}`);
  return `${Math.round(at / 1000)} of ${Math.round(durationMs / 1000)} s, ${answers} answers: ${faults.join(", ")}`;
}

/** A circuit that opened can stay so for minutes, and names of a deleted alias can wait for a minute. */
const SETTLED_WITHIN_MS = 240_000;

async function settle(faults: () => Promise<InventoryFaults>, judge: Judge): Promise<number | undefined> {
  const startedAt = performance.now();
  const look = async (): Promise<void> => {
    const { orphans, touched } = await faults();
    const left = [...judge.unsettled(), ...orphans, ...touched];
    if (left.length > 0) {
      throw new Error(left.join("\n"));
    }
  };
  try {
    await waitFor("all servers to have the newest records", look, { withinMs: SETTLED_WITHIN_MS, everyMs: 250 });
    const took = performance.now() - startedAt;
    await delay(QUIET_MS);
    return took;
  } catch {
    // The judge notes what is left.
    return undefined;
  }
}

/** A fault that comes late shows in this time. */
const QUIET_MS = RECOVERY_MS / 3;

async function presentAliases({ requests }: World, aliases: readonly ChaosAlias[]): Promise<readonly ChaosAlias[]> {
  const found = listAt(await requests.get(ALIASES_PATH), "items");
  const ids = new Set(found.map((alias) => textAt(alias, "metadata", "name")));
  return aliases.filter(({ id, served }) => served !== "never" && ids.has(id));
}
