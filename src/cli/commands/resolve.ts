import { randomBytes } from "node:crypto";
import { systemClock, type Millis } from "../../base/clock.ts";
import type { TargetKey } from "../../dns/lookup-result.ts";
import { displayName } from "../../dns/name/name.ts";
import { FAMILIES, type Family } from "../../dns/record.ts";
import { freshState } from "../../plan/hold/state.ts";
import { step } from "../../plan/hold/step.ts";
import { createLookup } from "../../resolver/stub-resolver.ts";
import type { Lookup } from "../../resolver/lookup.ts";
import { serverLabel } from "../../resolver/server/server-label.ts";
import type { LookupStep } from "../../resolver/chain/trace.ts";
import type { ResolveConfig } from "../config/config.ts";
import { EXIT } from "../terminal/exit-code.ts";
import type { Io } from "../terminal/streams.ts";
import { openNetwork, type Network } from "../compose/resolver-network.ts";
import { json } from "../terminal/text.ts";
import { startProgress } from "../terminal/progress.ts";
import { reportJson, reportText, type FamilyReport, type ResolveReport } from "../inspect/resolve-report.ts";

/** `dnsalias resolve NAME`: both families, step by step. Returns the exit code. Rejects when the signal aborts. */
export async function resolveCommand(config: ResolveConfig, io: Io, signal: AbortSignal): Promise<number> {
  await using network = await openNetwork(config);
  const families = await lookUpBoth(config, network, io, signal);
  const report: ResolveReport = { target: config.target, servers: network.resolvers.map(serverLabel), families };
  io.out.write(config.json ? json(reportJson(report)) : reportText(io.out, report));
  return families.some(({ result }) => result.kind === "positive") ? EXIT.ok : EXIT.failed;
}

/** The id of the only view, which can be any text. */
const VIEW = "resolve";

async function lookUpBoth(
  { target }: ResolveConfig,
  { exchange, resolvers }: Network,
  io: Io,
  signal: AbortSignal,
): Promise<readonly FamilyReport[]> {
  using progress = startProgress({ sink: io.err, now: () => systemClock.now() }, `Looking up ${displayName(target)}`);
  const lookup = createLookup({
    exchange,
    // Special-use addresses are shown and marked as such.
    viewOf: () => ({ id: VIEW, servers: resolvers, allowPrivate: true }),
    clock: systemClock,
    random: Math.random,
    randomBytes,
  });
  let queried = 0;
  const onStep = ({ kind }: LookupStep): void => {
    queried += kind === "queried" ? 1 : 0;
    progress.update(queried, undefined, "questions");
  };
  const lookUp = (family: Family) =>
    lookUpOne(lookup, { key: { target, family, view: VIEW }, serverCount: resolvers.length, onStep }, signal);
  const families = await Promise.all(FAMILIES.map(lookUp));
  progress.finish();
  return families;
}

interface One {
  readonly key: TargetKey;
  readonly serverCount: number;
  readonly onStep: (step: LookupStep) => void;
}

async function lookUpOne(
  lookup: Lookup,
  { key, serverCount, onStep }: One,
  signal: AbortSignal,
): Promise<FamilyReport> {
  const startedAt = systemClock.now();
  const steps: LookupStep[] = [];
  const observe = (seen: LookupStep): void => {
    steps.push(seen);
    onStep(seen);
  };
  const result = await lookup.lookUp(key, { observe }, signal);
  const now = systemClock.now();
  const context = { now, random: Math.random, serverCount, sibling: undefined };
  const nextInMs: Millis = step(freshState(key, startedAt), result, context).nextAt - now;
  return { family: key.family, result, steps, tookMs: now - startedAt, nextInMs };
}
