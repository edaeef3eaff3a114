import { systemClock } from "../../base/clock.ts";
import { objectKey } from "../../api/meta.ts";
import type { PlanConfig } from "../config/config.ts";
import type { Io } from "../terminal/streams.ts";
import { planDocument, planExitCode, planText } from "../inspect/plan-report.ts";
import { previewZones } from "../inspect/zone-preview.ts";
import { json } from "../terminal/text.ts";
import { startProgress } from "../terminal/progress.ts";
import { composeReadOnly } from "../compose/read-only.ts";
import { takeSnapshot } from "../inspect/snapshot.ts";

/**
 * `dnsalias plan`: shows the changes without making them. Returns 0 if there are none, 2 if there are changes, and 1 if a zone
 * could not be planned.
 */
export async function planCommand(config: PlanConfig, io: Io, signal: AbortSignal): Promise<number> {
  const { concurrency } = config;
  await using composition = await composeReadOnly(config, io);
  using progress = startProgress({ sink: io.err, now: () => systemClock.now() }, "Looking up targets");
  const onProgress = (done: number, total: number): void => progress.update(done, total);
  const snapshot = await takeSnapshot(composition, { concerns: () => true, concurrency, onProgress }, signal);
  progress.finish(`${snapshot.answers.size} lookups`);
  const ownerId = composition.platform.owner.id();
  const zones = [...snapshot.store.zones()].sort((a, b) => (objectKey(a.meta) < objectKey(b.meta) ? -1 : 1));
  const previews = await previewZones({ composition, snapshot, ownerId, now: systemClock.now() }, zones, signal);
  const document = planDocument(previews, snapshot);
  io.out.write(config.json ? json(document) : planText(io.out, document));
  return planExitCode(document);
}
