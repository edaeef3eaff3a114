import { systemClock } from "../../base/clock.ts";
import { objectKey } from "../../api/meta.ts";
import type { Name } from "../../dns/name/name.ts";
import { explainName, type ExplainedZone } from "../../plan/explanation.ts";
import type { ExplainConfig } from "../config/config.ts";
import type { Io } from "../terminal/streams.ts";
import { problemLine } from "../inspect/plan-report.ts";
import { json } from "../terminal/text.ts";
import { explainExitCode, factsJson, factsText } from "../inspect/explain-report.ts";
import { previewZones, type ZonePreview } from "../inspect/zone-preview.ts";
import { startProgress } from "../terminal/progress.ts";
import { composeReadOnly } from "../compose/read-only.ts";
import { takeSnapshot, type Snapshot } from "../inspect/snapshot.ts";

/** `dnsalias explain NAME`: the alias, the answers, the decisions, and their reasons. Returns 0 if there is no problem, otherwise 1. */
export async function explainCommand(config: ExplainConfig, io: Io, signal: AbortSignal): Promise<number> {
  const { concurrency, hostname } = config;
  await using composition = await composeReadOnly(config, io);
  using progress = startProgress({ sink: io.err, now: () => systemClock.now() }, "Looking up targets");
  const snapshot = await takeSnapshot(
    composition,
    {
      concerns: (alias) => alias.spec.hostnames.includes(hostname),
      concurrency,
      onProgress: (done, total) => progress.update(done, total),
    },
    signal,
  );
  progress.finish(`${snapshot.answers.size} lookups`);
  for (const problem of composition.platform.inventory.problems?.() ?? []) {
    io.err.write(`${problemLine(io.err, problem)}\n`);
  }
  const ownerId = composition.platform.owner.id();
  const zones = [...snapshot.store.zones()].filter((zone) =>
    snapshot.store.zonesOfName(hostname).has(objectKey(zone.meta)),
  );
  const now = systemClock.now();
  const previews = await previewZones({ composition, snapshot, ownerId, now }, zones, signal);
  const facts = explainName({
    name: hostname,
    candidates: candidatesOf(snapshot, hostname),
    zones: previews.map((preview) => explained(preview, snapshot, hostname, ownerId)),
    now,
  });
  io.out.write(config.json ? json(factsJson(hostname, facts)) : factsText(io.out, hostname, facts));
  return explainExitCode(facts);
}

function candidatesOf({ store }: Snapshot, hostname: Name) {
  return [...store.aliases()]
    .filter((alias) => alias.spec.hostnames.includes(hostname))
    .map((alias) => ({ alias, match: store.matchOf(alias, hostname) }));
}

function explained(preview: ZonePreview, { store }: Snapshot, hostname: Name, ownerId: string): ExplainedZone {
  const { zone, plan, outcome } = preview;
  const key = objectKey(zone.meta);
  return {
    zone,
    claim: store.claimsIn(key).get(hostname),
    plan,
    ownerId,
    actual: outcome.kind === "planned" ? outcome.actual : [],
    changes: outcome.kind === "planned" ? outcome.proposal.changes : [],
    problem: outcome.kind === "problem" ? outcome : outcome.inputProblem,
  };
}
