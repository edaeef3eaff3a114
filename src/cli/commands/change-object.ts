import { objectKey, type ObjectMeta } from "../../api/meta.ts";
import type { ObjectChanges } from "../../kube/objects/object-changes.ts";
import type { ChangeConfig } from "../config/config.ts";
import { approval, type ObjectChange, pausing } from "../inspect/object-change.ts";
import { EXIT } from "../terminal/exit-code.ts";
import type { Io } from "../terminal/streams.ts";
import { harmless } from "../terminal/text.ts";
import { connectCommand } from "./connect.ts";

/** `dnsalias approve`, `pause`, and `resume`: change one object. Return 1 if there is nothing to approve, or if the change fails. */
export async function changeCommand(config: ChangeConfig, io: Io, signal: AbortSignal): Promise<number> {
  const { command, name, platform } = config;
  await using cluster = await connectCommand(config, io);
  const place = { namespace: config.namespace ?? platform.namespaces[0] ?? cluster.namespace, name };
  const label = `${command === "approve" ? "DnsZone" : "DnsAlias"} ${objectKey(place)}`;
  return command === "approve"
    ? changeOne(cluster.zoneChanges, place, { label, io, decide: approval }, signal)
    : changeOne(
        cluster.aliasChanges,
        place,
        { label, io, decide: (alias) => pausing(alias, command === "pause") },
        signal,
      );
}

interface ChangeContext<T> {
  /** The object for users: "DnsZone dns/example-com". */
  readonly label: string;
  readonly io: Io;
  readonly decide: (object: T) => ObjectChange;
}

async function changeOne<T extends { readonly meta: ObjectMeta }>(
  changes: ObjectChanges<T>,
  place: { readonly namespace: string; readonly name: string },
  { label, io, decide }: ChangeContext<T>,
  signal: AbortSignal,
): Promise<number> {
  for (let attempt = 0; ; attempt += 1) {
    const read = await changes.read(place, signal);
    if (read.kind === "failed") {
      return failed(io, `${label} cannot be read: ${read.message}`);
    }
    const change = decide(read.object);
    if (change.kind === "refused") {
      return failed(io, change.message);
    }
    if (change.kind === "unchanged") {
      io.out.write(`${label}: ${harmless(change.message)}\n`);
      return EXIT.ok;
    }
    const problem = await changes.patch(read.object, change.patch, signal);
    if (problem === undefined) {
      io.out.write(`${label}: ${harmless(change.done)}\n`);
      return EXIT.ok;
    }
    if (attempt === MAX_RETRIES) {
      return failed(io, `${label} cannot be changed: ${problem}`);
    }
  }
}

/** The maximum number of retries after a conflict, for example with a status write. */
const MAX_RETRIES = 3;

function failed(io: Io, message: string): number {
  io.err.write(`${harmless(message)}\n`);
  return EXIT.failed;
}
