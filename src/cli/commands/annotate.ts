import { systemClock } from "../../base/clock.ts";
import { objectKey } from "../../api/meta.ts";
import type { Cluster } from "../../kube/cluster.ts";
import type { AliasCommandConfig, HistoryConfig, SteerCommandConfig } from "../config/config.ts";
import { historyText } from "../inspect/history-report.ts";
import { steerChange } from "../inspect/steer-annotation.ts";
import { EXIT } from "../terminal/exit-code.ts";
import type { Io } from "../terminal/streams.ts";
import { harmless, json } from "../terminal/text.ts";
import { connectCommand } from "./connect.ts";

/**
 * `dnsalias drain`, `force`, `pin`, `unpin`, and `failback`: change an annotation of a DnsAlias. Return 1 if the controller would
 * ignore the value, or if the object can't be changed.
 */
export async function steerCommand(config: SteerCommandConfig, io: Io, signal: AbortSignal): Promise<number> {
  await using cluster = await connectCommand(config, io);
  const place = placeOf(cluster, config);
  for (let attempt = 0; ; attempt += 1) {
    const read = await cluster.aliasChanges.read(place, signal);
    if (read.kind === "failed") {
      return failed(io, `DnsAlias ${objectKey(place)} cannot be read: ${read.message}`);
    }
    const change = steerChange(read.object, config, systemClock.now());
    if (change.kind === "refused") {
      return failed(io, change.message);
    }
    const problem = await cluster.aliasChanges.patch(
      read.object,
      { annotations: { [change.annotation]: change.value } },
      signal,
    );
    if (problem === undefined) {
      io.out.write(`DnsAlias ${objectKey(place)}: ${change.done}\n`);
      return EXIT.ok;
    }
    if (attempt === MAX_RETRIES) {
      return failed(io, `DnsAlias ${objectKey(place)} cannot be changed: ${problem}`);
    }
  }
}

/**
 * The maximum number of retries after a conflict. The object can change between the read and the write, for example by a status
 * write.
 */
const MAX_RETRIES = 3;

/** `dnsalias history NAME`: the published sets of addresses of a DnsAlias. */
export async function historyCommand(config: HistoryConfig, io: Io, signal: AbortSignal): Promise<number> {
  await using cluster = await connectCommand(config, io);
  const place = placeOf(cluster, config);
  const read = await cluster.aliasChanges.read(place, signal);
  if (read.kind === "failed") {
    return failed(io, `DnsAlias ${objectKey(place)} cannot be read: ${read.message}`);
  }
  io.out.write(config.json ? json(read.object.status?.history ?? []) : historyText(io.out, read.object));
  return EXIT.ok;
}

function placeOf(cluster: Cluster, { name, platform }: AliasCommandConfig) {
  return { namespace: platform.namespaces[0] ?? cluster.namespace, name };
}

function failed(io: Io, message: string): number {
  io.err.write(`${harmless(message)}\n`);
  return EXIT.failed;
}
