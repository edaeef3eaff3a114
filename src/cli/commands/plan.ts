import { systemClock } from "../../base/clock.ts";
import { byCodeUnit } from "../../base/order.ts";
import { objectKey } from "../../api/meta.ts";
import type { PlanConfig } from "../config/config.ts";
import type { Io } from "../terminal/streams.ts";
import { planSelection } from "../inspect/plan-filter.ts";
import { planDocument, planExitCode, planText } from "../inspect/plan-report.ts";
import { previewZones } from "../inspect/zone-preview.ts";
import { json } from "../terminal/text.ts";
import { startProgress } from "../terminal/progress.ts";
import { composeReadOnly } from "../compose/read-only.ts";
import { takeSnapshot, type Snapshot } from "../inspect/snapshot.ts";

/**
 * `dnsalias plan`: shows the changes without making them. Returns 0 if there are none, 2 if there are changes, and 1 if an object
 * has a mistake or a zone could not be planned.
 */
export async function planCommand(config: PlanConfig, io: Io, signal: AbortSignal): Promise<number> {
  const { concurrency, endsAtMistakes } = config;
  const selection = planSelection(config.filter);
  await using composition = await composeReadOnly(config, io);
  using progress = startProgress({ sink: io.err, now: () => systemClock.now() }, "Looking up targets");
  const onProgress = (done: number, total: number): void => progress.update(done, total);
  const endsAt = (problems: readonly string[]): boolean => endsAtMistakes && problems.length > 0;
  const snapshot = await takeSnapshot(
    composition,
    { concerns: selection.alias, endsAt, concurrency, onProgress },
    signal,
  );
  progress.finish(`${snapshot.answers.size} lookups`);
  const all = [...snapshot.store.zones()].sort((a, b) => byCodeUnit(objectKey(a.meta), objectKey(b.meta)));
  const problems = [...snapshot.problems, ...selection.missing(all), ...nothingRead(config, snapshot)];
  const zones = endsAt(problems) ? [] : all.filter(selection.zone);
  const ownerId = composition.platform.owner.id();
  const previews = await previewZones({ composition, snapshot, ownerId, now: systemClock.now() }, zones, signal);
  const document = planDocument(previews, { ...snapshot, problems }, selection.hostname);
  io.out.write(config.json ? json(document) : planText(io.out, document));
  return planExitCode(document);
}

/** A gate that reads no object is a mistake in the path, and must not pass. */
function nothingRead({ platform, endsAtMistakes }: PlanConfig, { store, problems }: Snapshot): readonly string[] {
  const isEmpty = [...store.zones()].length + [...store.aliases()].length + problems.length === 0;
  const source = platform.kind === "folder" ? platform.manifests : "";
  return endsAtMistakes && isEmpty ? [`${source} has no DnsAlias and no DnsZone: check the path after -f`] : [];
}
